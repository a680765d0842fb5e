#!/usr/bin/env python3
"""Keeps the shape of the code: who may include whom, where SQL lives, what a domain rule may touch.

  tests/arch/check.py [ROOT]    prints one line per violation; exit code 1 if there is any

The rules are those of the folders: rpc in api/, pure rules in domain/, all SQL in store/, event
building and consuming in events/; services never include each other; libs/ holds no business words.
"""

import os
import pathlib
import re
import sys

TOP_LEVEL = {"CMakeLists.txt", "proto", "services", "libs", "deploy", "tests", "README.md"}
SKIPPED_FOLDERS = {"node_modules", "__pycache__", ".git"}
MAX_LINES = 450

# Which folder of a service may include which.
SERVICE_FOLDERS = {
    "domain": {"domain"},
    "store": {"domain", "store"},
    "events": {"domain", "store", "events"},
    "api": {"domain", "store", "events", "api"},
}
# What a pure rule may use: the standard library, Abseil's values, civil days and periods, hashes, JSON
# values, cells of sheets, and curl's parser of addresses, which touches nothing.
DOMAIN_LIBS = {"base", "crypto", "csv", "workday"}
DOMAIN_OUTSIDE = re.compile(r"^(absl/|[a-z_]+$|curl/urlapi\.h$|nlohmann/)")
DOMAIN_CLOCK = re.compile(r"\babsl::Now\b|\b(Real|Simulated)Clock\b|\brectify::Clock\b|\bstd::chrono\b"
                          r"|(\.|->)Now\(\)")
# Client libraries that stay behind one library of ours.
HIDDEN = {"pqxx/": {"pg"}, "libpq-fe.h": {"pg"}, "hiredis/": {"redis"}, "jwt.h": {"rpc"},
          "grpc/": {"rpc"}, "grpcpp/": {"rpc"}, "spdlog/": {"log"}, "prometheus/": {"metrics"}, "boost/": {"http"},
          "xlsxwriter": {"xlsx"}, "zip.h": {"xlsx"}, "expat.h": {"xlsx"}}
# Contracts without business words, which libs/ may know.
NEUTRAL_CONTRACTS = {"audit", "authz", "common", "event", "ops"}

INCLUDE = re.compile(r'^[ \t]*#include\s+[<"]([^>"]+)[>"]', re.M)
STRING = re.compile(r'R"(\w*)\((.*?)\)\1"|"((?:[^"\\\n]|\\.)*)"', re.S)
SQL = re.compile(r"\b(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from"
                 r"|create\s+(table|index|schema))\b", re.I | re.S)
SQL_LIBS = {"pg", "events", "query", "testing"}
SQL_CLOCK = re.compile(r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)"
                       r"\s*\(|\b(current_timestamp|current_date|current_time|localtimestamp"
                       r"|localtime)\b", re.I)
MACHINE_PATH = re.compile(r"(?<![\w.])/(w[o]rk|f[a]rm)/|/home/\w|bash_j[o]bs|/\.l[i]brary\b")
UNFINISHED = re.compile(r"\b(T[O]DO|FIX[M]E|X[X]X|H[A]CK)\b")


class Checker:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.violations = []

    def run(self):
        self.check_top_level()
        order = self.declared_order()
        for path in self.files():
            parts = path.relative_to(self.root).parts
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            self.check_text(path, text)
            if path.suffix in (".cc", ".h"):
                includes = [(m.start(), m.group(1)) for m in INCLUDE.finditer(text)]
                if parts[0] == "services" and len(parts) > 2:
                    self.check_service(path, parts, text, includes)
                elif parts[0] == "libs":
                    self.check_library(path, parts, text, includes, order)
                if parts[0] in ("services", "libs"):
                    self.check_hidden(path, parts, text, includes)
                    self.check_sql(path, parts, text)
            elif path.suffix == ".sql" and parts[0] != "tests":
                self.check_sql_clock(path, text, 0, text)
        return self.violations

    def files(self):
        for folder, folders, names in os.walk(self.root):
            top = pathlib.Path(folder) == self.root
            folders[:] = sorted(
                name for name in folders
                if name not in SKIPPED_FOLDERS and not (top and re.match(r"build|\.", name)))
            for name in sorted(names):
                yield pathlib.Path(folder) / name

    def add(self, path, text, offset, what):
        line = text.count("\n", 0, offset) + 1
        self.violations.append(f"{path.relative_to(self.root)}:{line}: {what}")

    def check_top_level(self):
        for name in sorted(os.listdir(self.root)):
            if name not in TOP_LEVEL and not re.match(r"build|\.", name):
                self.violations.append(f"{name}:1: does not belong at the top level")

    def declared_order(self):
        """libs/CMakeLists.txt names the libraries from the lowest to the highest."""
        path = self.root / "libs/CMakeLists.txt"
        if not path.exists():
            return {}
        names = re.findall(r"rectify_library\(\w+ (\w+)", path.read_text(encoding="utf-8"))
        return {name: rank for rank, name in enumerate(names)}

    def check_text(self, path, text):
        for pattern, what in ((MACHINE_PATH, "path of one machine"), (UNFINISHED, "unfinished mark")):
            for match in pattern.finditer(text):
                self.add(path, text, match.start(), f"{what}: {match.group(0)}")
        lines = text.count("\n")
        if path.suffix in (".cc", ".h", ".py", ".sh") and lines > MAX_LINES:
            self.add(path, text, 0, f"{lines} lines: probably two things in one file")

    def check_service(self, path, parts, text, includes):
        service, folder = parts[1], parts[2]
        for offset, include in includes:
            target = include.split("/")
            if target[0] == "services":
                if target[1] != service:
                    self.add(path, text, offset, f"service includes another service: {include}")
                elif folder in SERVICE_FOLDERS and target[2] not in SERVICE_FOLDERS[folder]:
                    self.add(path, text, offset, f"{folder}/ may not include {include}")
            elif folder == "domain" and not self.pure(target, include):
                self.add(path, text, offset, f"domain/ may not include {include}")
        if folder in SERVICE_FOLDERS:
            pattern = DOMAIN_CLOCK if folder == "domain" else re.compile(r"\babsl::Now\b")
            for match in pattern.finditer(text):
                self.add(path, text, match.start(), f"{folder}/ reads a clock: {match.group(0)}")

    @staticmethod
    def pure(target, include):
        if target[0] == "libs":
            return target[1] in DOMAIN_LIBS
        return bool(DOMAIN_OUTSIDE.match(include))

    def check_library(self, path, parts, text, includes, order):
        for offset, include in includes:
            target = include.split("/")
            if target[0] == "services":
                self.add(path, text, offset, f"libs/ may not include {include}")
            elif target[0] == "libs" and parts[1] in order and target[1] in order:
                if order[target[1]] > order[parts[1]]:
                    self.add(path, text, offset, f"libs/{parts[1]} lies below {include}")
            elif target[0] == "rectify" and target[1] not in NEUTRAL_CONTRACTS:
                self.add(path, text, offset, f"libs/ knows a business contract: {include}")

    def check_hidden(self, path, parts, text, includes):
        for offset, include in includes:
            for prefix, owners in HIDDEN.items():
                if include.startswith(prefix) and not (
                        parts[0] == "libs" and parts[1] in owners | {"testing"}):
                    names = ", ".join(f"libs/{name}" for name in sorted(owners))
                    self.add(path, text, offset, f"{include} stays behind {names}")

    def check_sql(self, path, parts, text):
        allowed = (parts[0] == "libs" and parts[1] in SQL_LIBS) or (
            parts[0] == "services" and len(parts) > 3 and parts[2] == "store")
        for match in STRING.finditer(text):
            literal = match.group(2) if match.group(2) is not None else match.group(3)
            if not (match.group(1) == "sql" or SQL.search(literal)):
                continue
            if not allowed:
                self.add(path, text, match.start(), "SQL outside store/")
            self.check_sql_clock(path, text, match.start(), literal)

    def check_sql_clock(self, path, text, start, sql):
        code = re.sub(r"--[^\n]*", lambda comment: " " * len(comment.group(0)), sql)
        for match in SQL_CLOCK.finditer(code):
            self.add(path, text, start + match.start(), f"SQL reads a clock: {match.group(0)}")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    violations = Checker(root).run()
    print("\n".join(violations) or "the shape is kept")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Runs clang-tidy on every source of libs/ and services/, and remembers what was clean.

  tests/tidy.py BUILD_DIR [FILE...]

One file takes about ten seconds, so a file is only looked at again when its preprocessed text (with
comments, which may hold NOLINT), the checks or clang-tidy itself changed. Other clones of the
repository share the memory: ~/.cache/rectify-tidy, or below XDG_CACHE_HOME.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Clang finds the coroutines of gcc's library, and Boost 1.74 those of clang, only when told; and one of
# Boost's headers takes <utility> for granted, which our precompiled headers bring. gcc knows warnings that
# clang does not.
FOR_CLANG = ["-D__cpp_impl_coroutine=201902L", "-DBOOST_ASIO_HAS_CO_AWAIT=1",
             "-DBOOST_ASIO_HAS_STD_COROUTINE=1", "-include", "utility", "-Wno-unknown-warning-option"]
# A source that CMake compiles together with others.
UNITY = re.compile(r'^#include "(/.*)"$', re.MULTILINE)
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "rectify-tidy"


def sources(build):
    """Compile command and folder of each source of ours, each by itself: so it is also seen to include
    what it needs."""
    with open(build / "compile_commands.json", encoding="utf-8") as file:
        for entry in json.load(file):
            command, compiled = shlex.split(entry["command"]), pathlib.Path(entry["file"])
            together = "Unity" in compiled.parts
            for name in UNITY.findall(compiled.read_text("utf-8")) if together else [entry["file"]]:
                path = pathlib.Path(name)
                if path.is_relative_to(ROOT / "libs") or path.is_relative_to(ROOT / "services"):
                    alone = [name if word == entry["file"] else word for word in command]
                    yield path, alone, entry["directory"]


def arguments(command):
    """The compiler's words without ccache, output, and gcc's precompiled headers, which clang can't
    read: it reads what they were made from."""
    words, kept = iter(command), []
    for word in words:
        if word == "-o":
            next(words)
        elif word == "-include":
            header = next(words)
            if not header.endswith("cmake_pch.hxx"):
                kept += [word, header]
        elif word not in ("-c", "-Winvalid-pch"):
            kept.append(word)
    return kept[1:] if pathlib.Path(kept[0]).name == "ccache" else kept


def key(words, folder, checks):
    """What the verdict depends on. Empty when the preprocessor fails: then clang-tidy says why."""
    done = subprocess.run([*words, "-E", "-P", "-C"], cwd=folder, capture_output=True, check=False)
    return hashlib.sha256(checks + done.stdout).hexdigest() if done.returncode == 0 else ""


def tidy(path, command, folder, checks):
    """Empty when the file is clean."""
    words = arguments(command)
    stamp = key(words, folder, checks)
    if stamp and (CACHE / stamp).exists():
        return ""
    done = subprocess.run(["clang-tidy", "--quiet", path, "--", *words[1:], *FOR_CLANG], cwd=folder, text=True,
                          capture_output=True, check=False)
    if done.returncode == 0:
        if stamp:
            (CACHE / stamp).touch()
        return ""
    return done.stdout or done.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    only = {pathlib.Path(name).resolve() for name in sys.argv[2:]}
    CACHE.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    checks = version + (ROOT / ".clang-tidy").read_bytes()
    jobs = [job for job in sources(build) if not only or job[0] in only]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(tidy, *job, checks): job[0] for job in jobs}
        for number, future in enumerate(concurrent.futures.as_completed(running), 1):
            problems = future.result()
            failed += bool(problems)
            name = running[future].relative_to(ROOT)
            print(f"[{number}/{len(jobs)}] {name}" + (f"\n{problems}" if problems else ""), flush=True)
    print(f"{len(jobs)} files, {failed} with findings")
    sys.exit(1 if failed or not jobs else 0)


if __name__ == "__main__":
    main()

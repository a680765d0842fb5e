#!/usr/bin/env python3
"""Collects what the parts of tests/run report, and ends with one line that counts all of it.

Every part appends lines `state TAB name TAB details as JSON string` to one file.

  results.py record FILE STATE NAME [DETAILS]   one check: passed, failed or skipped
  results.py unittest FILE FOLDER...            runs the *_test.py of the folders, two files at a time
  results.py module FILE TEST_FILE              runs one of them
  results.py ctest FILE PREFIX JUNIT GTEST_DIR  takes over a CTest run, case by case
  results.py summary FILE                       prints failures, skips and the count
"""

import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

STATES = ("passed", "failed", "skipped")


def record(path, state, name, details=""):
    if state not in STATES:
        raise ValueError(state)
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{state}\t{name}\t{json.dumps(details, ensure_ascii=False)}\n")


class RecordingResult(unittest.TextTestResult):
    path = ""

    def addSuccess(self, test):
        super().addSuccess(test)
        record(self.path, "passed", test.id())

    def addError(self, test, err):
        super().addError(test, err)
        record(self.path, "failed", test.id(), self._exc_info_to_string(err, test))

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            record(self.path, "failed", subtest.id(), self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        record(self.path, "skipped", test.id(), reason)


def run_module(path, file):
    RecordingResult.path = path
    folder, name = os.path.split(file)
    suite = unittest.TestLoader().discover(folder, pattern=name, top_level_dir=folder)
    return unittest.TextTestRunner(resultclass=RecordingResult, verbosity=1).run(suite).wasSuccessful()


def run_unittest(path, folders):
    """Each file in a process of its own. What it says is told when it has ended, in one piece."""
    def run(file):
        done = subprocess.run([sys.executable, __file__, "module", path, file], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        print(f"{file}\n{done.stdout}", flush=True)
        if done.returncode < 0:
            record(path, "failed", file, f"ended by signal {-done.returncode}\n{done.stdout[-4000:]}")
        return done.returncode == 0

    files = sorted(file for folder in folders for file in glob.glob(f"{folder}/*_test.py"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return all(list(pool.map(run, files))) and bool(files)


def gtest_cases(report):
    """(state, name, details) of every case of a GoogleTest JSON report."""
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{suite['name']}.{case['name']}"
            if case.get("failures"):
                yield "failed", name, "\n".join(f["failure"] for f in case["failures"])
            elif case["result"] == "COMPLETED":
                yield "passed", name, ""
            else:
                yield "skipped", name, "disabled" if case["status"] == "NOTRUN" else "skipped itself"


def ctest_state(test):
    """A test that could not run, for want of its binary, has failed; only a declared skip is one."""
    skip = test.find("skipped")
    if test.get("status") == "disabled" or (
            skip is not None and skip.get("message", "").startswith("SKIP_")):
        return "skipped"
    return "passed" if test.get("status") == "run" else "failed"


# A report of a sanitizer stands between two rules, or from its first line on to its summary.
SANITIZER = re.compile(r"(?:WARNING|ERROR): \w+Sanitizer.*?(?:\nSUMMARY:[^\n]*|\n={18}|\Z)|"
                       r"[^\n]*: runtime error:[^\n]*", re.DOTALL)
TOLD_FRAMES = 9


def outline(report):
    """A sanitizer's report without addresses, and of each stack the frames nearest to the fault."""
    lines = []
    for line in report.splitlines():
        frame = re.match(r"\s+#(\d+) (?:0x\w+ in )?(.*)", line)
        if frame is None:
            lines.append(line[:160])
        elif int(frame[1]) < TOLD_FRAMES:
            lines.append(f"    #{frame[1]} {re.sub(r'<.{40,}>', '<…>', frame[2])[:150]}")
    return "\n".join(line for line in lines if line.strip())


def end_of(output):
    """What tells most of why a test failed: the sanitizers' reports, else its last words."""
    reports = {}
    for match in SANITIZER.finditer(output):
        running = re.findall(r"^\[ RUN      \] (\S+)", output[:match.start()], re.MULTILINE)[-1:]
        reports.setdefault(outline(match[0]), f"in {running[0]}:\n" if running else "")
    told = "\n".join(where + report for report, where in reports.items())
    return told[:6000] or output[-4000:]


def take_ctest(path, prefix, junit, gtest_dir):
    """One result per GoogleTest case; a binary that crashed or leaked counts as one failure more."""
    if not os.path.exists(junit):
        record(path, "failed", prefix, "ctest left no report")
        return
    for test in ElementTree.parse(junit).getroot().iter("testcase"):
        name = f"{prefix}/{test.get('name')}"
        output = test.findtext("system-out") or ""
        state = ctest_state(test)
        failures = 0
        report = os.path.join(gtest_dir, test.get("name") + ".json")
        if not os.path.exists(report):
            record(path, state, name, end_of(output))
            continue
        with open(report, encoding="utf-8") as file:
            for case_state, case, details in gtest_cases(json.load(file)):
                record(path, case_state, f"{name}/{case}", details)
                failures += case_state == "failed"
        if state == "failed" and failures == 0:
            record(path, "failed", f"{name} (after its cases)", end_of(output))


def summary(path):
    rows = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t", 2) for line in file]
    for state, name, details in rows:
        text = json.loads(details)
        if state == "failed":
            print(f"\n✗ {name}\n{text}")
        elif state == "skipped":
            print(f"- skipped {name}: {text}")
    count = {state: sum(row[0] == state for row in rows) for state in STATES}
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return count["failed"] == 0 and count["passed"] > 0


def main():
    command, path, *rest = sys.argv[1:]
    ok = True
    if command == "record":
        record(path, *rest)
    elif command == "unittest":
        ok = run_unittest(path, rest)
    elif command == "module":
        ok = run_module(path, *rest)
    elif command == "ctest":
        take_ctest(path, *rest)
    elif command == "summary":
        ok = summary(path)
    else:
        sys.exit(__doc__)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()

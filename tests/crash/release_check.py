#!/usr/bin/env python3
"""Proves that a build without RECTIFY_FAULTS holds no failpoint and no planted bug.

  release_check.py REPOSITORY CRASH_TEST OBJECT...

The objects are those of every source that names a failpoint or a planted bug, compiled as for a
release. CRASH_TEST, which has them all, tells the names, and shows that the search would find them.
A build without tests, as deploy/up makes it, must not ask for them.
"""

import subprocess
import sys
import tempfile


def names(crash_test, option):
    return subprocess.run([crash_test, option], check=True, capture_output=True).stdout.split()


def traces(path, wanted):
    """What of `wanted` is in the file: symbols of the namespace, and names as text."""
    symbols = subprocess.run(["nm", "-C", path], check=True, capture_output=True).stdout
    with open(path, "rb") as file:
        content = file.read()
    found = [name for name in wanted if name in content]
    return found + ([b"rectify::faults"] if b"rectify::faults" in symbols else [])


def release_asks_for_faults(repository):
    with tempfile.TemporaryDirectory() as build:
        subprocess.run(["cmake", "-S", repository, "-B", build, "-G", "Ninja", "-DRECTIFY_TESTS=OFF"],
                       check=True, stdout=subprocess.DEVNULL)
        with open(f"{build}/compile_commands.json", encoding="utf-8") as file:
            return "RECTIFY_FAULTS" in file.read()


def main():
    repository, crash_test, *objects = sys.argv[1:]
    if release_asks_for_faults(repository):
        sys.exit("a build without tests has RECTIFY_FAULTS")
    wanted = names(crash_test, "--failpoints") + names(crash_test, "--planted-bugs")
    if len(traces(crash_test, wanted)) != len(wanted) + 1 or not objects:
        sys.exit("the search finds nothing where all is")
    bad = {path: found for path in objects if (found := traces(path, wanted))}
    for path, found in bad.items():
        print(f"{path}: {b', '.join(found).decode()}")
    print(f"{len(objects)} objects, {len(wanted)} names, {len(bad)} objects with traces")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

"""The count at the end of tests/run is honest: what crashed, leaked or could not run has failed."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import results  # noqa: E402  (found by the line above)


def case(name, result="COMPLETED", status="RUN", failure=None):
    failures = {"failures": [{"failure": failure}]} if failure else {}
    return {"name": name, "status": status, "result": result, **failures}


class Count(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def count(self, junit_cases, reports=None):
        """Success and last line of a summary over one CTest run."""
        file = str(self.folder / "results")
        (self.folder / "junit.xml").write_text(
            f"<testsuite>{''.join(junit_cases)}</testsuite>", encoding="utf-8")
        for name, cases in (reports or {}).items():
            text = json.dumps({"testsuites": [{"name": "Suite", "testsuite": cases}]})
            (self.folder / f"{name}.json").write_text(text, encoding="utf-8")
        results.take_ctest(file, "build", str(self.folder / "junit.xml"), str(self.folder))
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            ok = results.summary(file)
        return ok, output.getvalue().splitlines()[-1]

    def test_every_case_of_a_binary_counts(self):
        self.assertEqual(
            self.count(['<testcase name="a" status="run"/>'],
                       {"a": [case("One"), case("Two"), case("Three", "SKIPPED"),
                              case("DISABLED_Four", "SUPPRESSED", "NOTRUN")]}),
            (True, "2 passed, 0 failed, 2 skipped"))

    def test_a_failed_case_counts_once(self):
        self.assertEqual(
            self.count(['<testcase name="a" status="fail"/>'],
                       {"a": [case("One"), case("Two", failure="1 != 2")]}),
            (False, "1 passed, 1 failed, 0 skipped"))

    def test_a_binary_that_fails_after_its_cases_has_failed(self):
        self.assertEqual(
            self.count(['<testcase name="a" status="fail"/>'], {"a": [case("One")]}),
            (False, "1 passed, 1 failed, 0 skipped"))

    def test_a_binary_that_crashed_without_a_report_has_failed(self):
        self.assertEqual(self.count(['<testcase name="a" status="fail"/>']),
                         (False, "0 passed, 1 failed, 0 skipped"))

    def test_of_a_sanitizers_reports_each_is_told_once_with_its_test(self):
        report = "\n".join(["WARNING: ThreadSanitizer: data race (pid=7)", "  Write of size 8:",
                            *[f"    #{i} f{i}() a.cc:{i} (bin+0x{i})" for i in range(40)],
                            "", "SUMMARY: ThreadSanitizer: data race a.cc:0 in f0()", "=" * 18])
        told = results.end_of(f"[ RUN      ] A.One\n{report}\n{report}\n[ OK ] A.One\n"
                              f"{'log ' * 4000}\nb.cc:3:1: runtime error: overflow\nthe end")
        self.assertEqual(1, told.count("data race (pid=7)"))
        self.assertIn("in A.One:", told)
        self.assertIn("SUMMARY: ThreadSanitizer: data race a.cc:0 in f0()", told)
        self.assertIn("b.cc:3:1: runtime error: overflow", told)
        self.assertIn("#8 f8()", told)
        self.assertNotIn("#9 f9()", told)
        self.assertEqual("the end", results.end_of("the end"))

    def test_a_test_without_its_binary_has_failed(self):
        self.assertEqual(
            self.count(['<testcase name="a" status="notrun">'
                        '<skipped message="Unable to find executable: a"/></testcase>']),
            (False, "0 passed, 1 failed, 0 skipped"))

    def test_a_missing_report_of_ctest_is_a_failure(self):
        file = str(self.folder / "results")
        results.take_ctest(file, "build", str(self.folder / "none.xml"), str(self.folder))
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertFalse(results.summary(file))

    def test_every_test_file_counts_also_one_that_is_killed(self):
        body = "import os, unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        {}\n"
        for name, does in {"a": "pass", "b": "self.fail('wrong')", "c": "os.kill(os.getpid(), 9)"}.items():
            (self.folder / f"{name}_test.py").write_text(body.format(does), encoding="utf-8")
        (self.folder / "d_test.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
        file = str(self.folder / "results")
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            self.assertFalse(results.run_unittest(file, [str(self.folder)]))
            results.summary(file)
        self.assertIn("wrong", output.getvalue())
        self.assertIn("c_test.py\nended by signal 9", output.getvalue())
        self.assertEqual(output.getvalue().splitlines()[-1], "1 passed, 3 failed, 0 skipped")

    def test_a_folder_without_tests_is_no_success(self):
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertFalse(results.run_unittest(str(self.folder / "results"), [str(self.folder)]))

    def test_nothing_at_all_is_no_success(self):
        self.assertEqual(self.count([]), (False, "0 passed, 0 failed, 0 skipped"))


if __name__ == "__main__":
    unittest.main()

"""What deploy/lib.sh promises to deploy/up and tests/run."""

import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Lib(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name in ("run", "log"):
            (self.folder / name).mkdir()

    def bash(self, script, **env):
        """Exit code, output and errors of a script after lib.sh, with STATE in a folder of its own."""
        text = f'source "{ROOT}/deploy/lib.sh"\nSTATE="{self.folder}" LOG_DIR="{self.folder}/log"\n{script}'
        # What the caller's shell says of ports and state is not part of the test.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RECTIFY_")}
        done = subprocess.run(["bash", "-c", text], text=True, capture_output=True, check=False,
                              env={**clean, **env}, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def listening(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def test_a_failure_is_one_line_in_both_languages(self):
        self.assertEqual(self.bash('fail "坏了" "broken"'), (1, "", "✗ 坏了 | broken\n"))

    def test_a_failed_step_shows_the_end_of_its_log_and_its_exit_code(self):
        code, _, errors = self.bash('run_logged compile bash -c "echo [1/2] ok; echo boom; exit 3"')
        self.assertEqual(code, 3)
        self.assertIn("boom", errors)
        self.assertNotIn("[1/2]", errors)

    def test_a_taken_port_is_named(self):
        port = self.listening()
        code, _, errors = self.bash(f"require_free_port {port}")
        self.assertEqual(code, 1)
        self.assertEqual(errors.count("\n"), 1)
        self.assertIn(f"port 127.0.0.1:{port} is taken", errors)

    def test_a_port_base_out_of_range_is_refused(self):
        for base in ("80", "70000", "abc"):
            with self.subTest(base=base):
                self.assertEqual(self.bash(f"choose_ports {base}")[0], 1)

    def test_a_port_base_stays_with_the_state(self):
        (self.folder / "port-base").write_text("23400\n", encoding="utf-8")
        self.assertEqual(self.bash("choose_ports; port 3")[1], "23403\n")
        self.assertEqual(self.bash("choose_ports; port 3", RECTIFY_PORT_BASE="23500")[1], "23503\n")
        self.assertEqual(self.bash("choose_ports 23600; port 3")[1], "23603\n")

    def test_only_missing_packages_are_named(self):
        listed = self.folder / "packages.txt"
        listed.write_text("# why\nbash  # here\n\nno-such-package\nno-such-shell bash\n",
                          encoding="utf-8")
        self.assertEqual(self.bash(f"missing_packages {listed}")[1], "no-such-package\n")

    def test_a_process_is_started_once_and_stopped(self):
        code, output, errors = self.bash(
            """
            start_process one "ready_serving one" bash -c "echo serving on 1; exec sleep 100"
            first=$(process_pid one)
            start_process one "ready_serving one" bash -c "echo serving on 2; exec sleep 100"
            [[ $(process_pid one) == "$first" ]] && echo same
            stop_process one
            process_runs "$first" || echo gone
            process_pid one || echo unknown
            """)
        self.assertEqual(code, 0, errors)
        self.assertEqual(output.splitlines()[-4:], ["same", "  one stopped", "gone", "unknown"])

    def test_a_process_that_ends_at_once_is_told_with_its_last_words(self):
        code, _, errors = self.bash(
            'start_process one "ready_serving one" bash -c "echo no database; exit 1"')
        self.assertEqual(code, 1)
        self.assertIn("no database", errors)
        self.assertIn("one did not come up", errors)

    def test_a_pid_that_belongs_to_another_process_is_left_alone(self):
        code, output, errors = self.bash(
            """
            sleep 100 &
            echo "$! 1" >"$STATE/run/one.pid"
            stop_process one
            process_runs $! && echo alive
            kill $!
            """)
        self.assertEqual((code, output), (0, "alive\n"), errors)

    def test_a_folder_that_is_not_ours_is_neither_used_nor_removed(self):
        state = self.folder / "other"
        state.mkdir()
        (state / "letter.txt").write_text("mine", encoding="utf-8")
        code, _, errors = self.bash("choose_state; make_state", RECTIFY_STATE=str(state))
        self.assertEqual(code, 1)
        self.assertIn("is not a state folder of Rectify", errors)
        self.bash("choose_state; remove_state", RECTIFY_STATE=str(state))
        self.assertTrue((state / "letter.txt").exists())


if __name__ == "__main__":
    unittest.main()

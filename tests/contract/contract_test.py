"""The contracts of proto/ keep the style that was agreed, and keep what was released.

Each check is also run on a copy with a planted mistake: a check that cannot fail is worth nothing.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = ROOT / "tests/contract/buf.yaml"
BASELINE = ROOT / "tests/contract/baseline.binpb"
BUF = ROOT / "tests/node_modules/.bin/buf"
EXAMPLE = "proto/rectify/event/v1/event_feed_service.proto"
EXAMPLE_FIELD = "  // Present epoch.\n  int32 epoch = 3;\n"


def buf(folder, *args):
    """Exit code and output of a buf command in a folder that holds proto/."""
    done = subprocess.run(
        [BUF, *args, "--config", CONFIG], cwd=folder, text=True, capture_output=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def breaking(folder, baseline):
    return buf(folder, "breaking", "--against", str(baseline))


class Contracts(unittest.TestCase):
    def setUp(self):
        if not BUF.exists():
            self.fail("buf is missing: npm ci --prefix tests")

    def copy(self, path="", old="", new=""):
        """A folder with a copy of proto/, in which one text of one file is replaced."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        shutil.copytree(ROOT / "proto", pathlib.Path(folder.name) / "proto")
        if path:
            file = pathlib.Path(folder.name) / path
            text = file.read_text(encoding="utf-8")
            self.assertEqual(text.count(old), 1, "the planted mistake no longer fits the contract")
            file.write_text(text.replace(old, new), encoding="utf-8")
        return folder.name

    def test_follow_the_style(self):
        code, output = buf(ROOT, "lint")
        self.assertEqual(code, 0, output)

    def test_keep_what_was_released(self):
        if not BASELINE.exists():
            self.skipTest("nothing was released yet (tests/contract/update-baseline)")
        code, output = breaking(ROOT, BASELINE)
        self.assertEqual(code, 0, output)

    def test_a_field_without_comment_is_found(self):
        field = EXAMPLE_FIELD.splitlines(keepends=True)[1]
        code, output = buf(self.copy(EXAMPLE, EXAMPLE_FIELD, field), "lint")
        self.assertNotEqual(code, 0)
        self.assertIn('Field "epoch" should have a non-empty comment', output)

    def test_a_removed_field_is_found(self):
        baseline = self.built(self.copy())
        code, output = breaking(self.copy(EXAMPLE, EXAMPLE_FIELD, ""), baseline)
        self.assertNotEqual(code, 0)
        self.assertRegex(output, r'field "3" with name "epoch".*deleted')

    def test_a_changed_field_type_is_found(self):
        baseline = self.built(self.copy())
        changed = EXAMPLE_FIELD.replace("int32", "string")
        code, output = breaking(self.copy(EXAMPLE, EXAMPLE_FIELD, changed), baseline)
        self.assertNotEqual(code, 0)
        self.assertRegex(output, r'"3" with name "epoch".*changed type')

    def test_an_added_field_is_allowed(self):
        baseline = self.built(self.copy())
        added = EXAMPLE_FIELD + "  // Another one.\n  int32 another = 99;\n"
        code, output = breaking(self.copy(EXAMPLE, EXAMPLE_FIELD, added), baseline)
        self.assertEqual(code, 0, output)

    def built(self, folder):
        """The descriptor set of a copy."""
        path = os.path.join(folder, "baseline.binpb")
        code, output = buf(folder, "build", "-o", path)
        self.assertEqual(code, 0, output)
        return path


if __name__ == "__main__":
    unittest.main()

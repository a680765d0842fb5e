"""Programs in other languages do the main path with what the servers and the proto files tell them."""

import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import main_path
import system
from district import District

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"


class ForeignClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.district = District(system.shared(), "120112")
        cls.addClassCleanup(cls.district.close)

    def walk(self, venue_name, *command):
        given = main_path.given(self.district, venue_name)
        done = subprocess.run(command, input=json.dumps(given), text=True, capture_output=True,
                              timeout=90, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        main_path.assert_closed(self, json.loads(done.stdout))

    def test_python_by_reflection(self):
        self.walk("示例·Python𠮷场所", sys.executable, str(CLIENTS / "python_main_path.py"))

    def test_node_from_the_protos(self):
        self.walk("示例·Node𠮷场所", shutil.which("node"), str(CLIENTS / "node_main_path.js"))


if __name__ == "__main__":
    unittest.main()

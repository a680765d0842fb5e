"""Programs in other languages do the main path with what the servers and the proto files tell them."""

import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import system
from district import District, new_id

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"


class ForeignClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.district = District(system.shared(), "120112")
        cls.addClassCleanup(cls.district.close)

    def main_path(self, venue_name, *command):
        district, venue_id = self.district, new_id()
        token = district.system.token
        tokens = {role.lower(): token(f"users/{role.lower()}", role, (), district.code)
                  for role in ("REGISTRAR", "DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF")}
        tokens["inspector"] = token("users/li", "INSPECTOR", district.officers[:1], district.code)
        tokens["manager"] = token("users/manager", "VENUE_MANAGER",
                                  [f"{district.parent}/venues/{venue_id}"], district.code)
        given = {
            "addresses": {name: district.system.address(name)
                          for name in ("venue", "hazard", "deadline")},
            "tokens": tokens, "parent": district.parent, "officers": district.officers,
            "street": district.street, "venue_id": venue_id, "venue_name": venue_name,
            "now": district.now()}
        done = subprocess.run(command, input=json.dumps(given), text=True, capture_output=True,
                              timeout=90, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assert_closed(self, result):
        self.assertEqual((result["order_state"], result["finding_state"]),
                         ("STATE_CLOSED", "STATE_RECTIFIED"))
        self.assertRegex(result["number"], r"^津丽消限字〔2023〕第\d{4}号$")

    def test_python_by_reflection(self):
        self.assert_closed(self.main_path("示例·Python𠮷场所", sys.executable,
                                          str(CLIENTS / "python_main_path.py")))

    def test_node_from_the_protos(self):
        self.assert_closed(self.main_path("示例·Node𠮷场所", shutil.which("node"),
                                          str(CLIENTS / "node_main_path.js")))


if __name__ == "__main__":
    unittest.main()

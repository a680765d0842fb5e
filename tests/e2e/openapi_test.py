"""The document that client generators read, judged by two validators that do not know each other."""

import json
import pathlib
import shutil
import subprocess
import unittest
import urllib.request

import system

CHECK = pathlib.Path(__file__).resolve().parent / "clients/check_openapi.mjs"


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.gateway = cls.system.address("gateway")

    def get(self, path):
        with urllib.request.urlopen(self.gateway + path, timeout=30) as response:
            return response.headers, response.read().decode()

    def test_two_validators_accept_the_document(self):
        _, text = self.get("/openapi.json")
        file = self.system.folder / "openapi.json"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([shutil.which("node"), str(CHECK), str(file)], text=True,
                              capture_output=True, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, "2 validators: no fault"),
                         done.stdout + done.stderr)

    def test_validators_do_find_faults(self):
        document = json.loads(self.get("/openapi.json")[1])
        operation = next(iter(next(iter(document["paths"].values())).values()))
        operation["responses"] = {}
        del document["info"]["title"]
        file = self.system.folder / "broken.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        done = subprocess.run([shutil.which("node"), str(CHECK), str(file)], text=True,
                              capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        for validator in ("schema-validator", "redocly"):
            self.assertIn(validator, done.stdout)

    def test_every_operation_says_who_may_call_it_and_how_it_fails(self):
        document = json.loads(self.get("/openapi.json")[1])
        operations = [operation for verbs in document["paths"].values() for operation in verbs.values()]
        self.assertGreater(len(operations), 120)
        self.assertEqual(len({operation["operationId"] for operation in operations}), len(operations))
        for operation in operations:
            with self.subTest(operation["operationId"]):
                self.assertTrue(operation["x-rectify-roles"])
                self.assertTrue(operation["description"])
                self.assertIn("default", operation["responses"])
        recheck = document["paths"]["/v1/districts/{districtId}/orders/{orderId}:recheck"]["post"]
        self.assertIn("ORDER_STATE", recheck["responses"]["400"]["description"])

    def test_the_page_needs_nothing_from_elsewhere(self):
        headers, page = self.get("/docs")
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        self.assertIn("VenueRegistry_GetVenue", page)
        for outside in ("http://", "https://", "<script", "<link", "<img"):
            self.assertNotIn(outside, page)


if __name__ == "__main__":
    unittest.main()

"""Files over HTTP, with curl: in as they are, out as they were, and nothing of them kept in between."""

import hashlib
import http.client
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest
import urllib.parse

import system
from district import HAZARDS, District, eventually, new_id

CODE = "120135"
MIB = 1 << 20
JPEG = bytes.fromhex("ffd8ffe000104a464946000101")
# The gateway holds a few pieces of 256 KiB of each file, and its libraries some buffers.
MEMORY_KIB = 8 << 10


def photo(size):
    block = hashlib.sha256(str(size).encode()).digest() * 2048
    return JPEG + (block * (size // len(block) + 1))[:size - len(JPEG)]


class Answer:
    def __init__(self, printed, body):
        self.status, self.content_type = printed.split(" ", 1)
        self.status = int(self.status)
        self.body = body
        self.json = json.loads(body) if self.content_type.endswith("json") else None


class UploadTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.token = cls.system.token("users/li", "INSPECTOR", cls.district.officers[:1], CODE)
        cls.gateway = cls.system.address("gateway")
        if "://" not in cls.gateway:
            cls.gateway = f"http://{cls.gateway}"
        cls.venue = cls.district.venue("上传示例场所")
        recorded = cls.district.inspector.call(
            HAZARDS + "RecordInspection", cls.district.inspection_request(cls.venue["name"], [
                {"catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                 "description": f"示例隐患 {n}"} for n in range(8)]))
        cls.findings = iter(finding["name"] for finding in recorded["findings"])

    def setUp(self):
        self.finding = next(self.findings)

    # ---- What a partner does

    def target(self, content, **more):
        """Where the content of a photo of this test's finding goes."""
        said = {"subject": self.finding, "sha256": hashlib.sha256(content).hexdigest(),
                "captureTime": self.district.now(), **more}
        query = urllib.parse.urlencode({f"metadata.{name}": value for name, value in said.items()})
        return f"{self.gateway}/v1/districts/{CODE}/evidence:upload?{query}"

    def file(self, content, name="photo"):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def curl(self, url, *args, token=None, **more):
        out = self.folder / "answer"
        out.unlink(missing_ok=True)
        token = self.token if token is None else token
        login = ["-H", f"Authorization: Bearer {token}"] if token else []
        done = subprocess.run(
            ["curl", "-sS", "-X", "POST", "-o", str(out), "-w", "%{http_code} %{content_type}", *login,
             *args, url], capture_output=True, timeout=120, check=False, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return Answer(done.stdout.decode(), out.read_bytes())

    def upload(self, content, *args, media_type="image/jpeg", url=None, **more):
        file = self.file(content)
        return self.curl(url or self.target(content), "-H", f"Content-Type: {media_type}",
                         "-T", str(file), *args, **more)

    def problem(self, answer, status, reason):
        self.assertEqual((answer.status, (answer.json or {}).get("reason")), (status, reason),
                         answer.body)
        self.assertEqual(answer.content_type, "application/problem+json")
        return answer

    def evidence(self):
        """What there is about this test's finding."""
        return self.district.inspector.call("rectify.hazard.v1.EvidenceStore.ListEvidence", {
            "parent": f"districts/{CODE}", "filter": f'subject = "{self.finding}"'}).get("evidence", [])

    def arriving(self):
        return list((self.system.folder / "evidence/incoming").iterdir())

    def assert_nothing_remains(self):
        eventually(self, "end of what was arriving", lambda: not self.arriving())
        self.assertEqual(self.evidence(), [])

    def memory(self):
        """Most KiB that the gateway has had since the last forget_memory."""
        status = pathlib.Path(f"/proc/{self.system.pid('gateway')}/status").read_text("ascii")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))

    def forget_memory(self):
        pathlib.Path(f"/proc/{self.system.pid('gateway')}/clear_refs").write_text("5", "ascii")

    # ---- What is taken

    def test_a_large_file_comes_back_as_it_was_and_stays_out_of_memory(self):
        content = photo(40 * MIB)
        self.upload(content[:2 * MIB])  # fills every buffer that there is
        self.forget_memory()
        before = self.memory()
        uploaded = self.upload(content)
        self.assertLess(self.memory() - before, MEMORY_KIB)
        self.assertEqual(uploaded.status, 200, uploaded.body)
        self.assertEqual(uploaded.json["sizeBytes"], str(len(content)))
        self.assertEqual(uploaded.json["mediaType"], "image/jpeg")
        self.assertEqual(uploaded.json["uploader"], "users/li")
        downloaded = self.curl(f"{self.gateway}/v1/{uploaded.json['name']}:download",
                               "-H", "Content-Type: application/json", "-d", "{}")
        self.assertEqual(downloaded.content_type, "image/jpeg")
        self.assertEqual(hashlib.sha256(downloaded.body).hexdigest(), uploaded.json["sha256"])
        self.assertEqual(downloaded.body, content)

    def test_a_body_without_a_length_is_taken_as_well(self):
        content = photo(3 * MIB + 17)
        file = self.file(content)
        with file.open("rb") as source:
            answer = self.curl(self.target(content), "-H", "Content-Type: image/jpeg", "-T", "-",
                               stdin=source)
        self.assertEqual((answer.status, answer.json.get("sizeBytes")), (200, str(len(content))),
                         answer.body)

    def test_the_same_key_is_the_same_command(self):
        content, key = photo(300_000), ("-H", f"Idempotency-Key: {new_id()}")
        url = self.target(content, description="示例：消防栓被遮挡")
        once = self.upload(content, *key, url=url)
        self.assertEqual(once.status, 200, once.body)
        again = self.upload(content, *key, url=url)
        self.assertEqual(again.json, once.json)
        self.assertEqual([one["name"] for one in self.evidence()], [once.json["name"]])
        self.problem(self.upload(content, *key, url=self.target(content, description="另一张")), 400,
                     "REQUEST_ID_REUSED")

    def test_files_go_one_after_another_on_one_connection(self):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.gateway).netloc, timeout=30)
        self.addCleanup(connection.close)
        for size in (700_000, 20, 300_000):
            content = photo(size)
            connection.request("POST", self.target(content).removeprefix(self.gateway), content, {
                "Authorization": f"Bearer {self.token}", "Content-Type": "image/jpeg"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
            self.assertEqual((answer.status, said.get("sizeBytes")), (200, str(size)), said)
            self.assertFalse(answer.will_close)

    # ---- What is refused

    def test_a_file_that_is_not_the_one_that_was_promised_leaves_nothing(self):
        content = photo(2 * MIB)
        self.problem(self.upload(content, url=self.target(content + b"x")), 400,
                     "EVIDENCE_HASH_MISMATCH")
        self.problem(self.upload(content, media_type="application/zip"), 400,
                     "EVIDENCE_TYPE_NOT_ALLOWED")
        self.problem(self.upload(content, media_type="image/png"), 400, "EVIDENCE_TYPE_NOT_ALLOWED")
        self.problem(self.upload(photo(51 * MIB)), 400, "EVIDENCE_TOO_LARGE")
        answer = self.problem(self.upload(content, "-H", "Accept-Language: en",
                                          url=self.target(content, sha256="")), 400, "INVALID_FIELD")
        self.assertEqual(answer.json["violations"][0]["field"], "metadata.sha256")
        self.problem(self.upload(content, url=self.target(content) + "&chunk=eHg="), 400,
                     "UNKNOWN_FIELD")
        self.assert_nothing_remains()

    def test_what_is_larger_than_anything_is_not_even_sent(self):
        file = self.folder / "huge"
        with file.open("wb") as huge:
            huge.truncate(513 * MIB)
        answer = self.curl(self.target(b""), "-H", "Content-Type: video/mp4", "-T", str(file))
        self.problem(answer, 413, "MALFORMED_MESSAGE")

    def test_strangers_are_told_so_and_not_heard_to_the_end(self):
        content = photo(40 * MIB)
        self.problem(self.upload(content, token=""), 401, "TOKEN_MISSING")
        registrar = self.system.token("users/registrar", "REGISTRAR", (), CODE)
        self.problem(self.upload(content, token=registrar), 403, "ROLE_MISSING")
        self.problem(self.upload(content, url=self.target(
            content, subject=f"districts/{CODE}/findings/{new_id()}")), 404, "NOT_FOUND")
        self.assert_nothing_remains()

    def test_a_client_that_vanishes_leaves_nothing(self):
        content = photo(40 * MIB)
        address = urllib.parse.urlsplit(self.gateway)
        with socket.create_connection((address.hostname, address.port), timeout=30) as client:
            client.sendall(
                f"POST {self.target(content).removeprefix(self.gateway)} HTTP/1.1\r\nHost: a\r\n"
                f"Authorization: Bearer {self.token}\r\nContent-Type: image/jpeg\r\n"
                f"Content-Length: {len(content)}\r\n\r\n".encode() + content[:3 * MIB])
            eventually(self, "beginning of the file",
                       lambda: any(file.stat().st_size > MIB for file in self.arriving()))
        self.assert_nothing_remains()


if __name__ == "__main__":
    unittest.main()

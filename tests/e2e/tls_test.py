"""The gateway under TLS: what leaves the machine is encrypted, by no protocol that is broken."""

import hashlib
import http.client
import json
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
import urllib.parse
import warnings

import system
from district import HAZARDS, SERVICES, District, eventually

CODE = "120134"
GATEWAY = system.BUILD / "services/gateway/rectify-gateway"
PATIENCE_SECONDS = 30


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certificate = pathlib.Path(folder.name, "cert.pem")
        cls.key = pathlib.Path(folder.name, "key.pem")
        cls.make_certificate()
        peers = [word for name in SERVICES
                 for word in ("--peer", f"{name}={cls.system.address(name)}")]
        cls.gateway = subprocess.Popen(  # pylint: disable=consider-using-with
            [str(GATEWAY), "--listen", "127.0.0.1:0", "--tls-cert", str(cls.certificate),
             "--tls-key", str(cls.key), *peers],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        cls.addClassCleanup(cls.end_gateway)
        cls.port = int(cls.gateway.stdout.readline().split()[-1])

    @classmethod
    def make_certificate(cls):
        """Another one, exchanged in one step for each file."""
        fresh = [file.with_suffix(".new") for file in (cls.key, cls.certificate)]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=example", "-addext",
             "subjectAltName=IP:127.0.0.1", "-keyout", str(fresh[0]), "-out", str(fresh[1])],
            check=True, capture_output=True, timeout=60)
        for file in fresh:
            file.replace(file.with_suffix(".pem"))

    @classmethod
    def end_gateway(cls):
        cls.gateway.terminate()
        timer = threading.Timer(PATIENCE_SECONDS, cls.gateway.kill)
        timer.start()
        cls.gateway.wait()
        timer.cancel()
        cls.gateway.stdout.close()

    def connect(self, context):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context,
                                                 timeout=PATIENCE_SECONDS)
        self.addCleanup(connection.close)
        return connection

    def trusting(self):
        return ssl.create_default_context(cafile=str(self.certificate))

    def get(self, connection, path, **headers):
        connection.request("GET", path, headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse()

    def test_who_knows_the_certificate_is_served(self):
        venue = self.district.venue("加密示例场所")
        connection = self.connect(self.trusting())
        token = self.system.token("users/registrar", "REGISTRAR", (), CODE)
        for _ in range(2):  # on one connection
            answer = self.get(connection, f"/v1/{venue['name']}", Authorization=f"Bearer {token}")
            self.assertEqual(answer.status, 200)
            self.assertEqual(json.loads(answer.read())["displayName"], "加密示例场所")
        self.assertIn(connection.sock.version(), ("TLSv1.2", "TLSv1.3"))

    def test_a_stream_goes_on_under_it(self):
        token = self.system.token("users/operator", "OPERATOR", (), "")
        self.district.venue("加密事件示例")
        answer = self.get(self.connect(self.trusting()), "/v1/sources/venue/feeds/internal/events",
                          Authorization=f"Bearer {token}", Accept="text/event-stream")
        self.assertEqual(answer.readline(), b"retry: 2000\n")
        lines = [answer.readline() for _ in range(3)]
        self.assertTrue(lines[1].startswith(b"id: 1-1-"), lines)

    def test_files_go_in_under_it_and_their_refusal_comes_before_their_end(self):
        recorded = self.district.inspector.call(
            HAZARDS + "RecordInspection", self.district.inspection_request(
                self.district.venue("加密上传示例")["name"], [{
                    "catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                    "description": "示例隐患"}]))
        content = bytes.fromhex("ffd8ffe0") + bytes(range(256)) * (32 << 10)  # 8 MiB
        query = urllib.parse.urlencode({
            "metadata.subject": recorded["findings"][0]["name"],
            "metadata.sha256": hashlib.sha256(content).hexdigest(),
            "metadata.captureTime": self.district.now()})
        path = f"/v1/districts/{CODE}/evidence:upload?{query}"
        token = self.system.token("users/li", "INSPECTOR", self.district.officers[:1], CODE)
        connection = self.connect(self.trusting())
        for login, status in ((f"Bearer {token}", 200), ("", 401)):
            connection.request("POST", path, content, {
                "Authorization": login, "Content-Type": "image/jpeg"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
            self.assertEqual(answer.status, status, said)

    def test_who_does_not_know_it_goes_away(self):
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.get(self.connect(ssl.create_default_context()), "/livez")

    def test_who_comes_after_the_files_were_exchanged_sees_the_new_certificate(self):
        before = self.connect(self.trusting())
        self.assertEqual(self.get(before, "/livez").read(), b"ok\n")
        self.make_certificate()
        expected = ssl.PEM_cert_to_DER_cert(self.certificate.read_text(encoding="ascii"))
        eventually(self, "new certificate", lambda: ssl.PEM_cert_to_DER_cert(
            ssl.get_server_certificate(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)) == expected)
        self.assertEqual(self.get(self.connect(self.trusting()), "/livez").status, 200)
        # Who was there before stays.
        self.assertEqual(self.get(before, "/livez").read(), b"ok\n")

    def test_nothing_is_said_in_the_clear_or_by_a_broken_protocol(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS) as plain:
            plain.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            said = b""
            while piece := plain.recv(4096):
                said += piece
        self.assertNotIn(b"HTTP", said)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises(OSError) as refused:
            self.get(self.connect(old), "/livez")
        # Said by the server; a client without the old protocol would not have asked at all.
        self.assertIn("ALERT", str(refused.exception).upper())
        self.assertEqual(self.get(self.connect(self.trusting()), "/livez").status, 200)


if __name__ == "__main__":
    unittest.main()

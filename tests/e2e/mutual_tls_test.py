"""A whole system by RECTIFY_TLS=1: nobody speaks in the clear, and a service needs its certificate."""

import base64
import json
import re
import ssl
import subprocess
import time
import unittest

import contract
import partners
import system
from district import VENUES, District, eventually
from http_test import Http

CODE = "120143"
LEADS = "rectify.hazard.v1.Leads.*"
GET_HEAD = "rectify.event.v1.EventFeed.GetHead"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def service_token(keys, service):
    """What only the service and its key can make."""
    now = int(time.time())
    claims = {"iss": f"svc-{service}", "sub": f"services/{service}", "roles": ["SERVICE"],
              "district": "", "posts": [], "iat": now, "exp": now + 600}
    signed = b".".join(base64url(json.dumps(part).encode())
                       for part in ({"alg": "ES256", "typ": "JWT"}, claims))
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", str(keys / f"private/svc-{service}.pem")],
        input=signed, capture_output=True, check=True, timeout=60).stdout
    parsed = subprocess.run(["openssl", "asn1parse", "-inform", "DER"], input=made,
                            capture_output=True, check=True, timeout=60).stdout.decode()
    halves = [int(half, 16).to_bytes(32, "big") for half in re.findall(r"INTEGER +:(\w+)", parsed)]
    return (signed + b"." + base64url(b"".join(halves))).decode()


class MutualTlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.System(tls=True).start()
        cls.addClassCleanup(cls.system.stop)
        cls.keys = cls.system.folder / "keys"
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        cls.registrar = cls.http(cls.system.token("users/registrar", "REGISTRAR", (), CODE))

    @classmethod
    def http(cls, credential):
        caller = Http(cls.system.address("gateway"), credential,
                      ssl.create_default_context(cafile=cls.system.roots))
        cls.addClassCleanup(caller.close)
        return caller

    def client(self, token, tls):
        client = contract.Client({"venue": self.system.address("venue")}, token, tls)
        self.addCleanup(client.close)
        return client

    def certificate_of(self, service):
        return contract.believing(self.system.roots, self.keys / f"tls/{service}.pem",
                                  self.keys / f"tls/{service}.key")

    def test_the_gateway_and_the_command_line_find_their_services(self):
        venue = self.registrar("POST", f"/v1/districts/{CODE}/venues",
                               self.district.venue_fields("加密服务示例")).ok()
        token = self.system.token("users/registrar", "REGISTRAR", (), CODE)
        shown = self.system.cli("--district", CODE, "venue", "get", venue["name"], token=token)
        self.assertIn("加密服务示例", shown)

    def test_services_follow_each_other_and_ask_each_other(self):
        self.system.kill("redis")  # so that events come by rpc alone
        venue = self.district.venue("加密事件示例")["name"]
        self.assertEqual(self.district.drafted_order(venue)["state"], "STATE_DRAFTED")

    def test_the_gateway_asks_in_its_own_name_whose_key_it_is(self):
        partner = partners.register(self.registrar, CODE, displayName="教育局平台",
                                    role="ROLE_DEPARTMENT_STAFF", scopes=[LEADS],
                                    posts=[f"districts/{CODE}/departments/jiaoyu"])
        _, secret = partners.issue_key(self.registrar, partner)
        self.assertEqual(self.http(secret)("GET", f"/v1/districts/{CODE}/leads").ok(), {})

    def test_a_client_that_speaks_in_the_clear_is_refused(self):
        token = self.system.token("users/registrar", "REGISTRAR", (), CODE)
        with self.assertRaises(contract.RpcError) as refused:
            self.client(token, None).call(VENUES + "ListVenues", {"parent": f"districts/{CODE}"})
        self.assertEqual(refused.exception.code, "UNAVAILABLE")
        with self.assertRaises(system.CommandFailed):
            self.system.cli("--tls-roots", "", "--district", CODE, "venue", "list", token=token)

    def test_a_services_token_is_taken_with_its_certificate_only(self):
        token = service_token(self.keys, "hazard")
        head = {"source": "venue", "feed": "internal"}
        own = self.client(token, self.certificate_of("hazard"))
        self.assertEqual(own.call(GET_HEAD, head, "venue")["source"], "venue")
        for tls, reason in ((contract.believing(self.system.roots), "CERTIFICATE_MISSING"),
                            (self.certificate_of("reminder"), "CERTIFICATE_MISMATCH")):
            with self.assertRaises(contract.RpcError) as refused:
                self.client(token, tls).call(GET_HEAD, head, "venue")
            self.assertEqual((refused.exception.code, refused.exception.reason),
                             ("UNAUTHENTICATED", reason))
            self.assertEqual(refused.exception.metadata["needed"], "rectify://services/hazard")

    def test_no_services_token_passes_the_gateway(self):
        for service, reason in (("gateway", "TOKEN_INVALID"), ("hazard", "CERTIFICATE_MISMATCH")):
            stolen = self.http(service_token(self.keys, service))
            answer = stolen("GET", f"/v1/districts/{CODE}/venues")
            self.assertEqual((answer.status, answer.json["reason"]), (401, reason))

    def test_only_its_owner_reads_a_key_and_what_lasts_is_kept(self):
        folder = self.keys / "tls"
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
        before = {file.name: file.read_bytes() for file in folder.iterdir()}
        self.assertEqual({file.stat().st_mode & 0o777 for file in folder.iterdir()}, {0o400})
        self.system.bash("make_certificates")
        self.assertEqual({file.name: file.read_bytes() for file in folder.iterdir()}, before)

    def test_what_ends_soon_is_made_anew_and_served_without_a_restart(self):
        self.system.bash('make_certificate venue 29 -CA "$(tls_file ca.pem)" '
                         '-CAkey "$(tls_file ca.key)"')
        file = self.keys / "tls/venue.pem"
        ending = file.read_bytes()
        self.system.bash("make_certificates")
        self.assertNotEqual(file.read_bytes(), ending)
        host, port = self.system.address("venue").split(":")
        eventually(self, "new certificate", lambda: ssl.PEM_cert_to_DER_cert(
            ssl.get_server_certificate((host, int(port)), timeout=30)) ==
            ssl.PEM_cert_to_DER_cert(file.read_text(encoding="ascii")))


if __name__ == "__main__":
    unittest.main()

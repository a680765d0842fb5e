"""A partner's system is told by webhooks: it adds one with its own key, verifies what comes by a library of
the standard, and misses nothing while it is away or the partner registry is killed."""

import json
import os
import pathlib
import shutil
import subprocess
import threading
import unittest

import partners
import system
from district import District, eventually, new_id
from http_test import Http

CODE = "120141"
PARENT = f"/v1/districts/{CODE}"
DEPARTMENT = f"districts/{CODE}/departments/jiaoyu"
RECEIVE = pathlib.Path(__file__).resolve().parent / "clients/receive_webhooks.mjs"
PATIENCE_SECONDS = 60


class Receiver:
    """The partner's system, in a process of its own."""

    def __init__(self, secret, port=0):
        self._process = subprocess.Popen(  # pylint: disable=consider-using-with
            [shutil.which("node"), str(RECEIVE)], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "SECRET": secret, "PORT": str(port)}, start_new_session=True)
        self.port = json.loads(self._process.stdout.readline())["port"]
        self.calls = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.calls.append(json.loads(line))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/events"

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE_SECONDS)
        self._process.stdout.close()


class WebhookTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.System().start()
        cls.addClassCleanup(cls.system.stop)
        cls.allow_loopback()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)

    @classmethod
    def allow_loopback(cls):
        cls.system.kill("partner")
        cls.system.start_service("partner", "--webhook-allow", "127.0.0.1/32")

    def setUp(self):
        self.registrar = self.http(self.system.token("users/registrar", "REGISTRAR", (), CODE))
        self.name, self.partner = self.joined()

    def joined(self):
        """A partner of its own for each test, and who calls with its key."""
        partner = partners.register(
            self.registrar, CODE, displayName=f"示例·教育局平台 {new_id()}",
            role="ROLE_DEPARTMENT_STAFF", posts=[f"{DEPARTMENT}{new_id()[-6:]}"],
            eventTypes=["rectify.hazard.v1.LeadReceived"],
            scopes=["rectify.hazard.v1.Leads.*", "rectify.partner.v1.Webhooks.*"])
        _, secret = partners.issue_key(self.registrar, partner)
        return partner["name"], self.http(secret)

    def http(self, token):
        caller = Http(self.system.address("gateway"), token)
        self.addCleanup(caller.close)
        return caller

    def receiver(self, secret, **options):
        receiver = Receiver(secret, **options)
        self.addCleanup(receiver.stop)
        return receiver

    def add(self, url):
        answer = self.partner("POST", f"/v1/{self.name}/webhooks", {"webhook": {"url": url}}).ok()
        return answer["webhook"]["name"], answer["secret"]

    def hand_in(self, count):
        return [self.partner("POST", f"{PARENT}/leads", {"lead": {
            "source": "SOURCE_DEPARTMENT", "category": "CATEGORY_OTHER", "externalId": new_id(),
            "text": "示例", "place": "示例"}}).ok()["name"] for _ in range(count)]

    def wait_for(self, receiver, count):
        eventually(self, f"{count} events", lambda: len(receiver.calls) >= count)

    def test_events_arrive_in_order_whatever_happens_on_the_way(self):
        # The secret is known once the webhook is there, so the receiver takes a port first.
        stand_in = self.receiver("whsec_" + "A" * 32)
        name, secret = self.add(stand_in.url)
        refused = self.partner("POST", f"/v1/{name}:test", {}).ok()
        self.assertFalse(refused.get("delivered", False))
        self.assertIn("HTTP 401", refused["reply"])
        port = stand_in.port
        stand_in.stop()

        receiver = self.receiver(secret, port=port)
        self.assertTrue(self.partner("POST", f"/v1/{name}:test", {}).ok()["delivered"])
        leads = self.hand_in(3)
        self.wait_for(receiver, 4)
        self.assertEqual([call["subject"] for call in receiver.calls[1:]], leads)
        receiver.stop()

        leads += self.hand_in(3)
        self.system.kill("partner")
        leads += self.hand_in(2)
        self.allow_loopback()
        again = self.receiver(secret, port=port)
        # What has failed meanwhile waits for its time; resuming brings it at once.
        def resumed():
            self.partner("POST", f"/v1/{name}:resume", {}).ok()
            return len(again.calls) >= 5
        eventually(self, "five events more", resumed)
        # What was on its way when the registry was killed may come twice: as the same.
        calls = list({call["id"]: call for call in receiver.calls[1:] + again.calls}.values())
        self.assertEqual([call["position"] for call in calls], list(range(1, 9)))
        self.assertEqual([call["subject"] for call in calls], leads)
        webhook = self.partner("GET", f"/v1/{name}").ok()
        self.assertEqual((webhook["state"], webhook["position"]), ("STATE_ACTIVE", "8"))

    def test_a_new_key_and_the_old_one_both_verify(self):
        stand_in = self.receiver("whsec_" + "A" * 32)
        name, secret = self.add(stand_in.url)
        port = stand_in.port
        stand_in.stop()
        new = self.partner("POST", f"/v1/{name}:rotateKey", {}).ok()["secret"]
        for each in (secret, new):
            receiver = self.receiver(each, port=port)
            self.assertTrue(self.partner("POST", f"/v1/{name}:test", {}).ok()["delivered"])
            receiver.stop()

    def test_the_webhook_of_another_partner_is_not_there(self):
        name, _ = self.add("http://127.0.0.1:9/")
        _, other = self.joined()
        for method, path in (("GET", f"/v1/{name}"), ("POST", f"/v1/{name}:pause"),
                             ("GET", f"/v1/{name}/deliveries"), ("GET", f"/v1/{self.name}/webhooks")):
            body = [{}] if method == "POST" else []
            self.assertEqual(other(method, path, *body).status, 404, path)


if __name__ == "__main__":
    unittest.main()

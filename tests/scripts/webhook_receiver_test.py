"""The sample receiver takes what Rectify signed, once, and nothing else."""

import http.client
import json
import pathlib
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/sample"))
import webhook_receiver  # noqa: E402  (found by the line above)

# The example of https://github.com/standard-webhooks/standard-webhooks (libraries' test data).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXAMPLE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
EXAMPLE_TIME = "1614265330"
EXAMPLE_BODY = b'{"test": 2432232314}'
EXAMPLE_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class WebhookReceiver(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.output = pathlib.Path(folder.name) / "received.jsonl"
        self.start()

    def start(self, **options):
        self.server = webhook_receiver.Receiver(0, SECRET, str(self.output), **options)
        self.server.RequestHandlerClass.log_message = lambda *_: None
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)

    def send(self, message_id="msg_1", body=b'{"a": "b"}', timestamp=None, signature=None):
        timestamp = timestamp or str(int(time.time()))
        key = webhook_receiver.signing_key(SECRET)
        signature = signature or webhook_receiver.signature(key, message_id, timestamp, body)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_address[1], timeout=10)
        self.addCleanup(connection.close)
        connection.request("POST", "/", body, {
            "webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature})
        response = connection.getresponse()
        response.read()
        return response.status

    def received(self):
        return [json.loads(line) for line in self.output.read_text(encoding="utf-8").splitlines()]

    def test_signs_as_the_standard_says(self):
        key = webhook_receiver.signing_key(SECRET)
        self.assertEqual(
            webhook_receiver.signature(key, EXAMPLE_ID, EXAMPLE_TIME, EXAMPLE_BODY),
            EXAMPLE_SIGNATURE)

    def test_takes_a_signed_delivery(self):
        self.assertEqual(self.send("msg_1", '{"隐患": 1}'.encode()), 200)
        self.assertEqual(self.received()[0]["id"], "msg_1")
        self.assertEqual(self.received()[0]["payload"], {"隐患": 1})

    def test_takes_a_repeated_delivery_once(self):
        self.assertEqual([self.send("msg_1"), self.send("msg_1")], [200, 200])
        self.assertEqual(len(self.received()), 1)

    def test_knows_after_a_restart_what_it_took_before(self):
        self.send("msg_1")
        with self.output.open("a", encoding="utf-8") as file:
            file.write('{"id": "msg_2", "ti')  # killed while writing
        self.start()
        self.assertEqual([self.send("msg_1"), self.send("msg_2")], [200, 200])
        self.assertEqual([line["id"] for line in self.received()], ["msg_1", "msg_2"])

    def test_refuses_a_wrong_signature(self):
        self.assertEqual(self.send(signature=EXAMPLE_SIGNATURE), 401)
        self.assertEqual(self.received(), [])

    def test_refuses_a_changed_body(self):
        now = str(int(time.time()))
        key = webhook_receiver.signing_key(SECRET)
        signature = webhook_receiver.signature(key, "msg_1", now, b'{"a": 1}')
        self.assertEqual(self.send("msg_1", b'{"a": 2}', now, signature), 401)

    def test_takes_one_good_signature_of_several(self):
        now = str(int(time.time()))
        key = webhook_receiver.signing_key(SECRET)
        good = webhook_receiver.signature(key, "msg_1", now, b"{}")
        self.assertEqual(self.send("msg_1", b"{}", now, f"{EXAMPLE_SIGNATURE} {good}"), 200)

    def test_refuses_an_old_timestamp_unless_told_otherwise(self):
        self.assertEqual(self.send(timestamp=EXAMPLE_TIME), 401)
        self.start(tolerance=0)
        self.assertEqual(self.send(timestamp=EXAMPLE_TIME), 200)

    def test_fails_the_first_calls_when_told_so(self):
        self.start(fail_first=2)
        self.assertEqual([self.send(), self.send(), self.send()], [500, 500, 200])
        self.assertEqual(len(self.received()), 1)

    def test_refuses_a_body_that_is_not_json(self):
        self.assertEqual(self.send(body=b"not json"), 400)


if __name__ == "__main__":
    unittest.main()

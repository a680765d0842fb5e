"""A feed as Server-Sent Events, followed by the client that browsers have."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import threading
import unittest
import urllib.parse

import contract
import system
from district import VENUES, District, eventually, new_id
from http_test import Http

CODE = "120132"
PATH = "/v1/sources/venue/feeds/internal"
FOLLOW = pathlib.Path(__file__).resolve().parent / "clients/follow_events.mjs"
PATIENCE_SECONDS = 60  # for what comes within a second or three


class Follower:
    """A subscriber in a process of its own."""

    def __init__(self, url, token):
        self._process = subprocess.Popen(  # pylint: disable=consider-using-with
            [shutil.which("node"), str(FOLLOW), url], env={**os.environ, "TOKEN": token},
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        self.seen = []

    def until(self, found):
        """Reads on until `found` of a line; what came is in `seen`."""
        timer = threading.Timer(PATIENCE_SECONDS, self._process.kill)
        timer.start()
        try:
            for line in self._process.stdout:
                self.seen.append(json.loads(line))
                if found(self.seen[-1]):
                    return self.seen[-1]
        finally:
            timer.cancel()
        raise AssertionError(f"the stream ended, or nothing came: {self.seen[-3:]}")

    def stop(self):
        self._process.kill()
        self._process.stdout.close()
        self._process.wait()


class EventStreamTest(unittest.TestCase):
    def setUp(self):
        self.system = system.System().start()
        self.addCleanup(self.system.stop)
        self.district = District(self.system, CODE)
        self.addCleanup(self.district.close)
        self.token = self.system.token("users/operator", "OPERATOR", (), "")
        self.operator = Http(self.system.address("gateway"), self.token)
        self.addCleanup(self.operator.close)

    def follow(self, query=""):
        follower = Follower(self.system.address("gateway") + PATH + "/events" + query, self.token)
        self.addCleanup(follower.stop)
        return follower

    def register(self, name):
        """As a client should: the same request until it is answered."""
        request = {"parent": self.district.parent, "request_id": new_id(),
                   "venue": self.district.venue_fields(name)}

        def attempt():
            with contextlib.suppress(contract.RpcError):
                return self.district.registrar.call(VENUES + "CreateVenue", request)["name"]
            return None

        return eventually(self, "answer", attempt)

    def test_a_subscriber_sees_each_event_once_whatever_dies(self):
        head = self.operator("GET", PATH + ":head").json
        follower = self.follow("?" + urllib.parse.urlencode(
            {"afterPosition": head["position"], "afterEpoch": head["epoch"],
             "afterChain": head["chain"]}))
        first = self.register("事件流示例甲")
        follower.until(lambda line: line.get("subject") == first)
        # The source dies: the stream outlasts it.
        self.system.kill("venue")
        self.system.start_service("venue")
        second = self.register("事件流示例乙")
        follower.until(lambda line: line.get("subject") == second)
        # The gateway dies: the subscriber comes back with the id of what it has seen.
        self.system.kill("gateway")
        third = self.register("事件流示例丙")
        self.system.bash("up_gateway")
        follower.until(lambda line: line.get("subject") == third)
        positions = [int(line["position"]) for line in follower.seen if "position" in line]
        self.assertEqual(positions, list(range(int(head["position"]) + 1,
                                               int(head["position"]) + 1 + len(positions))))
        self.assertGreaterEqual(sum("open" in line for line in follower.seen), 2)

    def test_a_subscriber_of_another_history_is_told(self):
        self.register("事件流示例丁")
        self.district.settle()  # or the head is still before it
        head = self.operator("GET", PATH + ":head").json
        follower = self.follow("?" + urllib.parse.urlencode(
            {"afterPosition": head["position"], "afterEpoch": head["epoch"],
             "afterChain": head["chain"]}))
        follower.until(lambda line: "open" in line)
        # As after a restored backup: what the reader has seen never happened.
        with contextlib.ExitStack() as stack:
            stack.callback(self.system.start_service, "venue")
            self.system.kill("venue")
            change = ("UPDATE venue.event_log SET chain = sha256(chain) "
                      f"WHERE position = {head['position']}")
            self.system.bash(f'psql -qX -v ON_ERROR_STOP=1 "$(dsn postgres)" -c "{change}"')
        problem = follower.until(lambda line: "problem" in line)["problem"]
        self.assertEqual(problem["reason"], "HISTORY_DIVERGED")

    def test_a_gateway_that_is_told_to_stop_lets_its_readers_go(self):
        head = self.operator("GET", PATH + ":head").json
        follower = self.follow(f"?afterPosition={head['position']}")
        follower.until(lambda line: "open" in line)
        # A long poll of half a minute is under way as well.
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(self.operator(
            "GET", PATH + "/events", query={"afterPosition": head["position"], "wait": "30s"})))
        waiting.start()
        self.system.bash("stop_process gateway", timeout=20)
        waiting.join(timeout=20)
        self.assertIsNone(self.system.pid("gateway"))


if __name__ == "__main__":
    unittest.main()

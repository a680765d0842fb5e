"""A reader of a source's events over HTTP, which goes on from where it was and takes nothing on trust."""

import base64
import sys

import system

sys.path.append(str(system.ROOT / "tests/chaos"))
from checks_log import genesis, link  # noqa: E402  pylint: disable=wrong-import-position


class FeedReader:
    def __init__(self, caller, source, feed="internal"):
        self._caller = caller
        self._path = f"/v1/sources/{source}/feeds/{feed}"
        self._seen = {}
        self._chain = genesis(source, feed)
        self.position = 0

    def catch_up(self):
        """The events since the last time; AssertionError for a hole, a fork or a break of the chain."""
        fresh = []
        while page := self._page():
            for event in page:
                self._take(event)
            fresh += page
        head = self._caller("GET", self._path + ":head").ok()
        assert (int(head.get("position", 0)), head["chain"]) == (self.position, encoded(self._chain)), head
        return fresh

    def _page(self):
        return self._caller("GET", self._path + "/events",
                            query={"maxEvents": 50, **self._seen}).ok().get("events", [])

    def _take(self, event):
        position = int(event["position"])
        assert position == self.position + 1, f"{position} after {self.position}"
        assert event["prevChain"] == encoded(self._chain), f"{position} follows another history"
        self._chain = link(self._chain, position, {
            "epoch": event["epoch"], "aggregate": event["aggregate"],
            "aggregate_version": int(event["aggregateVersion"]), "type": event["type"],
            "payload": base64.b64decode(event.get("payload", "")).hex()})
        assert event["chain"] == encoded(self._chain), f"{position} is not what its hash says"
        self.position = position
        self._seen = {"afterPosition": position, "afterEpoch": event["epoch"],
                      "afterChain": event["chain"]}


def encoded(chain):
    return base64.b64encode(chain).decode()

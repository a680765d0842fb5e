"""Who builds a copy from its feed alone has what it would be told if it asked: after thousands of random
changes, also of what it may see, while Redis is wiped and the gateway is killed."""

import http.client
import os
import random
import re
import unittest

import partners
import system
from district import eventually, new_id
from http_district import HttpDistrict
from http_test import BATCH, Http

CODE = "120137"
PARENT = f"districts/{CODE}"
DESKS = [f"{PARENT}/departments/{code}" for code in ("jiaoyu", "zhujian", "minzheng")]
OPERATIONS = int(os.environ.get("RECTIFY_REPLICA_OPERATIONS", "10000"))
CHECKS = 5
TYPES = ["rectify.hazard.v1.LeadReceived", "rectify.hazard.v1.LeadAccepted",
         "rectify.hazard.v1.LeadRefused", "rectify.hazard.v1.LeadTransferred"]


class Replica:
    """State of each lead by its name, from the events of one feed."""

    def __init__(self, caller, partner):
        self._caller = caller
        self._next = f"/v1/sources/partner/feeds/{partner.rpartition('/')[2]}/events?maxEvents=500"
        self._position = 0
        self._chain = None
        self.states = {}

    def catch_up(self):
        while True:
            page = self._caller("GET", self._next, Accept=BATCH)
            events = page.ok()
            self._next = re.fullmatch('<(.+)>; rel="next"', page.headers["Link"])[1]
            if not events:
                return
            for event in events:
                self._take(event)

    def _take(self, event):
        self._position += 1
        assert int(event["position"]) == self._position, event
        assert self._chain in (None, event["prevchain"]), event
        self._chain = event["chain"]
        kind, lead = event["type"].rpartition(".")[2], event["subject"]
        if kind in ("AccessGranted", "AccessWithdrawn"):
            self.states.pop(lead, None)
        else:
            self.states[lead] = event["data"]["lead"]["state"]


class RandomChanges:
    """What people, partners and the registrar do to leads, and to who may see them."""

    def __init__(self, district, partners_by_name, random_numbers):
        self._district = district
        self._partners = partners_by_name
        self._random = random_numbers
        self._leads = []

    def one(self):
        what = self._random.choices(
            (self._hand_in, self._accept, self._refuse, self._transfer, self._move_posts), (40, 15, 10, 30, 1))[0]
        what()

    def _do(self, caller, verb, path, body):
        """With one key until there is an answer; a refusal by the rules is one."""
        key = new_id()
        while True:
            try:
                answer = caller(verb, path, body, Idempotency_Key=key)
            except (OSError, http.client.HTTPException):
                caller.close()
                continue
            if answer.status not in (503, 429):
                return answer

    def _hand_in(self):
        callers = [caller for _, caller in self._partners] + [self._district.inspector]
        answer = self._do(self._random.choice(callers), "POST", f"/v1/{PARENT}/leads", {"lead": {
            "source": "SOURCE_DEPARTMENT", "category": "CATEGORY_OTHER", "externalId": new_id(),
            "text": "示例", "place": "示例"}})
        self._leads.append(answer.ok()["name"])

    def _on_some_lead(self, verb, body):
        if self._leads:
            lead = self._random.choice(self._leads[-50:])
            self._do(self._district.approver("DEPARTMENT_HEAD"), "POST", f"/v1/{lead}:{verb}", body)

    def _accept(self):
        self._on_some_lead("accept", {"officer": self._district.officers[0]})

    def _refuse(self):
        self._on_some_lead("refuse", {"reason": "示例"})

    def _transfer(self):
        self._on_some_lead("transfer", {"department": self._random.choice(DESKS), "reason": "示例"})

    def _move_posts(self):
        name, _ = self._random.choice(self._partners)
        posts = self._random.sample(DESKS, self._random.randint(1, 2))
        self._do(self._district.registrar, "PATCH", f"/v1/{name}?updateMask=posts", {"posts": posts}).ok()


class ReplicaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.System().start()
        cls.addClassCleanup(cls.system.stop)
        cls.district = HttpDistrict(cls.system, CODE)
        for desk in DESKS:
            cls.district.register_department({"name": desk, "displayName": desk.rpartition("/")[2]})

    def joined(self, number):
        partner = partners.register(
            self.district.registrar, CODE, displayName=f"示例平台{number}", role="ROLE_DEPARTMENT_STAFF",
            posts=[DESKS[number]], eventTypes=TYPES, requestsPerMinute=60000,
            scopes=["rectify.hazard.v1.Leads.*", "rectify.event.v1.EventFeed.*"])
        _, secret = partners.issue_key(self.district.registrar, partner)
        return partner["name"], Http(self.system.address("gateway"), secret)

    def asked(self, caller):
        """What the partner is told when it asks."""
        states, token = {}, ""
        while token is not None:
            page = caller("GET", f"/v1/{PARENT}/leads", query={"pageSize": 500, "pageToken": token}).ok()
            states.update((lead["name"], lead["state"]) for lead in page.get("leads", []))
            token = page.get("nextPageToken")
        return states

    def disturb(self, numbers):
        if numbers.random() < 0.5:
            self.system.flush_redis()
        else:
            self.kill_gateway()

    def kill_gateway(self):
        self.system.kill("gateway")
        self.system.bash("up_gateway")

    def test_a_copy_is_what_would_be_told(self):
        seed = random.randrange(2**32)
        numbers = random.Random(seed)
        followers = [self.joined(number) for number in range(2)]
        replicas = [Replica(caller, name) for name, caller in followers]
        changes = RandomChanges(self.district, followers, numbers)
        with self.subTest(seed=seed):
            for _ in range(CHECKS):
                for number in range(OPERATIONS // CHECKS):
                    changes.one()
                    if number % 800 == 400:
                        self.disturb(numbers)
                self.district.settle()
                # One that lives on follows a change of what a partner may see within ten seconds.
                self.kill_gateway()
                for replica, (_, caller) in zip(replicas, followers):
                    caller.close()

                    def equal(replica=replica, caller=caller):
                        replica.catch_up()
                        return replica.states == self.asked(caller)
                    eventually(self, "the copy is what is told", equal)
            self.assertGreater(min(len(replica.states) for replica in replicas), OPERATIONS // 100)


if __name__ == "__main__":
    unittest.main()

"""Another department's system joins in with an API key, over HTTP only."""

import unittest

import partners
import system
from district import District, eventually, new_id
from http_test import Http

CODE = "120132"
LEADS = "rectify.hazard.v1.Leads.*"
DEPARTMENT = f"districts/{CODE}/departments/jiaoyu"


class PartnerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        cls.gateway = cls.system.address("gateway")
        cls.registrar = Http(cls.gateway, cls.system.token("users/registrar", "REGISTRAR", (), CODE))
        cls.addClassCleanup(cls.registrar.close)
        cls.parent = f"/v1/districts/{CODE}"

    def register(self, **fields):
        """A partner of its own for each test."""
        return partners.register(self.registrar, CODE, **{
            "displayName": f"教育局安全管理平台 {new_id()}", "role": "ROLE_DEPARTMENT_STAFF",
            "posts": [DEPARTMENT], "scopes": [LEADS], **fields})

    def issue(self, partner, **fields):
        return partners.issue_key(self.registrar, partner, **fields)

    def caller(self, key):
        caller = Http(self.gateway, key)
        self.addCleanup(caller.close)
        return caller

    def joined(self, **fields):
        partner = self.register(**fields)
        key, secret = self.issue(partner)
        return partner, key, self.caller(secret)

    def hand_in(self, caller, **fields):
        return caller("POST", f"{self.parent}/leads", {"lead": {
            "source": "SOURCE_DEPARTMENT", "category": "CATEGORY_OTHER", "externalId": new_id(),
            "text": "校门口消防通道停车", "place": "丽泽小学北门", **fields}})

    def refused(self, answer, status, reason):
        self.assertEqual((answer.status, answer.json["reason"]), (status, reason), answer.body)

    # ---- What a key opens

    def test_a_partner_hands_in_a_lead_and_reads_its_own(self):
        _, _, caller = self.joined()
        created = self.hand_in(caller)
        self.assertEqual(created.status, 200, created.body)
        self.assertEqual(created.json["reporter"], DEPARTMENT)
        read = caller("GET", f"/v1/{created.json['name']}")
        self.assertEqual(read.json["text"], "校门口消防通道停车")

        _, _, other = self.joined(posts=[f"districts/{CODE}/departments/zhujian"])
        foreign = other("GET", f"/v1/{created.json['name']}")
        missing = other("GET", f"{self.parent}/leads/{new_id()}")
        self.refused(foreign, 404, "NOT_FOUND")
        self.refused(missing, 404, "NOT_FOUND")
        self.assertEqual(other("GET", f"{self.parent}/leads").json, {})

    def test_the_scope_ends_before_the_role_does(self):
        _, _, caller = self.joined(scopes=["rectify.hazard.v1.Leads.ListLeads"])
        self.assertEqual(caller("GET", f"{self.parent}/leads").status, 200)
        self.refused(self.hand_in(caller), 403, "SCOPE_MISSING")

    def test_neither_role_nor_district_is_widened_by_a_scope(self):
        _, _, caller = self.joined(scopes=[LEADS])
        lead = self.hand_in(caller).json["name"]
        self.refused(caller("POST", f"/v1/{lead}:accept", {"officer": self.district.officers[0]}),
                     403, "ROLE_MISSING")
        self.refused(caller("GET", "/v1/districts/120110/leads"), 404, "NOT_FOUND")

    # ---- What closes it

    def test_keys_that_do_not_work_look_alike(self):
        partner, key, caller = self.joined()
        self.assertEqual(caller("GET", f"{self.parent}/leads").status, 200)
        _, elsewhere = self.issue(partner, networks=["10.20.0.0/16"])
        answers = [self.caller(text)("GET", f"{self.parent}/leads")
                   for text in (elsewhere, "rk_unknown", elsewhere[:-4] + "AAAA")]
        for answer in answers:
            self.refused(answer, 401, "API_KEY_INVALID")
            self.assertEqual(answer.json, answers[0].json)

        self.registrar("POST", f"/v1/{key['name']}:revoke", {"reason": "轮换"})
        eventually(self, "the gateway follows", lambda: caller(
            "GET", f"{self.parent}/leads").status == 401)

    def test_a_suspended_partner_stands_outside_until_it_is_resumed(self):
        partner, _, caller = self.joined()
        for verb, status in (("suspend", 401), ("resume", 200)):
            self.registrar("POST", f"/v1/{partner['name']}:{verb}", {"reason": "演练"})
            eventually(self, verb, lambda expected=status: caller(
                "GET", f"{self.parent}/leads").status == expected)

    # ---- How often

    def test_a_minute_has_so_many_requests_for_all_gateways_and_survives_both(self):
        _, _, caller = self.joined(requestsPerMinute=40)
        statuses = []
        while statuses.count(429) == 0:  # the minute may turn in between, once
            answer = caller("GET", f"{self.parent}/leads")
            statuses.append(answer.status)
            self.assertEqual(answer.headers["RateLimit-Policy"], '"minute";q=40;w=60')
            self.assertLess(len(statuses), 100)
        self.assertGreaterEqual(statuses.count(200), 40)
        self.refused(answer, 429, "RATE_LIMITED")
        self.assertIn('"minute";r=0;t=', answer.headers["RateLimit"])
        wait = int(answer.headers["Retry-After"])
        self.assertTrue(1 <= wait <= 60, wait)

        self.system.flush_redis()
        self.system.kill("gateway")
        self.system.bash("up_gateway")
        self.registrar.close()
        after = self.caller(caller.token)("GET", f"{self.parent}/leads")
        turned = int(after.headers["RateLimit"].split("t=")[1]) > wait
        self.assertTrue(after.status == 429 or turned, after.headers)

    # ---- While the registry is away

    def test_a_partner_goes_on_while_the_registry_is_away(self):
        _, _, caller = self.joined()
        self.assertEqual(caller("GET", f"{self.parent}/leads").status, 200)
        self.system.kill("partner")
        try:
            for _ in range(60):  # more than a gateway has taken at a time
                self.assertEqual(caller("GET", f"{self.parent}/leads").status, 200)
            unknown = self.caller("rk_unknown")("GET", f"{self.parent}/leads")
            self.assertEqual(unknown.status, 503, unknown.body)
        finally:
            self.system.start_service("partner")
            eventually(self, "the gateway finds it again", lambda: self.registrar(
                "GET", f"{self.parent}/partners").status == 200)


if __name__ == "__main__":
    unittest.main()

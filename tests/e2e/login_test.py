"""People who have logged in at the authority's own identity provider call with its ID tokens."""

import unittest

import system
from district import District, eventually, new_id
from http_test import Http
from issuer import Issuer, base64url

CODE = "120138"


class LoginTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.close)
        cls.gateway = cls.system.address("gateway")
        cls.parent = f"/v1/districts/{CODE}"
        cls.setup_file = cls.issuer.setup(f"""
            rules {{ claim: "groups" value: "inspectors" roles: ROLE_INSPECTOR district: "{CODE}" }}
            rules {{ claim: "sub" value: "li" posts: "{cls.district.officers[0]}" }}
            rules {{ claim: "groups" value: "registrars" roles: ROLE_REGISTRAR district: "{CODE}" }}
            """)
        cls.restart_registry("--oidc", cls.setup_file)
        cls.addClassCleanup(cls.restart_registry)

    @classmethod
    def restart_registry(cls, *flags):
        cls.system.kill("partner")
        cls.system.start_service("partner", *flags)
        ready = Http(cls.gateway, "")
        eventually(unittest.TestCase(), "the gateway finds it again",
                   lambda: ready("GET", "/readyz").status == 200)
        ready.close()

    def caller(self, token):
        caller = Http(self.gateway, token)
        self.addCleanup(caller.close)
        return caller

    def logged_in(self, user, *groups, **more):
        return self.caller(self.issuer.key.sign(self.issuer.claims(user, groups=groups, **more)))

    def refused(self, caller, status, reason, **headers):
        answer = caller("GET", f"{self.parent}/venues", **headers)
        self.assertEqual((answer.status, answer.json["reason"]), (status, reason), answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        for part in filter(None, caller.token.split(".")):
            self.assertNotIn(part.encode(), answer.body)
        return answer.json

    # ---- What a login opens

    def test_an_inspector_records_an_inspection(self):
        registrar = self.logged_in("wang", "registrars")
        venue = registrar("POST", f"{self.parent}/venues",
                          self.district.venue_fields("示例：统一身份认证")).ok()
        inspector = self.logged_in("li", "inspectors")
        request = self.district.inspection_request(venue["name"], [{
            "catalogCode": "B02", "disposition": "DISPOSITION_ORDER", "description": "示例隐患"}])
        recorded = inspector("POST", f"{self.parent}/inspections:record",
                             {"inspection": request["inspection"]}, Idempotency_Key=new_id()).ok()
        trail = registrar("GET", f"/v1/{recorded['name']}/auditEntries").ok()
        self.assertEqual([entry["actor"] for entry in trail["entries"]], ["users/li"])

    def test_the_roles_end_where_the_rules_end(self):
        inspector = self.logged_in("li", "inspectors")
        answer = inspector("GET", f"{self.parent}/venues:export")
        self.assertEqual((answer.status, answer.json["reason"]), (403, "ROLE_MISSING"))
        elsewhere = inspector("GET", "/v1/districts/120110/venues")
        self.assertEqual((elsewhere.status, elsewhere.json["reason"]), (404, "NOT_FOUND"))

    def test_who_has_no_role_is_told_so(self):
        self.refused(self.logged_in("zhao", "cooks"), 403, "LOGIN_NOT_ASSIGNED")

    # ---- What closes it

    def test_a_forged_login_is_refused(self):
        claims = self.issuer.claims("li", groups=["inspectors"])
        problem = self.refused(self.caller(self.issuer.forger().sign(claims)), 401, "ID_TOKEN_INVALID")
        self.assertEqual(problem["metadata"]["cause"], "signature")
        self.assertIn("签名不符", problem["detail"])

    def test_a_refusal_says_what_is_wrong_in_the_callers_language(self):
        now = self.issuer.claims("li")["iat"]
        for more, cause, words in (
                ({"iat": now - 7200, "exp": now - 3600}, "expired", "it has expired"),
                ({"aud": "another"}, "audience", "it was not made for us"),
                ({"iss": "https://idp.example.cn"}, "issuer", "is not our identity provider")):
            with self.subTest(cause):
                problem = self.refused(self.logged_in("li", "inspectors", **more), 401,
                                       "ID_TOKEN_INVALID", Accept_Language="en")
                self.assertEqual(problem["metadata"]["cause"], cause)
                self.assertIn(words, problem["detail"])

    def test_a_token_without_a_signature_is_refused(self):
        _, said, _ = self.issuer.key.sign(self.issuer.claims("li", groups=["inspectors"])).split(".")
        header = base64url(b'{"alg":"none","kid":"k1"}')
        problem = self.refused(self.caller(f"{header}.{said}."), 401, "ID_TOKEN_INVALID")
        self.assertEqual(problem["metadata"]["cause"], "algorithm")

    # ---- While others are away

    def another_login(self):
        return self.logged_in("li", "inspectors", jti=new_id())

    def test_who_has_logged_in_goes_on_while_the_registry_is_away(self):
        inspector = self.logged_in("li", "inspectors")
        inspector("GET", f"{self.parent}/venues").ok()
        self.system.kill("partner")
        try:
            inspector("GET", f"{self.parent}/venues").ok()
            self.refused(self.another_login(), 503, "OVERLOADED")
        finally:
            self.restart_registry("--oidc", self.setup_file)
        self.another_login()("GET", f"{self.parent}/venues").ok()

    def test_without_a_provider_its_tokens_are_as_foreign_as_any(self):
        self.restart_registry()
        try:
            self.refused(self.another_login(), 401, "LOGIN_NOT_SET_UP")
        finally:
            self.restart_registry("--oidc", self.setup_file)


if __name__ == "__main__":
    unittest.main()

"""A letter to a department, over HTTP only: sent by the head, answered by the department's own system with
its API key; its deadlines stand in the lists, in the calendar and in the reminders."""

import csv
import datetime
import unittest

import icalendar

import system
from district import District, day, new_id
from http_test import Http

CODE = "120137"
DEPARTMENT = f"districts/{CODE}/departments/zhujian"
VENUES = "rectify.venue.v1.VenueRegistry."


class ReferralTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        cls.parent = f"/v1/districts/{CODE}"
        cls.district.registrar.call(VENUES + "UpdateDepartment", {
            "department": {"name": DEPARTMENT, "display_name": "区住房和建设委员会",
                           "contact": {"email": f"zhujian@{CODE}.example.cn"}},
            "request_id": new_id()})
        cls.venue = cls.district.venue("示例住宅小区")["name"]
        cls.district.settle()
        cls.head = cls.caller(cls.system.token("users/head", "DEPARTMENT_HEAD", (), CODE))

    @classmethod
    def caller(cls, token):
        caller = Http(cls.system.address("gateway"), token)
        cls.addClassCleanup(caller.close)
        return caller

    def partner(self, department):
        """The system of a department, with a key that opens letters and nothing else."""
        registrar = self.caller(self.system.token("users/registrar", "REGISTRAR", (), CODE))
        partner = self.ok(registrar("POST", f"{self.parent}/partners", {
            "displayName": f"示例平台 {new_id()}", "role": "ROLE_DEPARTMENT_STAFF",
            "posts": [department], "scopes": ["rectify.hazard.v1.Referrals.*"]}))
        expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=300)
        key = self.ok(registrar("POST", f"/v1/{partner['name']}/apiKeys", {
            "expireTime": expiry.strftime("%Y-%m-%dT%H:%M:%SZ")}))
        return self.caller(key["secret"]), partner["name"]

    def ok(self, answer):
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def refused(self, answer, status, reason):
        self.assertEqual((answer.status, answer.json["reason"]), (status, reason), answer.body)

    def send(self, **fields):
        return self.ok(self.head("POST", f"{self.parent}/departmentReferrals:send", {"referral": {
            "kind": "KIND_PROCURATORIAL_SUGGESTION", "subject": self.venue, "addressee": DEPARTMENT,
            "title": "示例小区消防设施停用", "text": "建议督促物业服务企业恢复消防设施（示例）",
            "issuer": "示例区人民检察院", "documentNumber": "津丽检建〔2023〕1号",
            "issueDate": day(self.district.today()), **fields}}))

    def clocks(self, name, state="RUNNING"):
        self.district.settle()
        answer = self.ok(self.head("GET", f"{self.parent}/clocks", query={
            "filter": f'subject = "{name}" AND state = "{state}"'}))
        return answer.get("clocks", [])

    def calendar(self, name):
        """Uid and day of each deadline that runs."""
        answer = self.head("GET", f"{self.parent}/clocks.ics", query={
            "filter": f'subject = "{name}" AND state = "RUNNING"'})
        self.assertEqual(answer.status, 200, answer.body)
        return [(str(event["UID"]), event["DTSTART"].dt.isoformat()[:10])
                for event in icalendar.Calendar.from_ical(answer.body).walk("VEVENT")]

    def test_a_department_answers_a_suggestion_with_its_own_system(self):
        partner, account = self.partner(DEPARTMENT)
        stranger, _ = self.partner(f"districts/{CODE}/departments/jiaoyu")
        letter = self.send()
        name = letter["name"]
        receipt, = self.clocks(name)
        self.assertEqual((receipt["kind"], receipt["owner"], receipt["side"]),
                         ("referral_receipt", DEPARTMENT, "CLOCK_SIDE_DEPARTMENT"))
        self.assertEqual(self.calendar(name), [(receipt["name"], iso(receipt["dueDate"]))])

        # Only the addressee has a letter at all.
        self.refused(stranger("GET", f"/v1/{name}"), 404, "NOT_FOUND")
        self.refused(stranger("POST", f"/v1/{name}:acknowledge", {}), 404, "NOT_FOUND")
        self.assertEqual(stranger("GET", f"{self.parent}/departmentReferrals").json, {})
        listed = self.ok(partner("GET", f"{self.parent}/departmentReferrals", query={"filter": 'state = "SENT"'}))
        self.assertEqual([each["name"] for each in listed["referrals"]], [name])

        received = self.ok(partner("POST", f"/v1/{name}:acknowledge", {"etag": letter["etag"]}))
        self.assertEqual(received["receiver"], account)
        reply, = self.clocks(name)
        self.assertEqual((reply["kind"], reply["period"]["amount"], reply["period"]["unit"]),
                         ("referral_suggestion_reply", 2, "PERIOD_UNIT_MONTHS"))
        self.assertEqual(self.calendar(name), [(reply["name"], iso(reply["dueDate"]))])
        self.assertIn(DEPARTMENT, self.reminded(name))

        self.refused(partner("POST", f"/v1/{name}:conclude", {}), 403, "ROLE_MISSING")
        replied = self.ok(partner("POST", f"/v1/{name}:reply", {
            "reply": "已督促恢复（示例）", "outcome": "OUTCOME_DONE"}))
        self.assertEqual(replied["state"], "STATE_REPLIED")
        review, = self.clocks(name)
        self.assertEqual((review["kind"], review["owner"]),
                         ("referral_review", f"districts/{CODE}/posts/department-head"))

        concluded = self.ok(self.head("POST", f"/v1/{name}:conclude", {}))
        self.assertEqual((concluded["state"], concluded["outcome"]), ("STATE_CONCLUDED", "OUTCOME_DONE"))
        self.assertEqual((self.clocks(name), self.calendar(name)), ([], []))
        met = self.clocks(name, "MET")
        self.assertEqual({clock["kind"] for clock in met},
                         {"referral_receipt", "referral_suggestion_reply", "referral_review"})
        self.assertTrue(all(clock["metInTime"] for clock in met))

    def reminded(self, name):
        """Who is to be reminded of a letter."""
        answer = self.ok(self.head("GET", f"{self.parent}/reminders", query={
            "filter": f'subject = "{name}"'}))
        return {each["recipient"] for each in answer.get("reminders", [])}

    def test_the_law_s_two_months_are_the_most_that_a_suggestion_gives(self):
        answer = self.head("POST", f"{self.parent}/departmentReferrals:send", {"referral": {
            "kind": "KIND_PROCURATORIAL_SUGGESTION", "subject": self.venue, "addressee": DEPARTMENT,
            "title": "示例", "text": "示例", "issuer": "示例区人民检察院", "documentNumber": "示例",
            "issueDate": day(self.district.today()),
            "replyDueDate": day(self.district.today() + datetime.timedelta(days=63))}})
        self.refused(answer, 400, "INVALID_FIELD")
        self.assertEqual([field["field"] for field in answer.json["violations"]],
                         ["referral.reply_due_date"])

    def test_letters_are_a_sheet_with_columns_in_the_users_words(self):
        letter = self.send()
        answer = self.head("GET", f"{self.parent}/departmentReferrals.csv")
        self.assertEqual(answer.status, 200, answer.body)
        header, *rows = csv.reader(answer.body.decode("utf-8-sig").splitlines())
        row = next(row for row in (dict(zip(header, row)) for row in rows)
                   if row["资源名"] == letter["name"])
        self.assertEqual((row["公函种类"], row["状态"], row["收函单位"], row["建议机关"]),
                         ("检察建议", "待签收", DEPARTMENT, "示例区人民检察院"))
        self.assertEqual(row["建议日期"], str(self.district.today()))
        self.assertLessEqual({"回复期限", "签收时间", "办理结果", "退回理由"}, set(header))


def iso(date):
    return f"{date['year']}-{date['month']:02}-{date['day']:02}"


if __name__ == "__main__":
    unittest.main()

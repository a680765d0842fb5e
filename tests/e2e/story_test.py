"""The way of one hazard through the whole system, as people see it: by the command line and the mail."""

import email
import email.policy
import json
import re
import unittest

import system
from district import APPROVERS, DEADLINES, VENUES, day, new_id

CODE = "120110"
PARENT = f"districts/{CODE}"
PARTY = "示例·𠮷祥商场"
CSV = f"""单位名称,类别,性质,统一社会信用代码,无代码原因,地址,街道,外部编号,责任人,责任人手机,责任人邮箱
{PARTY},人员密集,商场,91120110MA0007919W,,天津市东丽区示例路1号,示例街道,key:story,示例责任人,13800000101,owner@story.example.cn
"""


def actions(entries):
    return [(entry["service"], entry["action"]) for entry in entries]


class Story(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.call("REGISTRAR", VENUES + "UpdateStreet", {
            "street": {"name": f"{PARENT}/streets/120110001", "display_name": "示例街道"}})
        cls.officers = [cls.officer("POST_INSPECTOR", number) for number in (1, 2)]
        for number, role in enumerate(APPROVERS, 3):
            cls.officer(f"POST_{role}", number)

    @classmethod
    def officer(cls, post, number):
        officer_id = new_id()
        cls.call("REGISTRAR", VENUES + "CreateOfficer", {
            "parent": PARENT, "officer_id": officer_id, "officer": {
                "display_name": f"示例人员{number}", "post": post,
                "certificate_number": f"示例津消{number:04d}", "certificate_start": day("2020-01-01"),
                "certificate_end": day("2025-12-31"), "post_start": day("2020-01-01"),
                "contact": {"email": f"officer{number}@fire.example.cn"}}})
        return f"{PARENT}/officers/{officer_id}"

    # ---- The command line, as somebody

    @classmethod
    def rectify(cls, role, *args, posts=()):
        token = cls.system.token(f"users/{role.lower()}", role, posts, CODE)
        return cls.system.cli("--district", CODE, *args, token=token)

    @classmethod
    def read(cls, role, *args):
        return json.loads(cls.rectify(role, "--json", *args))

    @classmethod
    def call(cls, role, method, request):
        request = {**request, "request_id": new_id()}
        return json.loads(cls.rectify(role, "call", method, json.dumps(request)))

    def file(self, name, text):
        path = self.system.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def by_officer(self, *args):
        return self.rectify("INSPECTOR", *args, posts=self.officers[:1])

    def jump(self, to):
        self.system.cli("clock", "jump", to)

    def assert_nothing_fell_through(self):
        answer = json.loads(self.rectify("REGISTRAR", "call", DEADLINES + "ListFallenThrough",
                                         json.dumps({"parent": PARENT})))
        self.assertEqual(answer.get("findings", []), [])

    def running_clocks(self, finding):
        clocks = self.read("INSPECTOR", "queue", "--filter", f'finding = "{finding}"')
        return {clock["kind"]: clock for clock in clocks}

    def mails(self):
        parsed = []
        for path in sorted((self.system.maildir / "new").iterdir()):
            with path.open("rb") as file:
                mail = email.message_from_binary_file(file, policy=email.policy.default)
            parsed.append(mail)
        return parsed

    # ---- The story

    def test_a_hazard_travels_from_the_inspection_to_its_proven_end(self):
        venue = self.import_the_venue()
        finding = self.inspect(venue)
        order = self.find_the_drafted_order(finding)
        self.approve_and_issue(order)
        number = self.serve(order, finding)
        self.receive_the_reminder(finding, number)
        self.report_and_recheck(order, finding, venue)
        self.read_the_timeline(finding, order)

    def import_the_venue(self):
        said = self.rectify("REGISTRAR", "venue", "import", self.file("story.csv", CSV))
        self.assertIn("新增 1", said)
        found = self.read("REGISTRAR", "venue", "list", "--filter", 'display_name : "𠮷祥"')
        self.assertEqual([venue["display_name"] for venue in found], [PARTY])
        # Who may look at the list does not see how to reach the person.
        self.assertNotIn("owner@story", json.dumps(found))
        return found[0]["name"]

    def inspect(self, venue):
        self.jump("2023-02-06 09:30")
        record = {
            "venue": venue, "inspect_time": "2023-02-06T01:30:00Z", "officers": self.officers,
            "summary": "示例：检查商铺", "findings": [{
                "catalog_code": "B02", "disposition": "DISPOSITION_ORDER", "term_days": 10,
                "description": "室内消火栓箱门损坏", "location": "西区一层"}]}
        said = self.by_officer("inspection", "record",
                               self.file("inspection.json", json.dumps(record)))
        self.assertIn("检查已记录", said)
        found = self.read("INSPECTOR", "finding", "list", "--filter", f'venue = "{venue}"')
        self.assertEqual([finding["state"] for finding in found], ["STATE_OPEN"])
        return found[0]["name"]

    def find_the_drafted_order(self, finding):
        self.jump("2023-02-06 10:00")
        drafted = [order for order in self.read("INSPECTOR", "order", "list", "--filter",
                                                "state = DRAFTED")
                   if order["items"][0]["finding"] == finding]
        self.assertEqual([order["party"] for order in drafted], [PARTY])
        # The officer's own side has a clock from the first moment.
        clock = self.running_clocks(finding)["order_make_and_serve"]
        self.assertEqual((clock["due_date"], clock["owner"]), (day("2023-02-09"), self.officers[0]))
        self.assert_nothing_fell_through()
        return drafted[0]["name"]

    def approve_and_issue(self, order):
        self.jump("2023-02-07 10:00")
        self.by_officer("order", "submit", order)
        for role in APPROVERS:
            self.rectify(role, "order", "approve", order, "--opinion", "同意")
        self.assertRegex(self.by_officer("order", "issue", order), r"津丽消限字〔2023〕第\d{4}号")

    def serve(self, order, finding):
        self.jump("2023-02-08 15:00")
        self.by_officer("order", "serve", order, "--at", "2023-02-08 15:00", "--receiver",
                        "示例收件人（本人）", "--proof", "示例送达回证", "--officer", self.officers[0],
                        "--officer", self.officers[1])
        self.jump("2023-02-08 15:01")
        clocks = self.running_clocks(finding)
        # Ten days end on a Saturday; the term ends on the Monday after it.
        self.assertEqual(clocks["correction_term"]["due_date"], day("2023-02-20"))
        self.assertEqual(clocks["recheck"]["due_date"], day("2023-02-23"))
        self.assertNotIn("order_make_and_serve", clocks)
        explained = self.rectify("INSPECTOR", "deadline", "explain",
                                 clocks["correction_term"]["name"])
        self.assertIn("2023-02-18", explained)
        self.assertIn("2023年2月20日（含当日）", explained)
        found = self.read("INSPECTOR", "finding", "get", finding)
        self.assertEqual(found["state"], "STATE_ORDERED")
        self.assert_nothing_fell_through()
        return self.read("INSPECTOR", "order", "get", order)["document_number"]

    def receive_the_reminder(self, finding, number):
        self.jump("2023-02-13 09:01")
        received = [mail for mail in self.mails() if "owner@story.example.cn" in mail["To"]]
        self.assertEqual(len(received), 1)
        mail = received[0]
        self.assertIn(PARTY, mail["Subject"])
        self.assertTrue(str(mail["Subject"]).startswith("【改正提醒】"))
        self.assertEqual(mail.get_content_charset(), "utf-8")
        body = mail.get_content()
        for words in (number, "2023年2月20日（含当日）", "本提醒不是法律文书的送达"):
            self.assertIn(words, body)
        delivery = mail["X-Rectify-Delivery"].strip()
        ledger = self.read("REGISTRAR", "reminder", "deliveries")
        sent = {entry["name"].rpartition("/")[2]: entry for entry in ledger}
        self.assertEqual(sent[delivery]["state"], "STATE_SENT")
        self.assertNotIn("owner@story.example.cn", json.dumps(ledger))
        self.assert_nothing_fell_through()

    def report_and_recheck(self, order, finding, venue):
        self.jump("2023-02-15 14:00")
        self.rectify("VENUE_MANAGER", "order", "report", order, "--statement", "箱门已更换",
                     posts=[venue])
        self.jump("2023-02-15 14:01")
        # The application comes before expiry, so the recheck is due earlier.
        self.assertEqual(self.running_clocks(finding)["recheck"]["due_date"], day("2023-02-20"))
        self.jump("2023-02-16 10:00")
        said = self.by_officer("order", "recheck", order, "--at", "2023-02-16 10:00", "--officer",
                               self.officers[0], "--officer", self.officers[1])
        self.assertIn("已改正", said)
        self.jump("2023-02-16 10:01")
        self.assertEqual(self.read("INSPECTOR", "order", "get", order)["state"], "STATE_CLOSED")
        closed = self.read("INSPECTOR", "finding", "get", finding)
        self.assertEqual(closed["state"], "STATE_RECTIFIED")
        self.assertEqual(self.running_clocks(finding), {})
        self.assert_nothing_fell_through()
        # With its cause gone, no reminder waits any more.
        self.jump("2023-03-01 00:00")
        waiting = self.read("REGISTRAR", "reminder", "list", "--filter",
                            f'subject = "{order}" AND state = PENDING')
        self.assertEqual(waiting, [])

    def read_the_timeline(self, finding, order):
        entries = self.read("INSPECTOR", "trail", finding)
        self.assertEqual({entry["service"] for entry in entries}, {"hazard", "deadline", "reminder"})
        times = [entry["occur_time"] for entry in entries]
        self.assertEqual(times, sorted(times))
        milestones = [
            ("hazard", "RecordInspection"), ("deadline", "DraftOrder"), ("deadline", "SubmitOrder"),
            ("deadline", "ApproveOrder"), ("deadline", "ApproveOrder"), ("deadline", "ApproveOrder"),
            ("deadline", "IssueOrder"), ("deadline", "ServeOrder"), ("hazard", "FindingOrdered"),
            ("reminder", "SendReminder"), ("deadline", "ReportRectification"),
            ("deadline", "RecordRecheck"), ("hazard", "FindingRectified")]
        seen = iter(actions(entries))
        for milestone in milestones:
            self.assertIn(milestone, seen, f"{milestone} is missing or too late in {actions(entries)}")
        self.assertIn(order, json.dumps(entries))

        printed = self.rectify("INSPECTOR", "trail", finding)
        lines = [line for line in printed.splitlines() if re.match(r"\d{4}-", line)]
        self.assertEqual(len(lines), len(entries))
        self.assertNotIn("owner@story.example.cn", printed)


if __name__ == "__main__":
    unittest.main()

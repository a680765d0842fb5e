"""The way of one hazard as other systems see it, in ten steps: by HTTP, feeds, files and calendars."""

import base64
import datetime
import json
import re
import time
import unittest

import grid
import system
from calendar_feed_test import by_ical_js, by_icalendar
from district import APPROVERS, day, new_id
from feed_reader import FeedReader
from http_district import HttpDistrict
from http_test import Http
from sheets_test import csv_rows, xlsx_rows

CODE = "120136"
DEPARTMENT = f"districts/{CODE}/departments/shangwu"
POLICY = system.ROOT / "services/reminder_dispatch/data/reminder_policy.txtpb"
PARTY = "示例·丽湖商场"
REC_ID = 2023020601
WAIT_DAYS = 30

# What each feed has of the story, in its order.
TOLD = {
    "venue": [("VenueRegistered", "venue")],
    "hazard": [
        ("LeadReceived", "lead"), ("LeadAccepted", "lead"), ("InspectionRecorded", "inspection"),
        ("FindingRecorded", "finding"), ("LeadVerified", "lead"), ("FindingOrdered", "finding"),
        ("DepartmentTaskAssigned", "task"), ("DepartmentTaskReported", "task"),
        ("DepartmentTaskAccepted", "task"), ("FindingRectified", "finding"), ("LeadReplied", "lead")],
    "deadline": [
        ("OrderDrafted", "order"), ("OrderReviewed", "order"), ("OrderReviewed", "order"),
        ("OrderReviewed", "order"), ("OrderReviewed", "order"), ("OrderIssued", "order"),
        ("OrderServed", "order"), ("RectificationReported", "order"), ("RecheckPassed", "order")],
}


def with_webhooks_for_tasks(policy):
    """The policy of a district whose departments take reminders by webhook as well."""
    changed, count = re.subn(
        r'^ladders \{\n  name: "department_task"\n.*?^\}',
        lambda ladder: ladder[0].replace("[CHANNEL_EMAIL]", "[CHANNEL_EMAIL, CHANNEL_WEBHOOK]"),
        policy, flags=re.M | re.S)
    assert count == 1, count
    return changed


class IntegrationStory(unittest.TestCase):
    def setUp(self):
        self.system = system.System().start()
        self.addCleanup(self.system.stop)
        policy = self.system.folder / "reminder_policy.txtpb"
        policy.write_text(with_webhooks_for_tasks(POLICY.read_text(encoding="utf-8")),
                          encoding="utf-8")
        self.system.kill("reminder")
        self.system.start_service("reminder", "--policy", str(policy))
        self.district = HttpDistrict(self.system, CODE)
        self.addCleanup(self.district.close)
        self.path, self.officers = self.district.path, self.district.officers
        self.registrar, self.inspector = self.district.registrar, self.district.inspector
        self.head = self.district.approver("DEPARTMENT_HEAD")
        self.named = {}  # the things of the story by what they are

    def test_the_ten_steps(self):
        readers = self.read_the_feeds_so_far()
        self.register_the_venue()
        self.hear_of_it_from_the_grid()
        self.inspect_and_find_a_hazard()
        self.order_and_serve()
        self.ask_a_department_and_remind_it_by_webhook()
        self.hear_from_the_department()
        self.rectify_recheck_and_tell_the_grid()
        self.catch_up_after_thirty_days(readers)
        self.hand_out_sheets()
        self.subscribe_to_the_calendar()

    # ---- The steps

    def read_the_feeds_so_far(self):
        self.district.settle()
        operator = self.district.client("users/operator", "OPERATOR")
        readers = {source: FeedReader(operator, source) for source in TOLD}
        before = {source: len(reader.catch_up()) for source, reader in readers.items()}
        self.assertGreater(before["venue"], len(self.officers))  # the staff was registered
        return readers

    def register_the_venue(self):
        self.district.jump("2023-02-06 09:00")
        fields, key = self.district.venue_fields(PARTY), new_id()
        once, again = (self.registrar("POST", f"{self.path}/venues", fields, Idempotency_Key=key).ok()
                       for _ in range(2))
        self.assertEqual(once, again)
        listed = self.get(self.registrar, "venues")["venues"]
        self.assertEqual([venue["name"] for venue in listed], [once["name"]])
        self.named["venue"] = once["name"]

    def hear_of_it_from_the_grid(self):
        self.grid = self.district.partner("示例网格化平台", "ROLE_STREET_OFFICER",
                                          self.district.street, "rectify.hazard.v1.Leads.*")
        record = grid.record(REC_ID, sub_type_name="消防设施损坏", event_desc="商场一层消火栓箱门损坏",
                             create_time="2023-02-06 08:12:00")
        handed_in = [json.loads(grid.hand_in(self.grid, CODE, [record]).body) for _ in range(2)]
        self.assertEqual([answer["received"] for answer in handed_in], [1, 1])
        leads = {answer["records"][0]["lead"] for answer in handed_in}
        self.assertEqual(len(leads), 1)
        [self.named["lead"]] = leads
        self.assertEqual(self.grid_sees(), (1, "信息收集"))
        lead = self.read("lead", self.head)
        self.assertEqual((lead["reporter"], lead["externalId"], lead["receiveTime"]),
                         (self.district.street, str(REC_ID), "2023-02-06T00:12:00Z"))
        # The key opens the leads and nothing else.
        refused = self.grid("GET", f"{self.path}/venues")
        self.assertEqual((refused.status, refused.json["reason"]), (403, "SCOPE_MISSING"))

    def inspect_and_find_a_hazard(self):
        self.act(self.head, "lead", "accept", officer=self.officers[0])
        self.assertEqual(self.grid_sees(), (3, "任务派遣"))
        self.district.jump("2023-02-06 10:30")
        recorded = self.inspect(lead=self.named["lead"])
        [finding] = recorded["findings"]
        self.named |= {"inspection": recorded["name"], "finding": finding["name"]}
        self.assertEqual((finding["venue"], finding["state"], finding["termDays"]),
                         (self.named["venue"], "STATE_OPEN", 10))
        self.act(self.inspector, "lead", "verify", outcome="OUTCOME_CONFIRMED",
                 inspection=recorded["name"], text="示例：现场核查属实")
        self.assertEqual(self.grid_sees(), (5, "处理反馈"))

    def order_and_serve(self):
        drafted = self.drafted_order(self.named["inspection"])
        self.named["order"] = drafted["name"]
        self.assertEqual((drafted["state"], drafted["party"], drafted["items"][0]["finding"]),
                         ("STATE_DRAFTED", PARTY, self.named["finding"]))
        self.act(self.inspector, "order", "submit")
        for role in APPROVERS:
            reviewed = self.act(self.district.approver(role), "order", "approve", opinion="同意")
        self.assertEqual(reviewed["state"], "STATE_APPROVED")
        self.assertEqual([step["role"] for step in reviewed["approvals"] if step["approver"]],
                         list(APPROVERS))
        issued = self.act(self.inspector, "order", "issue")
        self.assertIn("〔2023〕第0001号", issued["documentNumber"])
        self.district.jump("2023-02-07 15:00")
        served = self.act(self.inspector, "order", "serve", service=self.district.service_record())
        # Ten days from the day after the service.
        self.assertEqual((served["state"], served["items"][0]["dueDate"]),
                         ("STATE_SERVED", day("2023-02-17")))
        self.district.settle()
        self.assertEqual(self.read("finding")["state"], "STATE_ORDERED")
        self.document_number = served["documentNumber"]

    def ask_a_department_and_remind_it_by_webhook(self):
        webhook = self.system.address("webhook_url")
        self.district.register_department({
            "name": DEPARTMENT, "display_name": "示例商务局", "contact": {"webhook_uri": webhook}})
        self.district.settle()
        phase = {"title": "排查", "firstDay": day("2023-02-06"), "lastDay": day("2023-04-30")}
        campaign = self.head("POST", f"{self.path}/campaigns", {
            "campaignId": "zx2023", "campaign": {
                "title": "示例专项行动", "checklist": "four-class", "phases": [phase]}}).ok()
        self.head("POST", f"/v1/{campaign['name']}:activate", {}).ok()
        task = self.head("POST", f"{self.path}/departmentTasks:assign", {"task": {
            "campaign": campaign["name"], "department": DEPARTMENT, "dueDate": day("2023-02-10"),
            "text": f"示例：督促{PARTY}维修消火栓"}}).ok()
        self.named["task"] = task["name"]
        self.assertEqual(task["state"], "STATE_ASSIGNED")
        self.assertEqual(self.webhook_calls(), [])
        self.district.jump("2023-02-09 09:01")
        [call] = self.webhook_calls()
        told = call["payload"]["data"]
        self.assertEqual((call["payload"]["type"], told["subject"], told["due_date"]),
                         ("reminder", task["name"], "2023-02-10"))
        self.assertIn(task["text"], told["title"])
        deliveries = self.get(self.registrar, "deliveries", pageSize=500)["deliveries"]
        [sent] = [each for each in deliveries if each["name"] == told["delivery"]]
        self.assertEqual((sent["channel"], sent["state"]), ("CHANNEL_WEBHOOK", "STATE_SENT"))
        self.forge(webhook, call)

    def forge(self, webhook, call):
        """The receiver takes nothing that is not signed with the key of both sides."""
        stranger = Http(webhook, "")
        self.addCleanup(stranger.close)
        answer = stranger("POST", "/", call["payload"], webhook_id=new_id(),
                          webhook_timestamp=str(int(time.time())),
                          webhook_signature="v1," + base64.b64encode(bytes(32)).decode())
        self.assertEqual(answer.status, 401, answer.body)
        self.assertEqual(self.webhook_calls(), [call])

    def hear_from_the_department(self):
        department = self.district.partner("示例商务局系统", "ROLE_DEPARTMENT_STAFF", DEPARTMENT,
                                           "rectify.hazard.v1.DepartmentTasks.*")
        tasks = self.get(department, "departmentTasks")["tasks"]
        self.assertEqual([task["name"] for task in tasks], [self.named["task"]])
        reported = self.act(department, "task", "report", report="示例：已督促单位维修")
        self.assertEqual((reported["state"], reported["report"]),
                         ("STATE_REPORTED", "示例：已督促单位维修"))
        # Whether it is done is not the department's to say.
        refused = department("POST", f"/v1/{self.named['task']}:accept", {})
        self.assertEqual((refused.status, refused.json["reason"]), (403, "ROLE_MISSING"))
        self.assertEqual(self.act(self.head, "task", "accept")["state"], "STATE_ACCEPTED")

    def rectify_recheck_and_tell_the_grid(self):
        self.district.jump("2023-02-10 14:00")
        manager = self.district.manager(self.named["venue"])
        reported = self.act(manager, "order", "report", statement="箱门已更换")
        self.assertEqual(reported["state"], "STATE_REPORTED")
        self.district.jump("2023-02-13 10:00")
        closed = self.act(self.inspector, "order", "recheck", recheckTime=self.district.now(),
                          officers=self.officers,
                          results=[{"finding": self.named["finding"], "rectified": True}])
        self.assertEqual((closed["state"], closed["items"][0]["rectified"]), ("STATE_CLOSED", True))
        self.district.settle()
        finding = self.read("finding")
        self.assertEqual((finding["state"], finding["order"]),
                         ("STATE_RECTIFIED", self.named["order"]))
        self.assertEqual(self.running_clocks("finding"), [])
        self.assertEqual(self.grid_sees(), (5, "处理反馈"))
        self.act(self.inspector, "lead", "reply", result="REPLY_RESULT_TOLD",
                 text="示例：已告知网格员")
        self.assertEqual(self.grid_sees(), (6, "结案"))

    def catch_up_after_thirty_days(self, readers):
        later = self.district.local_time() + datetime.timedelta(days=WAIT_DAYS)
        self.district.jump(later.strftime("%Y-%m-%d %H:%M"))
        self.system.flush_redis()
        for source, reader in readers.items():
            seen = iter([(event["type"].rpartition(".")[2], event["aggregate"])
                         for event in reader.catch_up()])
            for kind, what in TOLD[source]:
                self.assertIn((kind, self.named[what]), seen,
                              f"{kind} is missing in the feed of {source}, or comes too late")

    def hand_out_sheets(self):
        read = {".csv": csv_rows, ".xlsx": xlsx_rows}
        wanted = {
            "findings": {"资源名": self.named["finding"], "检查": self.named["inspection"],
                         "单位": self.named["venue"], "隐患代码": "B02", "状态": "已改正",
                         "责令文书": self.named["order"]},
            "orders": {"资源名": self.named["order"], "当事人": PARTY, "文号": self.document_number,
                       "检查日期": "2023-02-06", "状态": "已销案"}}
        for what, fields in wanted.items():
            for suffix, rows_of in read.items():
                answer = self.inspector("GET", f"{self.path}/{what}{suffix}")
                answer.ok()
                header, row = rows_of(answer.body)
                found = dict(zip(header, map(str, row)))
                self.assertEqual({name: found.get(name) for name in fields}, fields, what + suffix)

    def subscribe_to_the_calendar(self):
        order = self.drafted_order(self.inspect()["name"])
        login = base64.b64encode(f"li:{self.inspector.token}".encode()).decode()
        calendar = self.district.client("", "")
        answer = calendar("GET", f"{self.path}/clocks.ics", Authorization=f"Basic {login}",
                          query={"filter": self.running("venue")})
        answer.ok()
        [clock] = self.running_clocks("venue")
        self.assertEqual((clock["subject"], clock["kind"]), (order["name"], "order_make_and_serve"))
        for events_of in (by_ical_js, by_icalendar):
            [event] = events_of(answer.body)
            # Three working days from Wednesday, 15 March.
            self.assertEqual((event["uid"], event["day"]), (clock["name"], "2023-03-20"))
            self.assertEqual(event["summary"], f"责令限期改正通知书制作送达期限：{PARTY}")

    # ---- What they need

    def get(self, caller, what, **query):
        return caller("GET", f"{self.path}/{what}", query=query).ok()

    def read(self, what, caller=None):
        return (caller or self.inspector)("GET", f"/v1/{self.named[what]}").ok()

    def act(self, caller, what, verb, **fields):
        return caller("POST", f"/v1/{self.named[what]}:{verb}", fields,
                      Idempotency_Key=new_id()).ok()

    def inspect(self, **more):
        request = self.district.inspection_request(self.named["venue"], [{
            "catalogCode": "B02", "disposition": "DISPOSITION_ORDER", "termDays": 10,
            "description": "室内消火栓箱门损坏", "location": "一层"}], **more)
        return self.inspector("POST", f"{self.path}/inspections:record",
                              {"inspection": request["inspection"]}, Idempotency_Key=new_id()).ok()

    def drafted_order(self, inspection):
        self.district.settle()
        [order] = self.get(self.inspector, "orders", filter=f'inspection = "{inspection}"')["orders"]
        return order

    def running(self, what):
        return f'{what} = "{self.named[what]}" AND state = "RUNNING"'

    def running_clocks(self, what):
        return self.get(self.inspector, "clocks", filter=self.running(what)).get("clocks", [])

    def grid_sees(self):
        seen = grid.standing(self.grid, CODE, rec_id=REC_ID)[REC_ID]
        self.assertEqual(seen["lead"], self.named["lead"])
        return seen["event_state_id"], seen["event_state_name"]

    def webhook_calls(self):
        """What the department's system has accepted: the sample receiver, which checks signatures."""
        path = self.system.folder / "webhook/received.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    unittest.main()

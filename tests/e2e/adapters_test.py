"""Other systems in their own standards: Open311 clients, and the grid platform (网格平台)."""

import json
import subprocess
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

import grid
import system
from district import HAZARDS, District, new_id
from grid import FORM
from http_test import Http

LEADS = "rectify.hazard.v1.Leads."
GATEWAY = system.BUILD / "services/gateway/rectify-gateway"


class AdapterCase(unittest.TestCase):
    code = ""

    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, cls.code)
        cls.addClassCleanup(cls.district.close)
        cls.head = cls.district.client("users/head", "DEPARTMENT_HEAD")

    def caller(self, subject="", role="", posts=(), code=""):
        token = self.system.token(subject, role, posts, code or self.code) if role else ""
        caller = Http(self.system.address("gateway"), token)
        self.addCleanup(caller.close)
        return caller

    def act(self, client, verb, lead, **more):
        return client.call(LEADS + verb, {"name": lead, "request_id": new_id(), **more})

    def accept(self, lead):
        self.act(self.head, "AcceptLead", lead, officer=self.district.officers[0])

    def verify(self, lead):
        """By an inspection that finds what was reported."""
        venue = self.district.venue("示例·线索所涉场所")["name"]
        inspection = self.district.inspector.call(
            HAZARDS + "RecordInspection", self.district.inspection_request(venue, [{
                "catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                "description": "示例隐患"}]))
        self.act(self.district.inspector, "VerifyLead", lead, outcome="OUTCOME_CONFIRMED",
                 inspection=inspection["name"], text="示例：核查经过，内部记录")

    def reply(self, lead):
        self.act(self.district.inspector, "ReplyLead", lead, result="REPLY_RESULT_TOLD",
                 text="示例：电话告知内容")


class Open311Test(AdapterCase):
    code = "120134"
    base = f"/open311/{code}/v2"

    def setUp(self):
        # Another department's 311 system.
        self.department = f"districts/{self.code}/departments/zhujian"
        self.partner = ("users/311", "DEPARTMENT_STAFF", [self.department])
        self.caller_311 = self.caller(*self.partner)
        self.inspector = self.caller("users/li", "INSPECTOR", self.district.officers[:1])

    def report(self, caller=None, suffix="json", headers=None, **fields):
        body = urllib.parse.urlencode({"service_code": "blocked-exit", **fields}).encode()
        return (caller or self.caller_311)("POST", f"{self.base}/requests.{suffix}", body,
                                           Content_Type=FORM, **(headers or {}))

    def reported(self, **fields):
        answer = self.report(**fields)
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)[0]["service_request_id"]

    def shown(self, request_id, caller=None):
        """One report, the same in both formats."""
        caller = caller or self.caller_311
        answer = caller("GET", f"{self.base}/requests/{request_id}.json")
        self.assertEqual(answer.status, 200, answer.body)
        [report] = json.loads(answer.body)
        self.assertEqual(self.by_xml(caller, f"requests/{request_id}.xml"),
                         ("service_requests", [self.as_text(report)]))
        return report

    @staticmethod
    def as_text(fields):
        return {name: "" if value is None else value if isinstance(value, str)
                else json.dumps(value) for name, value in fields.items()}

    def by_xml(self, caller, path, status=200, **query):
        answer = caller("GET", f"{self.base}/{path}", query=query)
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "text/xml; charset=utf-8")
        self.assertTrue(answer.body.startswith(b'<?xml version="1.0" encoding="utf-8"?>'))
        root = ElementTree.fromstring(answer.body)
        return root.tag, [{field.tag: field.text or "" for field in item} for item in root]

    def refused(self, status, words, answer):
        self.assertEqual(answer.status, status, answer.body)
        errors = json.loads(answer.body)
        self.assertEqual({error["code"] for error in errors}, {status})
        self.assertIn(words, " ".join(error["description"] for error in errors))

    def test_what_can_be_reported(self):
        answer = self.caller()("GET", f"{self.base}/services.json")
        self.assertEqual(answer.headers["Content-Type"], "application/json; charset=utf-8")
        services = json.loads(answer.body)
        self.assertEqual([service["service_code"] for service in services],
                         ["blocked-exit", "fire-hazard"])
        self.assertEqual(self.by_xml(self.caller(), "services.xml"),
                         ("services", [self.as_text(service) for service in services]))
        definition = self.caller()("GET", f"{self.base}/services/fire-hazard.xml")
        root = ElementTree.fromstring(definition.body)
        self.assertEqual((root.tag, root.findtext("service_code"), root.findtext("attributes")),
                         ("service_definition", "fire-hazard", ""))

    def test_a_report_is_followed_to_its_end(self):
        text = "楼道 <b>堆满</b> & “杂物”\r\n已三天"
        request_id = self.reported(
            description=text, address_string="示例路1号2门", lat="39.0841", long="117.3132",
            media_url="https://example.cn/1.jpg?a=1&b=2", first_name="小明", last_name="示",
            phone="13800001234", email="ming@example.cn")
        lead = f"districts/{self.code}/leads/{request_id}"
        self.district.settle()
        report = self.shown(request_id)
        self.assertEqual(
            {name: report[name] for name in ("status", "service_code", "description", "address",
                                             "lat", "long", "media_url")},
            {"status": "open", "service_code": "blocked-exit", "address": "示例路1号2门",
             "description": text.replace("\r\n", "\n"), "lat": 39.0841, "long": 117.3132,
             "media_url": "https://example.cn/1.jpg?a=1&b=2"})
        self.assertRegex(report["requested_datetime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$")
        self.assertIn("等待受理", report["status_notes"])
        # Only who may read clocks learns until when: 24 hours from receipt.
        self.assertNotIn("expected_datetime", report)
        seen = self.shown(request_id, self.inspector)
        self.assertGreater(seen["expected_datetime"], seen["requested_datetime"])
        self.assertEqual(seen["expected_datetime"][10:], seen["requested_datetime"][10:])
        # Who reported is known to the officer alone, and asked for by name.
        stored = self.head.call(LEADS + "GetLead", {"name": lead})
        self.assertTrue(stored["has_complainant"])
        self.assertEqual(stored["reporter"], self.department)
        for secret in ("小明", "13800001234", "ming@"):
            self.assertNotIn(secret, json.dumps([report, seen, stored], ensure_ascii=False))

        self.accept(lead)
        self.assertIn("已受理", self.shown(request_id)["status_notes"])
        self.verify(lead)
        self.assertIn("等待答复", self.shown(request_id)["status_notes"])
        self.reply(lead)
        closed = self.shown(request_id)
        self.assertEqual((closed["status"], closed["status_notes"]),
                         ("closed", "核实结案：经核查属实，依法处理"))
        self.assertGreaterEqual(closed["updated_datetime"], closed["requested_datetime"])
        # Neither officer nor inspection nor what was noted or said inside.
        for secret in (self.district.officers[0], "inspections", "核查经过", "电话告知"):
            self.assertNotIn(secret, json.dumps(closed, ensure_ascii=False))
        token = self.caller_311("GET", f"{self.base}/tokens/{request_id}.json")
        self.assertEqual(json.loads(token.body),
                         [{"service_request_id": request_id, "token": request_id}])

    def test_a_refusal_says_why(self):
        request_id = self.reported(service_code="fire-hazard", address_string="示例路")
        self.act(self.head, "RefuseLead", f"districts/{self.code}/leads/{request_id}",
                 reason="示例：不属于消防职责")
        report = self.shown(request_id)
        self.assertEqual((report["status"], report["status_notes"]),
                         ("closed", "不予受理：示例：不属于消防职责"))
        # A report that says no more than its kind.
        self.assertEqual(report["description"], "其他火灾隐患")

    def test_lists_are_filtered(self):
        first = self.reported(service_code="fire-hazard", address_string="筛选1")
        second = self.reported(address_string="筛选2")
        def ids(**query):
            answer = self.caller_311("GET", f"{self.base}/requests.json", query=query)
            self.assertEqual(answer.status, 200, answer.body)
            return [report["service_request_id"] for report in json.loads(answer.body)]
        self.assertEqual(ids(service_request_id=f"{first},{new_id()},{second}"), [first, second])
        self.assertIn(first, ids(service_code="fire-hazard", status="open"))
        self.assertNotIn(second, ids(service_code="fire-hazard"))
        self.assertNotIn(first, ids(status="closed"))
        self.assertEqual(ids(end_date="2020-01-01T00:00:00Z"), [])
        self.assertLessEqual({first, second}, set(ids(start_date="2020-01-01T00:00:00+08:00")))
        root, listed = self.by_xml(self.caller_311, "requests.xml", service_request_id=first)
        self.assertEqual((root, listed[0]["address"]), ("service_requests", "筛选1"))

    def test_the_key_of_the_standard_is_the_token(self):
        key = self.system.token(*self.partner, self.code)
        answer = self.report(self.caller(), "xml", address_string="示例路3号", api_key=key)
        self.assertEqual(answer.status, 200, answer.body)
        request_id = ElementTree.fromstring(answer.body).findtext("request/service_request_id")
        self.assertEqual(self.by_xml(self.caller(), f"requests/{request_id}.xml", api_key=key)[1][0]
                         ["address"], "示例路3号")
        for wrong in ("x", "钥匙"):
            self.refused(403, "token",
                         self.report(self.caller(), address_string="x", api_key=wrong))
        self.refused(403, "", self.report(self.caller(), address_string="x"))
        self.refused(403, "", self.caller()("GET", f"{self.base}/requests.json"))
        self.assertEqual(self.by_xml(self.caller(), "requests.xml", 403)[0], "errors")
        # Roles and districts are the services' business.
        self.refused(403, "CreateLead", self.report(
            self.caller("users/m", "VENUE_MANAGER", [f"districts/{self.code}/venues/{new_id()}"]),
            address_string="x"))
        foreigner = self.caller("users/311", "DEPARTMENT_STAFF",
                                ["districts/120112/departments/zhujian"], "120112")
        self.assertEqual(self.report(foreigner, address_string="x").status, 404)
        self.assertEqual(foreigner("GET", f"{self.base}/requests/{request_id}.json").status, 404)
        # Another department's reports are none of one's own.
        other = self.caller("users/312", "DEPARTMENT_STAFF",
                            [f"districts/{self.code}/departments/jiaoyu"])
        self.assertEqual(other("GET", f"{self.base}/requests/{request_id}.json").status, 404)

    def test_the_same_key_is_the_same_report(self):
        key = {"Idempotency_Key": new_id()}
        once = self.report(address_string="示例路5号", headers=key)
        again = self.report(address_string="示例路5号", headers=key)
        self.assertEqual((once.status, once.body), (again.status, again.body))
        self.refused(400, "请求编号", self.report(address_string="另一处", headers=key))

    def test_what_is_wrong_is_told_in_the_standards_shape(self):
        self.refused(400, "address_string", self.report())
        self.refused(400, "lat", self.report(long="117"))
        self.refused(400, "lat", self.report(lat="91", long="117"))
        self.refused(404, "potholes", self.report(service_code="potholes", address_string="x"))
        self.refused(404, "jurisdiction_id", self.report(jurisdiction_id="x", address_string="x"))
        self.refused(400, "description", self.report(description="长" * 4001, address_string="x"))
        self.refused(400, "description", self.report(description="\x01", address_string="x"))
        post = f"{self.base}/requests.json"
        self.refused(400, "表单", self.caller_311("POST", post, b"a=%f", Content_Type=FORM))
        self.refused(400, "Content-Type", self.caller_311("POST", post, {"a": 1}))
        self.refused(400, "status", self.caller_311("GET", post, query={"status": "late"}))
        self.refused(400, "start_date", self.caller_311("GET", post, query={"start_date": "now"}))
        self.refused(404, "", self.caller_311("GET", f"{self.base}/requests/{new_id()}.json"))
        self.refused(404, "", self.caller_311("GET", f"{self.base}/requests.csv"))
        removal = self.caller_311("DELETE", post)
        self.refused(405, "", removal)
        self.assertEqual(removal.headers["Allow"], "GET, POST")
        english = self.report(headers={"Accept_Language": "en"})
        self.refused(400, "address_string", english)
        self.assertTrue(english.body.isascii(), english.body)


class GridTest(AdapterCase):
    code = "120135"

    def setUp(self):
        self.grid_centre = self.caller("users/grid", "STREET_OFFICER", [self.district.street])

    def record(self, rec_id, **fields):
        return grid.record(rec_id, **fields)

    def hand_in(self, data, caller=None, sender=None, **headers):
        return grid.hand_in(caller or self.grid_centre, self.code, data, sender, **headers)

    def received(self, data):
        answer = self.hand_in(data)
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)

    def standing(self, **query):
        return grid.standing(self.grid_centre, self.code, **query)

    def ones(self, rec_id):
        record = self.standing(rec_id=rec_id)[rec_id]
        return (record["event_state_id"], record["event_state_name"],
                {name for name, value in record.items() if name.endswith("_num") and value})

    def refused(self, status, field, answer):
        self.assertEqual(answer.status, status, answer.body)
        told = json.loads(answer.body)
        self.assertEqual((told["code"], told.get("field")), (status, field), told)
        return told

    def test_a_record_is_followed_to_its_end(self):
        answer = self.received([self.record(22015), self.record("B-7", sub_type_name="暴露垃圾")])
        self.assertEqual([answer[name] for name in ("code", "message", "received", "refused")],
                         [0, "接收2条，未接收0条", 2, 0])
        # task_num, rec_type_name, event_state_id and archive_num of both.
        self.assertEqual(answer["ignored"], 8)
        self.assertEqual([record["rec_id"] for record in answer["records"]], ["22015", "B-7"])
        lead, other = (record["lead"] for record in answer["records"])
        stored = self.head.call(LEADS + "GetLead", {"name": lead})
        self.assertEqual(
            {name: stored[name] for name in ("source", "external_id", "category", "text", "place",
                                             "receive_time", "reporter")},
            {"source": "SOURCE_GRID_WORKER", "external_id": "22015",
             "category": "CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF",
             "text": "示例小区6号楼前消防通道停满车辆\n事件类别：网格化事件／消防安全／堵塞消防通道",
             "place": "东丽区示例街示例社区，示例街道，示例社区，示例社区03网格"
                      "（坐标 117.44254825,39.06171056）",
             "receive_time": "2022-12-30T03:59:12Z", "reporter": self.district.street})
        self.assertEqual(self.head.call(LEADS + "GetLead", {"name": other})["category"],
                         "CATEGORY_OTHER")

        self.assertEqual(self.ones(22015), (1, "信息收集", {"report_num", "to_inst_num"}))
        before = self.district.local_time().strftime("%Y-%m-%d %H:%M:%S")
        self.accept(lead)
        self.assertEqual(self.ones(22015), (3, "任务派遣", {
            "report_num", "inst_num", "dispatch_num", "to_dispose_num"}))
        # Who polls asks for what has moved.
        self.assertEqual(set(self.standing(after=before)), {22015})
        self.verify(lead)
        self.assertEqual(self.ones(22015)[:2], (5, "处理反馈"))
        self.reply(lead)
        self.assertEqual(self.ones(22015), (6, "结案", {
            "report_num", "inst_num", "dispatch_num", "dispose_num", "check_num", "archive_num"}))
        record = self.standing(rec_id="22015")[22015]
        self.assertEqual((record["lead"], record["create_time"], record["region_code"]),
                         (lead, "2022-12-30 11:59:12", self.code))
        self.assertRegex(record["archive_time"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assertEqual(record["archive_time"], record["operate_time"])
        self.act(self.head, "RefuseLead", other, reason="示例：不属于消防职责")
        self.assertEqual(self.ones("B-7"), (2, "案卷建立", {
            "report_num", "not_inst_num", "cancel_num"}))
        self.assertEqual(self.standing(rec_id="B-7")["B-7"]["cancel_reason"], "示例：不属于消防职责")

    def test_a_record_again_is_the_same_lead_and_another_content_a_conflict(self):
        first = self.received([self.record(31)])["records"][0]["lead"]
        # The platform sends its own counters again and again as they move.
        moved = self.record(31, event_state_id=4, archive_num=1)
        changed = self.record(31, event_desc="示例：另一内容")
        answer = self.received([moved, changed, self.record(32)])
        self.assertEqual((answer["code"], answer["received"], answer["refused"]), (1, 2, 1))
        self.assertEqual(answer["records"][0]["lead"], first)
        error = answer["records"][1]["error"]
        self.assertEqual((answer["records"][1]["rec_id"], error["code"], error["reason"],
                          error["field"]), ("31", 409, "ALREADY_EXISTS", "rec_id"))
        self.assertIn("rec_id", error["message"])
        self.assertEqual(self.head.call(LEADS + "GetLead", {"name": first})["text"].split("\n")[0],
                         "示例小区6号楼前消防通道停满车辆")
        self.assertIn("lead", answer["records"][2])

    def test_what_is_wrong_with_a_record_stays_with_it(self):
        answer = self.received([
            self.record(41), self.record(None), self.record(42, event_desc={"x": 1}),
            self.record(43, create_time="2999-01-01 00:00:00"), self.record(44, address="长" * 201),
            self.record(45, coordinate_y=None)])
        self.assertEqual((answer["received"], answer["refused"]), (1, 5))
        self.assertEqual([record.get("error", {}).get("field") for record in answer["records"]],
                         [None, "data[1].rec_id", "data[2].event_desc", "data[3].create_time",
                          "data[4].address", "data[5].coordinate_y"])
        self.assertEqual(set(self.standing()) & {41, 42, 43, 44, 45}, {41})

    def test_what_is_wrong_with_the_call_is_refused_as_a_whole(self):
        self.refused(400, "data", self.hand_in({"rec_id": 1}))
        self.refused(400, "data", self.hand_in("[" * 70 + "]" * 70))
        self.refused(400, "data", self.hand_in('[{"rec_id":1,"rec_id":2}]'))
        self.refused(400, "data", self.hand_in([self.record(n) for n in range(501)]))
        self.refused(400, "senderCode", self.hand_in([], sender="120110"))
        self.refused(400, "Content-Type", self.hand_in([], Content_Type="application/json"))
        path = f"/grid/{self.code}/synRecStatInfo"
        self.refused(400, "body", self.grid_centre("POST", path, b"data=%", Content_Type=FORM))
        self.refused(405, None, self.grid_centre("GET", path))
        self.refused(404, None, self.grid_centre("GET", f"/grid/{self.code}/planets"))
        self.refused(400, "after", self.grid_centre("GET", f"/grid/{self.code}/recStatInfo",
                                                    query={"after": "yesterday"}))

    def test_who_may_not_hand_in_leads_hands_in_none(self):
        stranger = self.caller()
        self.refused(401, None, self.hand_in([self.record(51)], stranger))
        manager = self.caller("users/m", "VENUE_MANAGER", [f"districts/{self.code}/venues/{new_id()}"])
        told = self.refused(403, None, self.hand_in([self.record(51)], manager))
        self.assertEqual(told["reason"], "ROLE_MISSING")
        foreigner = self.caller("users/grid", "STREET_OFFICER", ["districts/120112/streets/120112001"],
                                "120112")
        self.refused(404, None, self.hand_in([self.record(51)], foreigner))
        self.assertNotIn(51, self.standing())
        # What one street has handed in is none of another's.
        self.received([self.record(52)])
        other = self.caller("users/grid", "STREET_OFFICER",
                            [f"districts/{self.code}/streets/{self.code}002"])
        answer = json.loads(other("GET", f"/grid/{self.code}/recStatInfo").body)
        self.assertEqual(answer["data"], [])


class MappingFileTest(unittest.TestCase):
    def start(self, *flags):
        done = subprocess.run([str(GATEWAY), "--peer", "hazard=127.0.0.1:1", *flags],
                              capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, done.stderr

    def test_a_wrong_mapping_stops_the_start(self):
        shipped = system.ROOT / "services/gateway/data/grid_mapping.txtpb"
        wrong = shipped.read_text(encoding="utf-8").replace("state: STATE_REFUSED id: 2",
                                                            "state: STATE_REFUSED id: 0")
        with tempfile.NamedTemporaryFile("w", suffix=".txtpb", encoding="utf-8") as file:
            file.write(wrong)
            file.flush()
            code, said = self.start("--grid-mapping", file.name)
            self.assertEqual(code, 1)
            self.assertIn(f"{file.name}: stages[STATE_REFUSED] lacks an id", said)
            code, said = self.start("--open311-mapping", file.name)
            self.assertEqual(code, 1)
            self.assertIn(file.name, said)
        code, said = self.start("--open311-mapping", "/nowhere.txtpb")
        self.assertEqual(code, 1)
        self.assertIn("no such file: /nowhere.txtpb", said)


if __name__ == "__main__":
    unittest.main()

"""The same district over HTTP/JSON only, with nothing but what every language has: a socket and JSON."""

import base64
import csv
import gzip
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import unittest
import urllib.parse

import system
from district import HAZARDS, District, new_id

CODE = "120131"
EVIDENCE = "rectify.hazard.v1.EvidenceStore."
BATCH = "application/cloudevents-batch+json"
READ_CLOUD_EVENTS = pathlib.Path(__file__).resolve().parent / "clients/read_cloud_events.mjs"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        is_json = (self.headers["Content-Type"] or "").endswith("json")
        is_plain = "Content-Encoding" not in self.headers
        self.json = json.loads(self.body) if self.body and is_json and is_plain else None

    def ok(self):
        """The JSON of a call that has to succeed."""
        if self.status != 200:
            raise AssertionError(f"{self.status} {self.body.decode(errors='replace')}")
        return self.json


class Http:
    """One caller; a connection that is kept. `tls`: the context of an https address."""

    def __init__(self, address, token, tls=None):
        self._address = urllib.parse.urlsplit(address)
        self.token = token
        self._tls = tls
        self._connection = None

    def __call__(self, verb, path, body=None, query=None, **headers):
        if self._connection is None:
            self._connection = self._connect()
        # What a Link names is encoded already.
        target = path if "?" in path else urllib.parse.quote(path, safe="/:") + (
            "?" + urllib.parse.urlencode(query) if query else "")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        self._connection.request(verb, target, data, sent)
        return Answer(self._connection.getresponse())

    def _connect(self):
        if self._address.scheme == "https":
            return http.client.HTTPSConnection(self._address.netloc, context=self._tls, timeout=30)
        return http.client.HTTPConnection(self._address.netloc, timeout=30)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class HttpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        cls.registrar = cls.caller("users/registrar", "REGISTRAR")
        cls.inspector = cls.caller("users/li", "INSPECTOR", cls.district.officers[:1])
        cls.parent = f"/v1/districts/{CODE}"

    @classmethod
    def caller(cls, subject, role, posts=(), district=CODE):
        token = cls.system.token(subject, role, posts, district) if role else ""
        caller = Http(cls.system.address("gateway"), token)
        cls.addClassCleanup(caller.close)
        return caller

    def answer(self, caller, *args, **more):
        answer = caller(*args, **more)
        self.assertEqual(answer.status, 200, answer.json)
        return answer

    def problem(self, status, reason, caller, *args, **more):
        answer = caller(*args, **more)
        self.assertEqual((answer.status, answer.json.get("reason")), (status, reason), answer.json)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json["status"], status)
        return answer

    def venue(self, name):
        return self.answer(self.registrar, "POST", f"{self.parent}/venues",
                           self.district.venue_fields(name)).json

    # ---- The way of a hazard

    def test_a_hazard_from_the_inspection_to_the_order_and_its_trail(self):
        venue = self.venue("HTTP 示例场所")
        request = self.district.inspection_request(venue["name"], [{
            "catalogCode": "B02", "disposition": "DISPOSITION_ORDER", "description": "示例隐患"}])
        recorded = self.answer(self.inspector, "POST", f"{self.parent}/inspections:record",
                               {"inspection": request["inspection"]},
                               Idempotency_Key=new_id()).json
        finding = recorded["findings"][0]["name"]
        self.district.settle()
        orders = self.answer(self.inspector, "GET", f"{self.parent}/orders",
                             query={"filter": f'inspection = "{recorded["name"]}"'}).json["orders"]
        self.assertEqual([item["finding"] for item in orders[0]["items"]], [finding])
        submitted = self.answer(self.inspector, "POST", f"/v1/{orders[0]['name']}:submit", {}).json
        self.assertEqual(submitted["state"], "STATE_IN_REVIEW")
        # Each service tells what it did to the thing, under the thing's own path.
        trail = self.answer(self.registrar, "GET", f"/v1/{recorded['name']}/auditEntries").json
        self.assertEqual([entry["action"] for entry in trail["entries"]], ["RecordInspection"])
        trail = self.answer(self.registrar, "GET", f"/v1/{orders[0]['name']}/auditEntries").json
        self.assertIn("SubmitOrder", [entry["action"] for entry in trail["entries"]])

    def test_feeds_are_read_from_their_source(self):
        operator = self.caller("users/operator", "OPERATOR", district="")
        self.venue("HTTP 事件示例")
        self.district.settle()
        head = self.answer(operator, "GET", "/v1/sources/venue/feeds/internal:head").json
        after = int(head["position"]) - 1
        page = self.answer(operator, "GET", "/v1/sources/venue/feeds/internal/events",
                           query={"afterPosition": after}).json
        self.assertEqual([event["position"] for event in page["events"]], [head["position"]])
        self.problem(404, "NOT_FOUND", operator, "GET", "/v1/sources/nowhere/feeds/internal:head")

    def test_a_file_that_a_service_streams_is_a_file(self):
        names = [self.venue(f"HTTP 导出示例 {n}")["displayName"] for n in range(3)]
        path = f"{self.parent}/venues:export"
        file = self.answer(self.registrar, "GET", path)
        self.assertEqual(file.headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(file.headers["Content-Disposition"], "attachment")
        self.assertTrue(file.body.startswith(b"\xef\xbb\xbf"))
        rows = list(csv.reader(file.body.decode("utf-8-sig").splitlines()))
        self.assertLessEqual(set(names), {cell for row in rows for cell in row})
        # What is wrong is told before the first byte, and the connection goes on.
        self.problem(400, "INVALID_FILTER", self.registrar, "GET", path, query={"filter": "?"})
        self.problem(403, "ROLE_MISSING", self.inspector, "GET", path)
        self.answer(self.registrar, "GET", path)

    def test_evidence_is_read_as_it_was_handed_in(self):
        picture = bytes.fromhex("ffd8ffe000104a464946000101") + bytes(range(256)) * 5000
        venue = self.venue("HTTP 证据示例")
        recorded = self.district.inspector.call(
            HAZARDS + "RecordInspection", self.district.inspection_request(venue["name"], [{
                "catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                "description": "示例隐患"}]))
        upload = self.district.inspector.stream(EVIDENCE + "UploadEvidence", [
            {"parent": f"districts/{CODE}", "request_id": new_id(), "metadata": {
                "subject": recorded["findings"][0]["name"], "media_type": "image/jpeg",
                "sha256": hashlib.sha256(picture).hexdigest(),
                "capture_time": {"seconds": int(self.district.local_time().timestamp())}}},
            *({"chunk": picture[at:at + 500_000]} for at in range(0, len(picture), 500_000))])
        name = upload[0]["name"]
        file = self.answer(self.inspector, "POST", f"/v1/{name}:download", {},
                           Idempotency_Key=new_id())
        self.assertEqual(file.headers["Content-Type"], "image/jpeg")
        self.assertEqual(file.body, picture)

    def test_a_feed_can_be_followed_as_cloud_events(self):
        operator = self.caller("users/operator", "OPERATOR", district="")
        head = self.answer(operator, "GET", "/v1/sources/venue/feeds/internal:head").json
        names = [self.venue(f"HTTP 云事件示例 {n}")["name"] for n in range(3)]
        seen, target = [], "/v1/sources/venue/feeds/internal/events?" + urllib.parse.urlencode(
            {"afterPosition": head["position"], "afterEpoch": head["epoch"],
             "afterChain": head["chain"], "maxEvents": 2})
        while not seen or page.json:
            page = self.answer(operator, "GET", target, Accept=BATCH)
            self.assertEqual(page.headers["Content-Type"], BATCH)
            seen += self.by_sdk(page.body)
            target = re.fullmatch('<(.+)>; rel="next"', page.headers["Link"])[1]
        mine = [event for event in seen if event["subject"] in names]
        self.assertEqual([event["subject"] for event in mine], names)
        self.assertEqual({event["type"] for event in mine}, {"rectify.venue.v1.VenueRegistered"})
        self.assertIn("HTTP 云事件示例 0", json.dumps(mine[0]["data"], ensure_ascii=False))
        positions = [int(event["position"]) for event in seen]
        first = int(head["position"]) + 1
        self.assertEqual(positions, list(range(first, first + len(seen))))
        # Whoever follows with another history is told, in this form as well.
        self.problem(400, "HISTORY_DIVERGED", operator, "GET",
                     target.replace("afterPosition=", "afterPosition=9"), Accept=BATCH)

    @staticmethod
    def by_sdk(body):
        """What the npm SDK reads in a batch; it refuses what the specification does not allow."""
        done = subprocess.run([shutil.which("node"), str(READ_CLOUD_EVENTS)], input=body,
                              capture_output=True, timeout=60, check=True)
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    # ---- What HTTP says of a resource

    def test_long_answers_are_compressed_for_who_takes_it(self):
        self.venue("HTTP 压缩示例")
        path = "/openapi.json"
        plain = self.answer(self.registrar, "GET", path)
        packed = self.registrar("GET", path, Accept_Encoding="gzip")
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertLess(len(packed.body), len(plain.body) / 4)
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        export = f"{self.parent}/venues:export"
        packed = self.registrar("GET", export, Accept_Encoding="gzip")
        self.assertEqual(gzip.decompress(packed.body),
                         self.answer(self.registrar, "GET", export).body)

    def test_etags_guard_against_lost_changes(self):
        venue = self.venue("HTTP 版本示例")
        path = f"/v1/{venue['name']}"
        first = self.answer(self.registrar, "GET", path)
        self.assertEqual(first.headers["ETag"], venue["etag"])
        unchanged = self.registrar("GET", path, If_None_Match=venue["etag"])
        self.assertEqual((unchanged.status, unchanged.json), (304, None))
        changed = self.answer(self.registrar, "PATCH", path, {"displayName": "HTTP 新名"},
                              query={"updateMask": "displayName"}, If_Match=venue["etag"])
        self.assertNotEqual(changed.headers["ETag"], venue["etag"])
        self.assertEqual(changed.json["displayName"], "HTTP 新名")
        self.problem(412, "ETAG_MISMATCH", self.registrar, "PATCH", path, {"displayName": "迟到"},
                     query={"updateMask": "displayName"}, If_Match=venue["etag"])

    def test_the_same_key_is_the_same_command(self):
        key, fields = new_id(), self.district.venue_fields("HTTP 幂等示例")
        path = f"{self.parent}/venues"
        once = self.answer(self.registrar, "POST", path, fields, Idempotency_Key=key).json
        again = self.answer(self.registrar, "POST", path, fields, Idempotency_Key=key).json
        self.assertEqual(once, again)
        self.problem(400, "REQUEST_ID_REUSED", self.registrar, "POST", path,
                     {**fields, "address": "另一处"}, Idempotency_Key=key)
        self.problem(400, "INVALID_FIELD", self.registrar, "POST", path, fields, Idempotency_Key="x")

    def test_pages_follow_one_another(self):
        names = {self.venue(f"HTTP 分页 {i}")["name"] for i in range(3)}
        query, seen = {"pageSize": 2, "filter": 'display_name : "HTTP 分页"'}, []
        while True:
            page = self.answer(self.registrar, "GET", f"{self.parent}/venues", query=query).json
            seen += [venue["name"] for venue in page["venues"]]
            if not page.get("nextPageToken"):
                break
            query["pageToken"] = page["nextPageToken"]
        self.assertEqual((len(seen), set(seen)), (3, names))

    # ---- What is refused

    def test_strangers_and_foreigners_learn_nothing(self):
        venue = self.venue("HTTP 权限示例")
        path = f"/v1/{venue['name']}"
        answer = self.problem(401, "TOKEN_MISSING", self.caller("", ""), "GET", path)
        self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
        manager = self.caller("users/manager", "VENUE_MANAGER", [venue["name"]])
        self.problem(403, "ROLE_MISSING", manager, "GET", path)
        foreigner = self.caller("users/registrar", "REGISTRAR", district="120112")
        foreign = self.problem(404, "NOT_FOUND", foreigner, "GET", path)
        missing = self.problem(404, "NOT_FOUND", self.registrar, "GET",
                               f"{self.parent}/venues/{new_id()}")
        self.assertEqual(sorted(foreign.json), sorted(missing.json))

    def test_bytes_that_no_header_of_grpc_may_have_are_refused_like_others(self):
        stranger, path = self.caller("", ""), f"{self.parent}/venues"
        password = base64.b64encode("li:密码".encode()).decode()
        for shown in ("Bearer a\xffb", "Bearer a\tb", "Bearer a b", f"Basic {password}"):
            self.problem(401, "TOKEN_INVALID", stranger, "GET", path, Authorization=shown)
        self.answer(self.registrar, "GET", path, query={"pageSize": 1}, traceparent="\xff")

    def test_bad_requests_name_what_is_wrong_in_both_languages(self):
        path = f"{self.parent}/venues"
        fields = self.district.venue_fields("HTTP 错误示例", address="")
        for language in ("zh-CN", "en"):
            answer = self.problem(400, "INVALID_FIELD", self.registrar, "POST", path, fields,
                                  Accept_Language=language)
            self.assertEqual(answer.headers["Content-Language"], language)
            self.assertEqual(answer.json["violations"][0]["field"], "venue.address")
        self.problem(400, "UNKNOWN_FIELD", self.registrar, "POST", path, {"displayNme": "x"})
        self.problem(400, "UNKNOWN_FIELD", self.registrar, "GET", path, query={"foo": "1"})
        self.problem(400, "MALFORMED_MESSAGE", self.registrar, "POST", path, b'{"a":1,"a":2}')
        self.problem(400, "MALFORMED_MESSAGE", self.registrar, "POST", path, b"\xff")
        self.problem(400, "INVALID_FIELD", self.registrar, "POST", path, b"a=1",
                     Content_Type="application/x-www-form-urlencoded")
        self.problem(404, "UNKNOWN_METHOD", self.registrar, "GET", f"{self.parent}/planets")
        answer = self.problem(405, "UNKNOWN_METHOD", self.registrar, "DELETE", path)
        self.assertEqual(answer.headers["Allow"], "GET, POST")

    def test_what_the_committee_keeps_has_no_path_here(self):
        committee = self.caller("users/ji", "DISCIPLINE")
        self.problem(404, "UNKNOWN_METHOD", committee, "GET", f"{self.parent}/draws")

    # ---- Going and coming back

    def test_a_service_that_is_away_is_a_clear_503(self):
        lonely = District(own := system.System().start(), CODE)
        self.addCleanup(own.stop)
        self.addCleanup(lonely.close)
        caller = Http(own.address("gateway"), own.token("users/registrar", "REGISTRAR", (), CODE))
        self.addCleanup(caller.close)
        self.answer(caller, "GET", f"{self.parent}/venues")
        self.answer_again(caller, "/readyz")
        own.kill("venue")
        ready = caller("GET", "/readyz")
        self.assertEqual(ready.status, 503)
        self.assertIn("venue", ready.body.decode().splitlines())
        self.assertEqual(caller("GET", "/livez").status, 200)
        answer = self.problem(503, "OVERLOADED", caller, "GET", f"{self.parent}/venues")
        self.assertEqual(answer.headers["Retry-After"], "1")
        own.start_service("venue")
        self.answer_again(caller, f"{self.parent}/venues")
        self.answer_again(caller, "/readyz")
        # The gateway ends when it is told to, with a client that keeps its connection.
        pid = own.pid("gateway")
        os.kill(pid, signal.SIGTERM)
        own.bash("stop_process gateway", timeout=30)
        self.assertIsNone(own.pid("gateway"))

    def answer_again(self, caller, path):
        """The channel to a service that came back needs a moment of its own."""
        done = threading.Event()
        threading.Timer(20, done.set).start()
        while not done.is_set():
            if caller("GET", path).status == 200:
                done.set()
                return
        self.fail("the service is back and the gateway does not see it")


if __name__ == "__main__":
    unittest.main()

"""What the public API answers to bad input, as a client in another language sees it: canonical code,
reason, field; and that nothing of a refused call is stored."""

import datetime
import unittest

import contract
import system
from district import (DEADLINES, HAZARDS, VENUES, District, day, new_id, nothing_changes)

UNKNOWN = 99  # a field number that no message has
LEN = 2  # wire type of strings and messages


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def varint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def length_delimited(number, data):
    return tag(number, LEN) + varint(len(data)) + data


def setUpModule():
    BadInput.district = District(system.shared(), "120113")
    unittest.addModuleCleanup(BadInput.district.close)
    BadInput.venue = BadInput.district.venue()


class BadInput(unittest.TestCase):
    district = None
    venue = None

    def refused(self, code, reason, path, call, *args, **more):
        """The error of a call that must fail just so and leave nothing behind."""
        with nothing_changes(self, self.district):
            with self.assertRaises(contract.RpcError) as caught:
                call(*args, **more)
        error = caught.exception
        self.assertEqual((error.code, error.reason), (code, reason), error)
        if path is None:
            self.assertEqual(error.paths, [])
        else:
            self.assertIn(path, error.paths)
        return error

    def create_venue(self, name="示例·新场所", **more):
        return {"parent": self.district.parent, "request_id": new_id(),
                "venue": self.district.venue_fields(name, **more)}

    def inspection(self, **more):
        findings = [{"catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                     "description": "示例隐患"}]
        return self.district.inspection_request(self.venue["name"],
                                                **{"findings": findings, **more})

    def officer(self, number, **more):
        created = self.district.registrar.call(VENUES + "CreateOfficer", {
            "parent": self.district.parent, "request_id": new_id(), "officer": {
                "display_name": "示例监督员", "post": "POST_INSPECTOR",
                "certificate_number": number, **self.district.certificate(), **more}})
        return created["name"]


class Form(BadInput):
    """The bytes, the fields and the names of a request."""

    def test_a_field_that_the_contract_does_not_have_is_refused_by_its_place(self):
        data = self.district.registrar.encode(VENUES + "CreateVenue", self.create_venue())
        self.refused("INVALID_ARGUMENT", "UNKNOWN_FIELD", f"#{UNKNOWN}",
                     self.district.registrar.call_bytes, VENUES + "CreateVenue",
                     data + tag(UNKNOWN, 0) + varint(1))

    def test_an_unknown_field_inside_a_message_is_refused_too(self):
        inner = self.district.registrar.message("rectify.venue.v1.Venue")(display_name="示例")
        data = length_delimited(3, inner.SerializeToString() + tag(UNKNOWN, 0) + varint(1))
        self.refused("INVALID_ARGUMENT", "UNKNOWN_FIELD", f"venue.#{UNKNOWN}",
                     self.district.registrar.call_bytes, VENUES + "CreateVenue",
                     self.district.registrar.encode(VENUES + "CreateVenue",
                                                    {"parent": self.district.parent}) + data)

    def test_bytes_that_are_no_message_are_refused(self):
        self.refused("INVALID_ARGUMENT", "MALFORMED_MESSAGE", "",
                     self.district.registrar.call_bytes, VENUES + "CreateVenue", b"\xff\xff\xff\xff")

    def test_invalid_utf8_is_refused_with_its_field(self):
        venue = length_delimited(2, b"\xe7\xa4\xba\xc3\x28")
        self.refused("INVALID_ARGUMENT", "MALFORMED_MESSAGE", "venue.display_name",
                     self.district.registrar.call_bytes, VENUES + "CreateVenue",
                     length_delimited(1, self.district.parent.encode()) + length_delimited(3, venue))

    def test_a_nul_byte_is_refused_with_its_field(self):
        self.refused("INVALID_ARGUMENT", "INVALID_FIELD", "venue.display_name",
                     self.district.registrar.call, VENUES + "CreateVenue",
                     self.create_venue("示例\0场所"))

    def test_a_message_of_10_mib_is_refused_before_it_is_read(self):
        self.refused("RESOURCE_EXHAUSTED", "", None, self.district.registrar.call,
                     VENUES + "CreateVenue", self.create_venue("长" * (10 * 1024 * 1024 // 3)))

    def test_a_malformed_name_is_refused(self):
        for name in ("venues/1", f"{self.district.parent}/venues/1", "", self.district.parent,
                     f"{self.district.parent}/venues/{new_id()}/"):
            with self.subTest(name=name):
                self.refused("INVALID_ARGUMENT", "INVALID_FIELD", "name",
                             self.district.registrar.call, VENUES + "GetVenue", {"name": name})

    def test_a_filter_that_cannot_be_read_is_refused_with_its_position(self):
        error = self.refused("INVALID_ARGUMENT", "INVALID_FILTER", "filter",
                             self.district.registrar.call, VENUES + "ListVenues",
                             {"parent": self.district.parent,
                              "filter": 'display_name : "𠮷" AND wrong = 1'})
        self.assertEqual(error.metadata.get("position"), "24")

    def test_a_page_token_of_somebody_else_is_refused(self):
        self.refused("INVALID_ARGUMENT", "INVALID_PAGE_TOKEN", "page_token",
                     self.district.registrar.call, VENUES + "ListVenues",
                     {"parent": self.district.parent, "page_token": "AAAA"})

    def test_every_wrong_field_is_told_at_once(self):
        error = self.refused("INVALID_ARGUMENT", "INVALID_FIELD", "venue.display_name",
                             self.district.registrar.call, VENUES + "CreateVenue",
                             self.create_venue("", address="", street="streets/1"))
        self.assertLessEqual({"venue.display_name", "venue.address", "venue.street"},
                             set(error.paths))

    def test_messages_come_in_the_language_of_the_caller(self):
        for language, word in (("zh-CN", "必填"), ("en", "required")):
            with self.subTest(language=language):
                error = self.refused("INVALID_ARGUMENT", "INVALID_FIELD", "venue.address",
                                     self.district.registrar.call, VENUES + "CreateVenue",
                                     self.create_venue(address=""), language=language)
                self.assertIn(word, dict(error.fields)["venue.address"])


class Repeats(BadInput):
    """Request ids and etags."""

    def test_a_request_id_with_other_content_is_refused(self):
        request = self.create_venue("示例·同号")
        first = self.district.registrar.call(VENUES + "CreateVenue", request)
        request["venue"]["address"] = "示例路2号"
        self.refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED", "request_id",
                     self.district.registrar.call, VENUES + "CreateVenue", request)
        request["venue"]["address"] = "示例路1号"
        with nothing_changes(self, self.district):
            again = self.district.registrar.call(VENUES + "CreateVenue", request)
        self.assertEqual(again, first)

    def test_a_stale_etag_is_refused_with_the_present_one(self):
        def update(etag, address):
            return self.district.registrar.call(VENUES + "UpdateVenue", {
                "venue": {"name": venue["name"], "etag": etag, "address": address},
                "update_mask": "address", "request_id": new_id()})

        venue = self.district.venue("示例·两人同改")
        present = update(venue["etag"], "示例路3号")
        error = self.refused("ABORTED", "ETAG_MISMATCH", None, update, venue["etag"], "示例路4号")
        self.assertEqual(error.metadata["etag"], present["etag"])


class Caller(BadInput):
    """Who may call, and what strangers see."""

    def test_without_a_token_nobody_enters(self):
        self.refused("UNAUTHENTICATED", "TOKEN_MISSING", None, self.district.client("", "").call,
                     VENUES + "ListVenues", {"parent": self.district.parent})

    def test_a_forged_token_is_refused(self):
        head, _, signature = self.district.system.token(
            "users/registrar", "REGISTRAR", (), self.district.code).rpartition(".")
        forged = signature.swapcase()
        self.refused("UNAUTHENTICATED", "TOKEN_INVALID", None,
                     self.district.client(f"{head}.{forged}", "").call,
                     VENUES + "ListVenues", {"parent": self.district.parent})

    def test_another_role_is_refused(self):
        self.refused("PERMISSION_DENIED", "ROLE_MISSING", None, self.district.inspector.call,
                     VENUES + "CloseVenue",
                     {"name": self.venue["name"], "reason": "示例", "request_id": new_id()})

    def test_an_officer_who_was_not_there_cannot_record_the_inspection(self):
        stranger = self.district.client("users/stranger", "INSPECTOR")
        self.refused("PERMISSION_DENIED", "NOT_YOUR_TASK", None, stranger.call,
                     HAZARDS + "RecordInspection", self.inspection())

    def test_a_foreign_district_looks_like_a_missing_one(self):
        def get(name):
            return self.district.registrar.call(VENUES + "GetVenue", {"name": name})

        missing_name = f"{self.district.parent}/venues/{new_id()}"
        foreign_name = f"districts/120119/venues/{new_id()}"
        missing = self.refused("NOT_FOUND", "NOT_FOUND", None, get, missing_name)
        foreign = self.refused("NOT_FOUND", "NOT_FOUND", None, get, foreign_name)
        self.assertEqual(missing.message.replace(missing_name, "…"),
                         foreign.message.replace(foreign_name, "…"))
        self.assertEqual(set(missing.metadata), set(foreign.metadata))


class Facts(BadInput):
    """Requests of good form that cannot be true or lawful."""

    def record(self, **more):
        return self.district.inspector.call(HAZARDS + "RecordInspection", self.inspection(**more))

    def test_a_wrong_credit_code_is_refused(self):
        for uscc in ("91120110MA0007919X", "91120110MA000791", "91120110MA000791IW"):
            with self.subTest(uscc=uscc):
                self.refused("INVALID_ARGUMENT", "USCC_INVALID", "venue.uscc",
                             self.district.registrar.call, VENUES + "CreateVenue",
                             self.create_venue(uscc=uscc, no_uscc_reason=""))

    def test_one_officer_alone_is_refused(self):
        self.refused("FAILED_PRECONDITION", "TOO_FEW_OFFICERS", "inspection.officers", self.record,
                     officers=self.district.officers[:1])

    def test_the_same_officer_twice_is_one_officer(self):
        with nothing_changes(self, self.district):
            with self.assertRaises(contract.RpcError) as caught:
                self.record(officers=self.district.officers[:1] * 2)
        self.assertIn(caught.exception.reason, ("TOO_FEW_OFFICERS", "INVALID_FIELD"))

    def test_an_officer_whose_certificate_has_ended_is_refused(self):
        expired = self.officer("示例过期0001", certificate_end=day("2022-12-31"))
        error = self.refused("FAILED_PRECONDITION", "OFFICER_NOT_QUALIFIED",
                             "inspection.officers[1]", self.record,
                             officers=[self.district.officers[0], expired])
        self.assertEqual(error.metadata["officer"], expired)
        self.assertEqual(error.metadata["date"], str(self.district.today()))

    def test_an_officer_who_has_left_the_post_is_refused(self):
        left = self.officer("示例离任0001", post_end=day("2022-06-30"))
        self.refused("FAILED_PRECONDITION", "OFFICER_NOT_QUALIFIED", "inspection.officers[1]",
                     self.record, officers=[self.district.officers[0], left])

    def test_an_inspection_in_the_future_is_refused(self):
        self.refused("INVALID_ARGUMENT", "IN_THE_FUTURE", "inspection.inspect_time", self.record,
                     inspect_time="2026-12-01T00:00:00Z")

    def test_a_hazard_that_the_catalogue_does_not_have_is_refused(self):
        self.refused("INVALID_ARGUMENT", "CATALOG_CODE_UNKNOWN",
                     "inspection.findings[1].catalog_code", self.record, findings=[
                         {"catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                          "description": "好的一项"},
                         {"catalog_code": "Z99", "disposition": "DISPOSITION_ORDER",
                          "description": "没有的代码"}])

    def test_a_firm_date_in_a_year_without_a_calendar_is_refused(self):
        request = {"period": {"amount": 3, "unit": "PERIOD_UNIT_WORKDAYS"},
                   "start_time": "2031-05-01T02:00:00Z", "firm": True}
        error = self.refused("FAILED_PRECONDITION", "CALENDAR_MISSING", None,
                             self.district.inspector.call, DEADLINES + "ComputeDeadline", request)
        self.assertEqual(error.metadata["year"], "2031")
        provisional = self.district.inspector.call(DEADLINES + "ComputeDeadline",
                                                   {**request, "firm": False})
        self.assertTrue(provisional["provisional"])
        self.assertEqual(provisional["missing_years"], [2031])

    def test_a_date_that_does_not_exist_is_refused(self):
        self.refused("INVALID_ARGUMENT", "INVALID_FIELD", "inspection.findings[0].stated_due_date",
                     self.record, findings=[{
                         "catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                         "description": "示例", "stated_due_date": day("2023-02-29")}])


class Order(BadInput):
    """Verbs on orders at the wrong time."""

    def test_a_state_jump_is_refused_with_the_states_that_would_do(self):
        order = self.district.drafted_order(self.venue["name"])
        for verb, client, more in (
                ("IssueOrder", self.district.inspector, {}),
                ("ServeOrder", self.district.inspector,
                 {"service": self.district.service_record()}),
                ("ReportRectification", self.district.inspector, {"statement": "示例"}),
                ("ApproveOrder", self.district.approver("CHIEF"), {})):
            with self.subTest(verb=verb):
                error = self.refused("FAILED_PRECONDITION", "ORDER_STATE", None, self.district.act,
                                     client, verb, order, **more)
                self.assertEqual(error.metadata["state"], "DRAFTED")
                self.assertTrue(error.metadata["allowed"])

    def test_the_same_person_cannot_sign_two_steps(self):
        order = self.district.drafted_order(self.venue["name"])
        self.district.act(self.district.inspector, "SubmitOrder", order)
        self.district.act(self.district.client("users/one", "DEPARTMENT_HEAD"), "ApproveOrder", order)
        self.refused("FAILED_PRECONDITION", "APPROVER_NOT_DISTINCT", None, self.district.act,
                     self.district.client("users/one", "LEGAL_REVIEWER"), "ApproveOrder", order)

    def test_service_before_the_issue_is_refused(self):
        order = self.district.issued_order(self.venue["name"])
        self.refused("FAILED_PRECONDITION", "DATE_ORDER", "service.serve_time", self.district.act,
                     self.district.inspector, "ServeOrder", order,
                     service=self.district.service_record(serve_time="2023-01-01T00:00:00Z"))

    def test_a_due_date_before_service_is_refused(self):
        today = self.district.today()
        stated = today + datetime.timedelta(days=1)
        order = self.district.issued_order(self.venue["name"], stated_due_date=day(stated))
        self.district.jump(f"{today + datetime.timedelta(days=3)} 10:00")
        self.refused("FAILED_PRECONDITION", "DATE_ORDER", None, self.district.act,
                     self.district.inspector, "ServeOrder", order,
                     service=self.district.service_record())

    def test_a_recheck_that_leaves_items_out_is_refused(self):
        order = self.district.issued_order(self.venue["name"])
        self.district.act(self.district.inspector, "ServeOrder", order,
                          service=self.district.service_record())
        self.refused("FAILED_PRECONDITION", "RECHECK_INCOMPLETE", None, self.district.act,
                     self.district.inspector, "RecordRecheck", order,
                     recheck_time=self.district.now(), officers=self.district.officers,
                     results=[{"finding": f"{self.district.parent}/findings/{new_id()}",
                               "rectified": True}])


class Csv(BadInput):
    """Files that people make with a spreadsheet."""

    HEADER = "单位名称,类别,性质,统一社会信用代码,无代码原因,地址,街道,外部编号\r\n"

    def imported(self, data, piece=7):
        """The result of each row, the file sent in pieces of a few bytes."""
        pieces = [data[i:i + piece] for i in range(0, len(data), piece)]
        requests = [{"csv": each} for each in pieces]
        requests[0]["parent"] = self.district.parent
        return self.district.registrar.stream(VENUES + "ImportVenues", requests)

    def row(self, name, street="示例街道", uscc="", reason="示例：无照经营"):
        return f"{name},人员密集,商场,{uscc},{reason},示例路9号,{street},key:{name}\r\n"

    def names(self):
        listed = self.district.registrar.call(VENUES + "ListVenues", {
            "parent": self.district.parent, "page_size": 500})
        return [venue["display_name"] for venue in listed["venues"]]

    def test_bad_rows_are_told_by_line_and_good_rows_are_kept(self):
        text = (self.HEADER + self.row("示例·好行一") + self.row("示例·坏代码", uscc="9112", reason="")
                + self.row("示例·坏街道", street="没有的街道") + "太短,的行\r\n"
                + '"示例·\r\n引号里换行",人员密集,没有的性质,,示例,示例路9号,示例街道,\r\n'
                + self.row("示例·好行二"))
        data = "\ufeff".encode() + text.encode()
        results = self.imported(data)
        self.assertEqual(
            [(result["line"], result["result"]) for result in results],
            [(2, "RESULT_CREATED"), (3, "RESULT_REFUSED"), (4, "RESULT_REFUSED"),
             (5, "RESULT_REFUSED"), (6, "RESULT_REFUSED"), (8, "RESULT_CREATED")])
        for result, column in ((results[1], "统一社会信用代码"), (results[2], "街道"),
                               (results[4], "性质")):
            self.assertIn(column, "".join(result["problems"]))
        names = self.names()
        self.assertIn("示例·好行一", names)
        self.assertIn("示例·好行二", names)
        self.assertNotIn("示例·坏代码", names)

        with nothing_changes(self, self.district):
            again = self.imported(data)
        self.assertEqual([result["result"] for result in again if "venue" in result],
                         ["RESULT_UNCHANGED"] * 2)

    def test_a_row_with_bytes_that_are_no_text_is_refused_alone(self):
        good = self.row("示例·好行三").encode()
        results = self.imported(
            self.HEADER.encode() + self.row("示例·坏字节").encode().replace(b"\xe5\xad\x97", b"\xff")
            + self.row("示例·零\0字节").encode() + good)
        self.assertEqual([result["result"] for result in results],
                         ["RESULT_REFUSED", "RESULT_REFUSED", "RESULT_CREATED"])
        self.assertIn("示例·好行三", self.names())

    def test_a_file_without_the_needed_columns_is_refused_whole(self):
        for text in ("甲,乙\r\n1,2\r\n", "单位名称\r\n示例·只有名称\r\n"):
            with self.subTest(text=text):
                self.refused("INVALID_ARGUMENT", "CSV_INVALID", "csv", self.imported, text.encode())

    def test_another_district_cannot_be_filled(self):
        foreign = [{"parent": "districts/120119", "csv": (self.HEADER + self.row("示例")).encode()}]
        self.refused("NOT_FOUND", "NOT_FOUND", None, self.district.registrar.stream,
                     VENUES + "ImportVenues", foreign)


class RareCharacters(BadInput):
    """Names in characters beyond the basic plane, which GB 18030 demands."""

    NAME = "示例·𠮷祥㙍𬭎酒楼"

    def test_they_come_back_as_they_were_and_are_found(self):
        created = self.district.venue(self.NAME, address="𠮷祥路1号")
        read = self.district.registrar.call(VENUES + "GetVenue", {"name": created["name"]})
        self.assertEqual((read["display_name"], read["address"]), (self.NAME, "𠮷祥路1号"))
        for part in ("𠮷", "㙍", "𬭎", "祥㙍𬭎酒"):
            with self.subTest(part=part):
                found = self.district.registrar.call(VENUES + "ListVenues", {
                    "parent": self.district.parent, "filter": f'display_name : "{part}"'})
                self.assertEqual([venue["name"] for venue in found["venues"]], [created["name"]])

    def test_they_stand_in_the_order_that_is_drafted(self):
        venue = self.district.venue(self.NAME + "分店")
        order = self.district.drafted_order(venue["name"], description="𬭎牌灭火器失效")
        self.assertEqual(order["party"], self.NAME + "分店")
        self.assertIn("𬭎牌灭火器失效", order["items"][0]["description"])


if __name__ == "__main__":
    unittest.main()

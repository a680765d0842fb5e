"""Lists as sheets and sheets as commands, for people who have a spreadsheet and no program."""

import csv
import io
import unittest

import openpyxl

import system
from district import District, nothing_changes
from http_test import Http

CODE = "120134"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULAS = ("=1+1", "+86", "-示例", "@SUM(A1)", "＝1+1", "＠示例")
LEADS = ("来源", "类别", "线索内容", "地点", "外部编号")


def csv_rows(body):
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def xlsx_cells(body):
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows()]


def xlsx_rows(body):
    return [["" if cell.value is None else cell.value for cell in row] for row in xlsx_cells(body)]


def as_csv(rows, encoding="utf-8"):
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode(encoding)


def as_xlsx(rows):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


class SheetsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        cls.parent = f"/v1/districts/{CODE}"
        cls.registrar = cls.caller("users/registrar", "REGISTRAR")
        cls.inspector = cls.caller("users/li", "INSPECTOR", cls.district.officers[:1])

    @classmethod
    def caller(cls, subject, role, posts=(), district=CODE):
        token = cls.system.token(subject, role, posts, district)
        caller = Http(cls.system.address("gateway"), token)
        cls.addClassCleanup(caller.close)
        return caller

    def get(self, caller, path, **query):
        answer = caller("GET", f"{self.parent}/{path}", query=query)
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def post(self, caller, path, body, media_type="text/csv", **headers):
        return caller("POST", f"{self.parent}/{path}", body, Content_Type=media_type, **headers)

    def listed(self, path, **query):
        """All that a list has, by JSON."""
        found, query = [], {"pageSize": 500, **query}
        while True:
            page = self.get(self.registrar, path, **query).json
            found += page.get(path, [])
            if not page.get("nextPageToken"):
                return found
            query["pageToken"] = page["nextPageToken"]

    # ---- Lists

    def test_a_list_is_the_same_in_every_form(self):
        venue = self.district.venue("表格示例，“甲”\n\"二\"行", point={
            "longitude": 117.3125, "latitude": 39.0875, "datum": "DATUM_CGCS2000"})
        self.district.issued_order(venue["name"])
        for path in ("venues", "findings", "orders"):
            file, book = (self.get(self.registrar, path + suffix) for suffix in (".csv", ".xlsx"))
            table, sheet = csv_rows(file.body), xlsx_rows(book.body)
            self.assertEqual(table, [[str(cell) for cell in row] for row in sheet], path)
            names = [row[table[0].index("资源名")] for row in table[1:]]
            self.assertEqual(names, [each["name"] for each in self.listed(path)])
        self.assertEqual(book.headers["Content-Type"], XLSX)
        self.assertEqual(file.headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(file.headers["X-Content-Type-Options"], "nosniff")
        self.assertRegex(file.headers["Content-Disposition"],
                         r"^attachment; filename=\"orders\.csv\"; filename\*=UTF-8''%\S+\.csv$")
        self.assertTrue(file.body.startswith(b"\xef\xbb\xbf"))
        self.assertNotIn(b"\n", file.body.replace(b"\r\n", b"").replace("“甲”\n".encode(), b""))

    def test_cells_are_in_the_words_of_people(self):
        venue = self.district.venue("表格用语示例", key_unit=True, point={
            "longitude": 117.3125, "latitude": 39.0875, "datum": "DATUM_CGCS2000"}, persons=[{
                "role": "PERSON_ROLE_MANAGER", "person_name": "张三", "contact": {
                    "mobile": "13812341234"}}])
        self.district.issued_order(venue["name"])
        rows = csv_rows(self.get(self.registrar, "venues.csv",
                                 filter='display_name : "表格用语示例"').body)
        self.assertEqual(len(rows), 2)
        row = dict(zip(*rows))
        self.assertEqual((row["消防安全重点单位"], row["位置.经度"], row["位置.纬度"]),
                         ("是", "117.3125", "39.0875"))
        self.assertEqual((row["类别"], row["性质"], row["状态"]),
                         ("人员密集", "商场", "在用"))
        self.assertRegex(row["登记时间"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assertIn("138****1234", row["责任人和管理人"])
        self.assertNotIn("13812341234", row["责任人和管理人"])
        order = dict(zip(*csv_rows(self.get(self.registrar, "orders.csv",
                                            filter=f'venue = "{venue["name"]}"').body)))
        self.assertEqual(order["状态"], "已编号")
        self.assertEqual(order["执法人员"].split("；"), self.district.officers)
        self.assertRegex(order["检查日期"], r"^\d{4}-\d\d-\d\d$")

    def test_no_text_becomes_a_formula(self):
        made = [self.district.venue(f"表格公式 {n}", address=text)["name"]
                for n, text in enumerate(FORMULAS)]
        query = {"filter": 'display_name : "表格公式"'}
        rows = csv_rows(self.get(self.registrar, "venues.csv", **query).body)
        name, address = rows[0].index("资源名"), rows[0].index("地址")
        found = {row[name]: row[address] for row in rows[1:]}
        self.assertEqual(found, {each: "'" + text for each, text in zip(made, FORMULAS)})
        cells = xlsx_cells(self.get(self.registrar, "venues.xlsx", **query).body)
        self.assertEqual({row[name].value: (row[address].value, row[address].data_type)
                          for row in cells[1:]},
                         {each: (text, "s") for each, text in zip(made, FORMULAS)})

    def test_all_pages_are_in_the_file(self):
        rows = [("来源", "category", "text", "place")] + [
            ("网格员上报", "OTHER", f"表格分页示例 {n}", "示例路1号") for n in range(1203)]
        answer = self.post(self.registrar, "leads", as_csv(rows), Accept="application/json")
        self.assertEqual((answer.json["created"], answer.json["failed"]), (1203, 0), answer.body[:500])
        listed = [lead["name"] for lead in self.listed("leads")]
        self.assertGreater(len(listed), 1000)
        for read, suffix in ((csv_rows, ".csv"), (xlsx_rows, ".xlsx")):
            table = read(self.get(self.registrar, "leads" + suffix, pageSize=7).body)
            self.assertEqual([row[0] for row in table[1:]], listed, suffix)

    def test_what_is_wrong_is_told_before_the_file(self):
        stranger = Http(self.system.address("gateway"), "")
        self.addCleanup(stranger.close)
        name = self.district.venue("表格单个示例")["name"]
        for suffix in (".csv", ".xlsx"):
            path = f"{self.parent}/venues{suffix}"
            answer = self.registrar("GET", path, query={"filter": "?"})
            self.assertEqual((answer.status, answer.json["reason"]), (400, "INVALID_FILTER"))
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            answer = stranger("GET", path)
            self.assertEqual(answer.status, 401)
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Basic "))
            answer = self.registrar("GET", f"/v1/{name}{suffix}")
            self.assertEqual((answer.status, answer.json["reason"]), (404, "UNKNOWN_METHOD"))

    # ---- Commands

    def test_a_file_of_leads_as_a_spreadsheet_in_china_saves_it(self):
        file = as_csv([LEADS,
                       ("网格员上报", "占用出口或停用设施", "安全出口锁闭，示例", "示例学校 1 号楼", "表格-1"),
                       ("部门移送", "不存在的类别", "示例", "示例路2号", "表格-2"),
                       ("部门移送", "其他", "", "示例路3号", "表格-3"),
                       ("SOURCE_COMPLAINT", "其他", "'=示例", "示例路4号", "表格-4")], "gb18030")
        first = self.post(self.registrar, "leads", file)
        self.assertEqual(first.status, 200, first.body)
        self.assertEqual(first.headers["Content-Type"], "text/csv; charset=utf-8")
        rows = csv_rows(first.body)
        self.assertEqual(rows[0], ["行号", "结果", "资源名", "错误", "列"])
        self.assertEqual([(row[0], row[1], row[4]) for row in rows[1:]],
                         [("2", "已登记", ""), ("3", "未登记", "类别"), ("4", "未登记", "线索内容"),
                          ("5", "已登记", "")])
        self.assertIn("不存在的类别", rows[2][3])
        leads = {lead["externalId"]: lead for lead in self.listed("leads")
                 if lead.get("externalId", "").startswith("表格-")}
        self.assertEqual({key: lead["name"] for key, lead in leads.items()},
                         {"表格-1": rows[1][2], "表格-4": rows[4][2]})
        self.assertEqual((leads["表格-1"]["source"], leads["表格-1"]["category"]),
                         ("SOURCE_GRID_WORKER", "CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF"))
        self.assertEqual((leads["表格-4"]["source"], leads["表格-4"]["text"]),
                         ("SOURCE_COMPLAINT", "=示例"))
        with nothing_changes(self, self.district):
            again = self.post(self.registrar, "leads", file)
        self.assertEqual(again.body, first.body)

    def test_a_mended_file_with_the_same_key_does_only_what_is_missing(self):
        key = "8d7c3f6e-0000-4000-8000-000000000001"
        good, bad = ("其他", "其他", "表格补正示例", "示例路5号"), ("其他", "其他", "表格补正示例", "")
        first = self.post(self.registrar, "leads", as_csv([LEADS[:4], good, good, bad]),
                          Idempotency_Key=key, Accept="application/json").json
        self.assertEqual((first["created"], first["failed"]), (2, 1), first)
        self.assertEqual(first["rows"][2]["problem"]["violations"][0]["field"], "lead.place")
        self.assertNotEqual(first["rows"][0]["name"], first["rows"][1]["name"])
        mended = as_csv([LEADS[:4], bad[:3] + ("示例路6号",), good, good])
        second = self.post(self.registrar, "leads", mended, Idempotency_Key=key,
                           Accept="application/json").json
        self.assertEqual((second["created"], second["failed"]), (3, 0), second)
        self.assertEqual([row["name"] for row in second["rows"][1:]],
                         [row["name"] for row in first["rows"][:2]])
        self.assertEqual(sum(lead["text"] == "表格补正示例" for lead in self.listed("leads")), 3)

    def test_an_exported_sheet_can_be_filled_in_and_sent_back(self):
        self.district.venue("表格往返示例", point={
            "longitude": 117.3125, "latitude": 39.0875, "datum": "DATUM_CGCS2000"})
        book = openpyxl.load_workbook(io.BytesIO(self.get(
            self.registrar, "venues.xlsx", filter='display_name : "表格往返示例"').body))
        header = [cell.value for cell in book.active[1]]
        book.active.cell(2, header.index("单位名称") + 1).value = "表格往返示例二"
        book.active.cell(2, header.index("地址") + 1).value = "=示例路7号"
        book.active.cell(2, header.index("地址") + 1).data_type = "s"
        file = io.BytesIO()
        book.save(file)
        answer = self.post(self.registrar, "venues", file.getvalue(), XLSX)
        self.assertEqual(answer.status, 200, answer.body)
        row = csv_rows(answer.body)[1]
        self.assertEqual(row[:2], ["2", "已登记"])
        venue = self.registrar("GET", f"/v1/{row[2]}").json
        self.assertEqual((venue["displayName"], venue["address"], venue["point"]["longitude"]),
                         ("表格往返示例二", "=示例路7号", 117.3125))
        self.assertEqual(self.post(self.registrar, "venues", file.getvalue(), XLSX).body, answer.body)

    def test_a_file_that_does_not_fit_does_nothing_at_all(self):
        good = ("其他", "其他", "示例", "示例路8号")
        refused = (
            ((LEADS[:4] + ("颜色", "size"), good), "text/csv", "csv", "颜色、size"),
            ((LEADS[:4] + ("地点",), good), "text/csv", "csv", "地点"),
            ((LEADS[:4],) + (good,) * 5001, "text/csv", "csv", "5000"),
            ((), "text/csv", "csv", "表头"))
        with nothing_changes(self, self.district):
            for rows, media_type, field, told in refused:
                answer = self.post(self.registrar, "leads", as_csv(rows) or b" ", media_type)
                self.assertEqual((answer.status, answer.json["reason"]), (400, "CSV_INVALID"))
                self.assertEqual(answer.json["violations"][0]["field"], field)
                self.assertIn(told, answer.json["detail"])
            for body in (b"PK\x03\x04 no archive", as_csv([LEADS[:4], good])):
                answer = self.post(self.registrar, "leads", body, XLSX)
                self.assertEqual(answer.json["violations"][0]["field"], "xlsx", answer.body)
            answer = self.post(self.registrar, "leads", b"\xff\xfe\xff", "text/csv")
            self.assertEqual(answer.json["reason"], "CSV_INVALID")
            # Who may not hand in leads learns it once, not row by row.
            manager = self.caller("users/manager", "VENUE_MANAGER", [f"districts/{CODE}/venues/x"])
            answer = self.post(manager, "leads", as_csv([LEADS[:4], good, good]))
            self.assertEqual((answer.status, answer.json["reason"]), (403, "ROLE_MISSING"))
            # Other commands take no sheets.
            answer = self.post(self.registrar, "venues:merge", as_csv([LEADS[:4], good]))
            self.assertIn(answer.status, (400, 404, 405))


if __name__ == "__main__":
    unittest.main()

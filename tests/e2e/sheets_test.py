"""Lists as sheets and sheets as commands, for people who have a spreadsheet and no program."""

import csv
import io
import unittest
import urllib.parse

import openpyxl

import system
from district import District
from http_test import Http

CODE = "120134"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULAS = ("=1+1", "+86", "-示例", "@SUM(A1)", "＝1+1")


def csv_rows(body):
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def xlsx_rows(body):
    book = openpyxl.load_workbook(io.BytesIO(body))
    cells = [[cell for cell in row] for row in book.active.iter_rows()]
    return [["" if cell.value is None else cell.value for cell in row] for row in cells], cells


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

    def test_a_list_is_the_same_in_both_forms(self):
        venue = self.district.venue("表格示例，“甲”\n二行", point={
            "longitude": 117.3125, "latitude": 39.0875, "datum": "DATUM_CGCS2000"})
        self.district.issued_order(venue["name"])
        for path in ("venues", "findings", "orders"):
            table = csv_rows(self.get(self.inspector, path + ".csv").body)
            sheet, _ = xlsx_rows(self.get(self.inspector, path + ".xlsx").body)
            self.assertEqual(table, [[str(cell) for cell in row] for row in sheet])


if __name__ == "__main__":
    unittest.main()

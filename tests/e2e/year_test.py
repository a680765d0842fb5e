"""The sample year and its report: the same again, another when the scenario is another, and as of a past
day what it said on that day. Plays only its first weeks, from the files that deploy/up plays."""

import csv
import json
import pathlib
import re
import shutil
import tempfile
import unittest

import system

SAMPLE = system.ROOT / "deploy/sample/dongli-2023"
SHORT_END, END = "2023-01-20", "2023-02-10"


def begun(folder, end, change=lambda rows, what: rows):
    """The sample as a scenario that ends on `end`, with `change` applied to its cases, whose findings are
    in column `what`."""
    year, month, day = map(int, end.split("-"))
    text = (SAMPLE / "scenario.txtpb").read_text(encoding="utf-8")
    text, count = re.subn(r"(?m)^end .*$", f"end {{ year: {year} month: {month} day: {day} }}", text)
    assert count == 1
    text = without_later_steps(text, end)
    scenario = pathlib.Path(folder) / f"until-{end}.txtpb"
    scenario.write_text(text, encoding="utf-8")
    shutil.copy(SAMPLE / "venues.csv", folder)
    with open(SAMPLE / "cases.csv", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    when, what = header.index("检查时间"), header.index("隐患")
    rows = change([row for row in rows if row[when][:10] <= end], what)
    with open(pathlib.Path(folder) / "cases.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return str(scenario)


def without_later_steps(text, end):
    """A step is one line, or begins with a line `steps {` and ends with a line `}`."""
    def keep(match):
        at = re.search(r'at: "(\d{4}-\d\d-\d\d)', match.group(0)).group(1)
        return match.group(0) if at <= end else ""
    return re.sub(r"^steps \{[^\n]+\}$|^steps \{\n.*?^\}$", keep, text, flags=re.M | re.S)


def report(one, *words):
    return one.cli("report", "year", "2023", *words)


class Year(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.system = system.System().start()
        cls.addClassCleanup(cls.system.stop)
        cls.play(cls.system, begun(cls.folder.name, SHORT_END))
        cls.then = report(cls.system, "--as-of", SHORT_END)
        cls.play(cls.system, begun(cls.folder.name, END))
        cls.text = report(cls.system)
        cls.json = json.loads(report(cls.system, "--json"))

    @staticmethod
    def play(one, scenario):
        one.cli("replay", scenario, timeout=280)

    def test_it_holds_the_217_venues_and_what_happened_to_them(self):
        total = self.json["sections"]["total"]
        self.assertEqual(total["venues"]["count"], 217)
        self.assertGreater(total["findings"]["count"], 0)
        for section in ("class", "street", "month"):
            self.assertEqual(self.json["sections"][section]["all"]["found"],
                             total["findings"]["count"], section)

    def test_as_of_a_past_day_it_gives_the_bytes_that_it_gave_then(self):
        self.assertEqual(report(self.system, "--as-of", SHORT_END), self.then)
        self.assertNotEqual(self.then, self.text)

    def test_each_number_lists_as_many_records_as_it_says(self):
        for section, rows in self.json["sections"].items():
            for row, cells in list(rows.items())[:3]:
                for column, number in cells.items():
                    if column != "label":
                        listed = report(self.system, "--records", f"{section}/{row}/{column}")
                        self.assertEqual(len(listed.splitlines()), number)

    def test_twice_the_same_gives_the_same_bytes(self):
        other = system.System().start()
        self.addCleanup(other.stop)
        # In one go, where the first one stopped and went on.
        self.play(other, begun(self.folder.name, END))
        self.assertEqual(report(other), self.text)

    def test_a_changed_scenario_gives_other_numbers(self):
        def one_less(rows, what):
            gone = next(i for i, row in enumerate(rows) if row[what].startswith("B02"))
            return rows[:gone] + rows[gone + 1:]
        other = system.System().start()
        self.addCleanup(other.stop)
        with tempfile.TemporaryDirectory() as folder:
            self.play(other, begun(folder, END, one_less))
        changed = json.loads(report(other, "--json"))["sections"]["total"]
        self.assertEqual(changed["inspections"]["count"],
                         self.json["sections"]["total"]["inspections"]["count"] - 1)
        self.assertLess(changed["findings"]["count"],
                        self.json["sections"]["total"]["findings"]["count"])

    def test_a_key_that_is_none_says_what_there_is(self):
        with self.assertRaises(system.CommandFailed) as failed:
            report(self.system, "--records", "class/CROWDED/fund")
        self.assertIn("found", failed.exception.stderr)


if __name__ == "__main__":
    unittest.main()

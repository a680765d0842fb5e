"""The deadlines of a post as a calendar, as calendar programs subscribe to it."""

import base64
import json
import pathlib
import shutil
import subprocess
import unittest
import urllib.parse

import icalendar

import system
from district import District
from http_test import Http

CODE = "120133"
READ_CALENDAR = pathlib.Path(__file__).resolve().parent / "clients/read_calendar.mjs"


def by_ical_js(body):
    done = subprocess.run([shutil.which("node"), str(READ_CALENDAR)], input=body,
                          capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)


def by_icalendar(body):
    return [{"uid": str(event["UID"]), "summary": str(event["SUMMARY"]),
             "day": event["DTSTART"].dt.isoformat()[:10]}
            for event in icalendar.Calendar.from_ical(body).walk("VEVENT")]


class CalendarFeedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.shared()
        cls.district = District(cls.system, CODE)
        cls.addClassCleanup(cls.district.close)
        cls.path = f"/v1/districts/{CODE}/clocks.ics"

    def caller(self, token=""):
        caller = Http(self.system.address("gateway"), token)
        self.addCleanup(caller.close)
        return caller

    def test_a_calendar_program_sees_the_deadlines_that_run(self):
        venue = self.district.venue("日历示例商场，一层；东区")
        order = self.district.issued_order(venue["name"])
        self.district.settle()
        token = self.system.token("users/li", "INSPECTOR", self.district.officers[:1], CODE)
        # The way that such programs know: a name, and the token as its password.
        login = base64.b64encode(f"li:{token}".encode()).decode()
        query = {"filter": f'state = "RUNNING" AND venue = "{venue["name"]}"'}
        answer = self.caller()("GET", self.path, query=query, Authorization=f"Basic {login}")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "text/calendar; charset=utf-8")

        clocks = self.caller(token)("GET", f"/v1/districts/{CODE}/clocks", query=query).json["clocks"]
        self.assertIn(order["name"], {clock["subject"] for clock in clocks})
        wanted = []
        for clock in clocks:
            day = clock.get("dueDate")
            wanted.append((clock["name"], f"{clock['title']}：{clock['party']}",
                           f"{day['year']}-{day['month']:02}-{day['day']:02}" if day
                           else clock["dueTime"][:10]))
        for read in (by_ical_js, by_icalendar):
            found = [(event["uid"], event["summary"], event["day"]) for event in read(answer.body)]
            self.assertEqual(sorted(found), sorted(wanted), read.__name__)
        # Programs ask again and again: what has not changed is not sent again.
        again = self.caller()("GET", self.path, query=query, Authorization=f"Basic {login}",
                              If_None_Match=answer.headers["ETag"])
        self.assertEqual((again.status, again.body), (304, b""))

    def test_a_stranger_is_asked_for_a_password(self):
        for sent in ({}, {"Authorization": "Basic " + base64.b64encode(b"li:x").decode()},
                     {"Authorization": "Basic ???"}):
            answer = self.caller()("GET", self.path, **sent)
            self.assertEqual(answer.status, 401, answer.body)
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Basic "))
        foreigner = self.caller(self.system.token("users/li", "INSPECTOR", (), "120112"))
        self.assertEqual(foreigner("GET", self.path).status, 404)

    def test_only_lists_of_deadlines_are_calendars(self):
        registrar = self.caller(self.system.token("users/registrar", "REGISTRAR", (), CODE))
        for path in ("venues.ics", "clocks.ics.ics", "clocks.csv.ics"):
            answer = registrar("GET", f"/v1/districts/{CODE}/" + urllib.parse.quote(path))
            self.assertEqual((answer.status, answer.json["reason"]), (404, "UNKNOWN_METHOD"), path)
        answer = registrar("GET", self.path, query={"filter": "?"})
        self.assertEqual((answer.status, answer.json["reason"]), (400, "INVALID_FILTER"))


if __name__ == "__main__":
    unittest.main()

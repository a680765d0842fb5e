"""The ten steps of integration_story_test as programs of other parties walk them, each by its own protocol:
what they are given, and what they must have come to.

A program is run twice. It reads a JSON object on stdin and prints one. The first time, `phase` is
`casework`: steps one to seven. Then thirty days pass, and with `catch_up` and what it printed `first`, it
does the rest: it reads what it has missed, a list as a file, and a deadline.
"""

import base64
import datetime
import functools
import hashlib
import hmac
import http.server
import json
import threading

import system
from district import VENUES, day, new_id
from integration_story_test import TOLD, WAIT_DAYS
from sheets_test import csv_rows

ASSIGNED = "rectify.hazard.v1.DepartmentTaskAssigned"


@functools.cache
def own_system():
    """One for all such programs: its registry may bring webhooks to this machine, and its clock jumps. It
    ends with the process."""
    whole = system.System().start()
    whole.kill("partner")
    whole.start_service("partner", "--webhook-allow", "127.0.0.1/32")
    return whole


def given(district, venue_name):
    """Addresses, tokens of all who take part, and the names of what exists or is to be made."""
    venue_id = new_id()
    department = f"{district.parent}/departments/shangwu{venue_id[:6]}"
    posts = {"INSPECTOR": ("users/li", district.officers[:1]),
             "VENUE_MANAGER": ("users/manager", [f"{district.parent}/venues/{venue_id}"]),
             "STREET_OFFICER": ("users/street", [district.street]),
             "DEPARTMENT_STAFF": ("users/shangwu", [department])}
    roles = ("REGISTRAR", "DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF", "OPERATOR", *posts)
    tokens = {}
    for role in roles:
        subject, desks = posts.get(role, (f"users/{role.lower()}", ()))
        tokens[role.lower()] = district.system.token(subject, role, desks, district.code)
    today = district.today()
    return {"addresses": {name: district.system.address(name)
                          for name in (*system.SERVICES, "gateway")},
            "tokens": tokens, "parent": district.parent, "officers": district.officers,
            "street": district.street, "department": department, "venue_id": venue_id,
            "venue_name": venue_name, "campaign_id": f"zx{venue_id[:6]}", "now": district.now(),
            "today": day(today), "due_date": day(today + datetime.timedelta(days=14))}


def walk(test, district, venue_name, run):
    """Both phases of a program. `run`: of the program, from what it is given to what it prints."""
    story = given(district, venue_name)
    district.registrar.call(VENUES + "UpdateDepartment", {"request_id": new_id(), "department": {
        "name": story["department"], "display_name": f"示例商务局{story['campaign_id']}"}})
    receiver = Receiver()
    test.addCleanup(receiver.stop)
    head = position(district)
    first = run({**story, "phase": "casework", "webhook_url": receiver.url})
    test.assertEqual(first["venue"], f"{district.parent}/venues/{story['venue_id']}")
    test.assertEqual(first["early"], "ORDER_STATE")
    assert_closed(test, first)
    assert_lead_and_task(test, district, story, first)

    later = district.local_time() + datetime.timedelta(days=WAIT_DAYS)
    district.jump(later.strftime("%Y-%m-%d %H:%M"))
    district.system.flush_redis()
    missed = list(range(head + 1, position(district) + 1))
    then = run({**story, "phase": "catch_up", "now": district.now(), "first": first})
    # Without a hole, from where it was to the head.
    test.assertEqual(then["positions"], missed)
    test.assertEqual([(kind.rpartition(".")[2], name) for kind, name in then["events"]],
                     [(kind, first[what]) for kind, what in TOLD["hazard"]])
    assert_clock(test, district, first, then)
    assert_told(test, receiver, first)
    return story, first, then


def position(district):
    return int(district.heads()["hazard"])


def assert_closed(test, result):
    test.assertEqual((result["order_state"], result["finding_state"]),
                     ("STATE_CLOSED", "STATE_RECTIFIED"))
    test.assertRegex(result["number"], r"^津丽消限字〔2023〕第\d{4}号$")


def assert_lead_and_task(test, district, story, first):
    """As the programs say, and as they are read by somebody else."""
    test.assertEqual((first["lead_state"], first["task_state"]), ("STATE_CLOSED", "STATE_ACCEPTED"))
    lead = district.inspector.call("rectify.hazard.v1.Leads.GetLead", {"name": first["lead"]})
    wanted = {"state": "STATE_CLOSED", "source": "SOURCE_GRID_WORKER", "reporter": story["street"],
              "external_id": f"grid-{story['venue_id']}", "venue": first["venue"],
              "officer": story["officers"][0], "outcome": "OUTCOME_CONFIRMED",
              "inspection": first["inspection"], "reply_result": "REPLY_RESULT_TOLD"}
    test.assertEqual({field: lead.get(field) for field in wanted}, wanted)
    task = district.inspector.call("rectify.hazard.v1.DepartmentTasks.GetDepartmentTask",
                                   {"name": first["task"]})
    test.assertEqual((task["state"], task["department"], task["report"]),
                     ("STATE_ACCEPTED", story["department"], "示例：已督促单位维修"))


def assert_told(test, receiver, first):
    """The department's system was told of the task, once, signed with the secret of its webhook."""
    [(headers, body)] = receiver.calls
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(first["secret"].removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    test.assertEqual(headers["webhook-signature"], f"v1,{wanted}")
    event = json.loads(body)
    test.assertEqual((event["type"], event["subject"]), (ASSIGNED, first["task"]))


def assert_clock(test, district, first, then):
    """Of the order that a second inspection led to. Programs read it from a calendar or a list."""
    [clock] = district.inspector.call("rectify.deadline.v1.RectificationDeadlines.ListClocks", {
        "parent": district.parent,
        "filter": f'venue = "{first["venue"]}" AND state = "RUNNING"'})["clocks"]
    test.assertEqual((clock["subject"], clock["kind"]),
                     (then["next_order"], "order_make_and_serve"))
    due = clock["due_date"]
    test.assertEqual(then["clock"], {
        "uid": clock["name"], "day": f"{due['year']}-{due['month']:02}-{due['day']:02}",
        "summary": f"{clock['title']}：{clock['party']}"})


def assert_venue_exported(test, story, then):
    """`sheet` has the header of the file and the line of the venue."""
    row = row_of(then["sheet"])
    test.assertEqual((row["单位名称"], row["地址"], row["街道"]),
                     (story["venue_name"], "示例路1号", story["street"].rpartition("/")[2]))


def assert_finding_exported(test, first, then):
    """`sheet` has the header of the file and the line of the finding."""
    wanted = {"资源名": first["finding"], "检查": first["inspection"], "单位": first["venue"],
              "隐患代码": "B02", "状态": "已改正", "责令文书": first["order"]}
    row = row_of(then["sheet"])
    test.assertEqual({name: row.get(name) for name in wanted}, wanted)


def row_of(sheet):
    header, row = csv_rows("\r\n".join(sheet).encode())
    return dict(zip(header, row, strict=True))


class Receiver:
    """The department's server: keeps the headers and the body of each call and takes them all."""

    def __init__(self):
        self.calls = []
        calls = self.calls

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                calls.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}/events"

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

"""A district with its staff, in a system that may be shared with other tests: nothing here touches
another district."""

import contextlib
import datetime
import json
import time
import uuid

import contract
from system import SERVICES

CHINA = datetime.timezone(datetime.timedelta(hours=8))
APPROVERS = ("DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF")
LONG_AGO = "2023-01-01"

VENUES = "rectify.venue.v1.VenueRegistry."
HAZARDS = "rectify.hazard.v1.HazardFindings."
DEADLINES = "rectify.deadline.v1.RectificationDeadlines."
REMINDERS = "rectify.reminder.v1.ReminderDispatch."


def new_id():
    return str(uuid.uuid4())


def day(text):
    year, month, number = map(int, str(text).split("-"))
    return {"year": year, "month": month, "day": number}


def instant(time_of_day):
    return time_of_day.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class District:
    def __init__(self, system, code):
        self.system = system
        self.code = code
        self.parent = f"districts/{code}"
        self.street = f"{self.parent}/streets/{code}001"
        self._clients = {}
        self.officers = [self._officer(f"监督员{i}", "POST_INSPECTOR", i) for i in (1, 2)]
        self.approvers = {role: self._officer(f"审批人{i}", f"POST_{role}", i)
                          for i, role in enumerate(APPROVERS, 3)}
        self.register_street({"name": self.street, "display_name": "示例街道",
                              "contact": {"email": f"street@{code}.example.cn"}})

    def close(self):
        for client in self._clients.values():
            client.close()

    # ---- Callers

    def client(self, subject, role, posts=()):
        key = (subject, role, tuple(posts))
        if key not in self._clients:
            token = self.system.token(subject, role, posts, self.code) if role else subject
            self._clients[key] = self.connect(token)
        return self._clients[key]

    def connect(self, token):
        addresses = {service: self.system.address(service) for service in SERVICES}
        return contract.Client(addresses, token, contract.believing(self.system.roots))

    @property
    def registrar(self):
        return self.client("users/registrar", "REGISTRAR")

    @property
    def inspector(self):
        return self.client("users/li", "INSPECTOR", self.officers[:1])

    def approver(self, role):
        return self.client(f"users/{role.lower()}", role)

    def manager(self, venue):
        return self.client("users/manager", "VENUE_MANAGER", [venue])

    # ---- Time

    def local_time(self):
        shown = self.system.cli("clock", "show").strip()
        return datetime.datetime.strptime(shown, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)

    def today(self):
        return self.local_time().date()

    def now(self):
        """The simulated instant as the contract's JSON has it."""
        return instant(self.local_time())

    def jump(self, to):
        """Moves the clock to a local time; what is due on the way is done."""
        self.system.cli("clock", "jump", to)

    def settle(self):
        """Lets every service apply what the others have said; the clock stays."""
        self.jump(LONG_AGO)

    # ---- What people do

    def register_street(self, street):
        self.registrar.call(VENUES + "UpdateStreet", {"street": street, "request_id": new_id()})

    def register_officer(self, officer):
        return self.registrar.call(VENUES + "CreateOfficer", {
            "parent": self.parent, "request_id": new_id(), "officer": officer})["name"]

    def venue(self, name="示例场所", **more):
        return self.registrar.call(VENUES + "CreateVenue", {
            "parent": self.parent, "request_id": new_id(), "venue": self.venue_fields(name, **more)})

    def venue_fields(self, name, **more):
        return {"display_name": name, "venue_class": "VENUE_CLASS_CROWDED", "kind": "VENUE_KIND_MALL",
                "no_uscc_reason": "示例：无照经营", "address": "示例路1号", "street": self.street, **more}

    def inspection_request(self, venue, findings, **more):
        return {"parent": self.parent, "request_id": new_id(), "inspection": {
            "venue": venue, "inspect_time": self.now(), "officers": self.officers,
            "findings": findings, **more}}

    def drafted_order(self, venue, **finding):
        """The order that an inspection with one finding leads to."""
        request = self.inspection_request(venue, [{
            "catalog_code": "B02", "disposition": "DISPOSITION_ORDER", "description": "示例隐患",
            **finding}])
        inspection = self.inspector.call(HAZARDS + "RecordInspection", request)
        self.settle()
        orders = self.inspector.call(DEADLINES + "ListOrders", {
            "parent": self.parent, "filter": f'inspection = "{inspection["name"]}"'})
        return orders["orders"][0]

    def issued_order(self, venue, **finding):
        order = self.drafted_order(venue, **finding)
        self.act(self.inspector, "SubmitOrder", order)
        for role in APPROVERS:
            self.act(self.approver(role), "ApproveOrder", order)
        return self.act(self.inspector, "IssueOrder", order)

    def act(self, client, verb, order, **more):
        return client.call(DEADLINES + verb,
                           {"name": order["name"], "request_id": new_id(), **more})

    def service_record(self, **more):
        return {"method": "SERVICE_METHOD_DIRECT", "serve_time": self.now(),
                "receiver": "示例收件人（本人）", "officers": self.officers, "proof": "示例送达回证",
                **more}

    def certificate(self, end="2026-12-31"):
        return {"certificate_start": day("2020-01-01"), "certificate_end": day(end),
                "post_start": day("2020-01-01")}

    def _officer(self, name, post, number):
        return self.register_officer({
            "display_name": f"示例{name}", "post": post,
            "certificate_number": f"示例{self.code}-{number:04d}", **self.certificate(),
            "contact": {"email": f"officer{number}@{self.code}.example.cn"}})

    # ---- Everything that is stored, to see that a refused call left nothing

    def snapshot(self):
        self.settle()
        lists = ((VENUES + "ListVenues", self.registrar), (VENUES + "ListOfficers", self.registrar),
                 (HAZARDS + "ListInspections", self.registrar),
                 (HAZARDS + "ListFindings", self.registrar),
                 (DEADLINES + "ListOrders", self.registrar),
                 (DEADLINES + "ListClocks", self.registrar))
        stored = [client.call(method, {"parent": self.parent, "page_size": 500})
                  for method, client in lists]
        return json.dumps([stored, self.heads()], ensure_ascii=False, indent=1)

    def heads(self):
        """The newest position of each source's events."""
        operator = self.client("users/operator", "OPERATOR")
        heads = {}
        for service in SERVICES:
            heads[service] = operator.call("rectify.event.v1.EventFeed.GetHead", {
                "source": service, "feed": "internal"}, service).get("position", "0")
        return heads


@contextlib.contextmanager
def nothing_changes(test, district):
    before = district.snapshot()
    yield
    test.assertEqual(before, district.snapshot())


def eventually(test, what, attempt, seconds=20):
    """For what background threads of the services do without being asked to settle."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        result = attempt()
        if result:
            return result
        time.sleep(0.05)
    test.fail(f"no {what} within {seconds} s")

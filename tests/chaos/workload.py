"""The people of one district at work, and a department that follows the feeds."""

import base64
import collections
import datetime
import hashlib
import random
import threading
import time
import uuid

import calls
import cluster
import contract
from district import APPROVERS, DEADLINES, HAZARDS, VENUES, day, instant

CODE = "120110"
PARENT = f"districts/{CODE}"
LIFE = "rectify.deadline.v1.OrderLife."
STREET = f"{PARENT}/streets/{CODE}001"
FEEDS = (("venue", "internal"), ("hazard", "departments"), ("deadline", "internal"),
         ("hazard", "internal"), ("deadline", "departments"), ("reminder", "internal"))
WITHDRAWN_AFTER = 6  # tries of one step: the district's day goes on


class Staff:
    """Who acts in the district; made before the first fault."""

    def __init__(self, system, history):
        self._system = system
        self._history = history
        self._callers = {}
        self.registrar = self.caller("users/registrar", "REGISTRAR")
        self.operator = self.caller("users/operator", "OPERATOR")
        self._must("setup", self.registrar, VENUES + "UpdateStreet", {
            "street": {"name": STREET, "display_name": "示例街道",
                       "contact": {"email": "street@example.cn",
                                   "webhook_uri": system.webhook_uri}}})
        self.officers = [self._officer("POST_INSPECTOR", number) for number in (1, 2)]
        for number, role in enumerate(APPROVERS, 3):
            self._officer(f"POST_{role}", number)
        self.inspector = self.caller("users/li", "INSPECTOR", self.officers[:1])
        self.approvers = [self.caller(f"users/{role.lower()}", role) for role in APPROVERS]

    def caller(self, subject, role, posts=()):
        key = (subject, role, tuple(posts))
        if key not in self._callers:
            token = self._system.token(subject, role, posts, CODE)
            self._callers[key] = calls.Caller(self._system, self._history, token)
        return self._callers[key]

    def close(self):
        for caller in self._callers.values():
            caller.close()

    def _officer(self, post, number):
        officer = f"{PARENT}/officers/{uuid.uuid4()}"
        self._must("setup", self.registrar, VENUES + "CreateOfficer", {
            "parent": PARENT, "officer_id": officer.rpartition("/")[2], "officer": {
                "display_name": f"示例人员{number}", "post": post,
                "certificate_number": f"示例{number:04d}", "certificate_start": day("2020-01-01"),
                "certificate_end": day("2026-12-31"), "post_start": day("2020-01-01"),
                "contact": {"email": f"officer{number}@example.cn"}}})
        return officer

    @staticmethod
    def _must(process, caller, method, request):
        if caller.command(process, method, request, {}) is None:
            raise RuntimeError(f"{method} failed before any fault")


def register(process, registrar, venue):
    """CreateVenue with an id that was chosen before; the answer or None."""
    end = venue[-12:]
    return registrar.command(process, VENUES + "CreateVenue", {
        "parent": PARENT, "venue_id": venue.rpartition("/")[2], "venue": {
            "display_name": f"示例场所{end}", "venue_class": "VENUE_CLASS_CROWDED",
            "kind": "VENUE_KIND_MALL", "no_uscc_reason": "示例：无照经营",
            "address": f"示例路{end}号", "street": STREET,
            "persons": [{"role": "PERSON_ROLE_RESPONSIBLE_PERSON", "person_name": "示例责任人",
                         "contact": {"email": f"{end}@example.cn"}}]}},
        {"name": venue, "display_name": f"示例场所{end}"})


class Case:
    """One venue with an inspection and what follows from it; one client works on it."""

    def __init__(self, process, staff, clock, rng):
        self.process = process
        self._staff = staff
        self._clock = clock
        self._rng = rng
        self.venue = self.inspection = None  # names
        self.order = None  # as last read
        self._steps = [self._register, self._inspect, self._find_order, self._submit,
                       *[lambda at=at: self._approve(at) for at in range(3)], self._issue,
                       self._serve]
        if rng.random() < 0.3:
            self._steps += [self._request_extension, self._decide_extension]
        if rng.random() < 0.8:
            self._steps.append(self._report)
        if rng.random() < 0.3:
            self._steps += [lambda: self._recheck(False), self._report]
        if rng.random() < 0.9:
            self._steps.append(lambda: self._recheck(True))
        self._tries = 0

    def step(self):
        """One thing; False when the case is done or stuck."""
        if self._steps[0]():
            self._steps.pop(0)
            self._tries = 0
        else:
            self._tries += 1
        return bool(self._steps) and self._tries < WITHDRAWN_AFTER

    def _now(self):
        return instant(self._clock.now())

    def _command(self, caller, method, request, value):
        return caller.command(self.process, method, request, value)

    def _register(self):
        # Another try is another thing: nobody knows of the first one whether it is there.
        self.venue = f"{PARENT}/venues/{uuid.uuid4()}"
        return register(self.process, self._staff.registrar, self.venue) is not None

    def _inspect(self):
        self.inspection = f"{PARENT}/inspections/{uuid.uuid4()}"
        findings = [{"catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                     "description": f"示例隐患{number}", "term_days": self._rng.randint(1, 4)}
                    for number in range(self._rng.randint(1, 2))]
        return self._command(self._staff.inspector, HAZARDS + "RecordInspection", {
            "parent": PARENT, "inspection_id": self.inspection.rpartition("/")[2], "inspection": {
                "venue": self.venue, "inspect_time": self._now(),
                "officers": self._staff.officers, "findings": findings}},
            {"name": self.inspection, "venue": self.venue,
             "findings": [finding["description"] for finding in findings]}) is not None

    def _find_order(self):
        listed = self._staff.inspector.read(self.process, DEADLINES + "ListOrders", {
            "parent": PARENT, "filter": f'inspection = "{self.inspection}"'})
        if not listed or not listed.get("orders"):
            self._tries -= 1  # it comes with the event
            return False
        self.order = listed["orders"][0]
        return True

    def _act(self, caller, verb, **more):
        answer = self._command(caller, verb, {"name": self.order["name"], **more},
                               {"name": self.order["name"]})
        if answer is not None:
            self.order = answer
        return answer is not None

    def _submit(self):
        return self._act(self._staff.inspector, DEADLINES + "SubmitOrder")

    def _approve(self, at):
        return self._act(self._staff.approvers[at], DEADLINES + "ApproveOrder", opinion="同意")

    def _issue(self):
        return self._act(self._staff.inspector, DEADLINES + "IssueOrder")

    def _serve(self):
        return self._act(self._staff.inspector, DEADLINES + "ServeOrder", service={
            "method": "SERVICE_METHOD_DIRECT", "serve_time": self._now(),
            "receiver": "示例收件人（本人）", "officers": self._staff.officers,
            "proof": "示例送达回证"})

    def _request_extension(self):
        wished = self._clock.now().date() + datetime.timedelta(days=20)
        self._act(self._staff.inspector, LIFE + "RequestExtension", reason="示例：配件未到",
                  safeguards="示例：专人看护", wished_date=day(wished))
        return True  # the term may have ended meanwhile: then there is none

    def _decide_extension(self):
        self._act(self._staff.approvers[-1], LIFE + "DecideExtension", granted=True,
                  reason="示例：情况属实")
        return True

    def _report(self):
        self._act(self._staff.inspector, DEADLINES + "ReportRectification", statement="示例：已改正")
        return True

    def _recheck(self, rectified):
        return self._act(self._staff.inspector, DEADLINES + "RecordRecheck", recheck_time=self._now(),
                         officers=self._staff.officers, results=[
                             {"finding": item["finding"], "rectified": rectified}
                             for item in self.order["items"] if not item.get("rectified")])


class Client(threading.Thread):
    """Works on a few cases in turn and looks things up in between, `rate` steps a second at most."""

    def __init__(self, process, staff, clock, seed, rate, stop):
        super().__init__(name=process, daemon=True)
        self._process = process
        self._staff = staff
        self._clock = clock
        self._rng = random.Random(f"{seed}/{process}")
        self._pause = 1 / rate
        self._end = stop
        self.error = None
        self.done = collections.deque(maxlen=200)

    def run(self):
        try:
            cases = []
            while not self._end.is_set():
                begin = time.monotonic()
                if len(cases) < 8:
                    cases.append(Case(self._process, self._staff, self._clock, self._rng))
                case = self._rng.choice(cases)
                if not case.step():
                    cases.remove(case)
                    self.done.append(case)
                if self._rng.random() < 0.4:
                    self._look(self._rng.choice(cases + list(self.done)))
                self._end.wait(max(0, begin + self._pause - time.monotonic()))
        except Exception as error:  # pylint: disable=broad-except
            self.error = error  # a mistake of this program: the run fails with it
            raise

    def _look(self, case):
        if case.order is not None:
            self._staff.inspector.read(self._process, DEADLINES + "GetOrder",
                                       {"name": case.order["name"]})
        elif self._rng.random() < 0.5:
            self._staff.registrar.read(self._process, VENUES + "ListVenues",
                                       {"parent": PARENT, "page_size": 20})
        else:
            self._staff.inspector.read(self._process, HAZARDS + "ListFindings",
                                       {"parent": PARENT, "page_size": 20})


class Tail(threading.Thread):
    """A department outside: reads one feed from its beginning and keeps every event that it sees."""

    def __init__(self, source, feed, caller, history, stop):
        super().__init__(name=f"tail-{source}-{feed}", daemon=True)
        self._key = {"source": source, "feed": feed}
        self._caller = caller
        self._history = history
        self._end = stop
        self._after = {}
        self.error = None

    def run(self):
        try:
            while not self._end.is_set():
                if not self.read_some():
                    self._end.wait(0.3)
        except Exception as error:  # pylint: disable=broad-except
            self.error = error
            raise

    def read_some(self):
        """How many events came; 0 also when the service did not answer."""
        try:
            answer = self._caller.ask(random.randrange(2), "rectify.event.v1.EventFeed.ReadEvents",
                                      {**self._key, **self._after, "max_events": 200},
                                      service=self._key["source"])
        except contract.RpcError as error:
            if not calls.is_worth_repeating(error):
                self._history.add(self.name, "fail", "tail", {
                    **self._key, "code": error.code, "reason": error.reason})
            return 0
        for event in answer.get("events", []):
            self._history.add(self.name, "ok", "tail", {
                **self._key, "epoch": event["epoch"], "position": int(event["position"]),
                "chain": base64.b64decode(event["chain"]).hex(),
                "payload": hashlib.sha256(base64.b64decode(event["payload"])).hexdigest()})
            self._after = {"after_position": event["position"], "after_epoch": event["epoch"],
                           "after_chain": event["chain"]}
        return len(answer.get("events", []))


class Workload:
    """All clients of a run."""

    def __init__(self, system, history, seed, clients, rate):
        self._end = threading.Event()
        self.staff = Staff(system, history)
        self._clients = [Client(f"client-{number}", self.staff, system.clock, seed,
                                rate / clients, self._end) for number in range(clients)]
        self.tails = [Tail(source, feed, self.staff.operator, history, self._end)
                      for source, feed in FEEDS]

    def start(self):
        for thread in self._clients + self.tails:
            thread.start()

    def stop(self):
        self._end.set()
        for thread in self._clients + self.tails:
            thread.join()
        for thread in self._clients + self.tails:
            if thread.error is not None:
                raise RuntimeError(f"{thread.name} broke down") from thread.error

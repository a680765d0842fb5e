"""A small run that went well: one venue, one inspection with one finding, its order up to the closing,
one reminder that was sent, another that waits, and a clock that is overdue."""

import copy
import hashlib

from checks_log import AUDIENCE, genesis, link

DISTRICT = "districts/120110"
VENUE, INSPECTION, FINDING = (f"{DISTRICT}/venues/v1", f"{DISTRICT}/inspections/i1",
                              f"{DISTRICT}/findings/f1")
ORDER, LATE_ORDER = f"{DISTRICT}/orders/o1", f"{DISTRICT}/orders/o2"
LATE_INSPECTION, LATE_FINDING = f"{DISTRICT}/inspections/i2", f"{DISTRICT}/findings/f2"
CLOCK, LATE_CLOCK = f"{DISTRICT}/clocks/c1", f"{DISTRICT}/clocks/c2"
NOW = "2023-02-10T10:00:00+08:00"
DUE = "2023-02-08T16:00:00+00:00"
INSPECTOR = "users/li"


def event(aggregate, version, kind, body, request="", actor="services/deadline", audience=0):
    return {"aggregate": aggregate, "aggregate_version": version, "type": f"rectify.x.v1.{kind}",
            "audience": audience, "payload": kind.encode().hex(), "actor": actor,
            "request_id": request, "body": body}


def command(aggregate, version, kind, body, request, audience=0):
    return event(aggregate, version, kind, body, request, INSPECTOR, audience)


def spine(source, events, cursors=()):
    """The source's log with positions, chains and feeds, as the sequencer makes them."""
    chain, feeds = genesis(source, "internal"), []
    ends = {feed: (0, genesis(source, feed)) for feed in AUDIENCE}
    for position, entry in enumerate(events, 1):
        entry |= {"position": position, "epoch": 1, "outbox_id": position}
        chain = link(chain, position, entry)
        entry["chain"] = chain.hex()
        for feed, bit in AUDIENCE.items():
            if entry["audience"] & bit:
                place = ends[feed][0] + 1
                ends[feed] = place, link(ends[feed][1], place, entry)
                feeds.append({"feed": feed, "position": place, "event_position": position,
                              "chain": ends[feed][1].hex()})
    return {"head": [{"epoch": 1, "position": len(events), "chain": chain.hex()}],
            "events": events, "feeds": feeds, "outbox": [], "parked": [],
            "unanswered": [],
            "cursors": [{"consumer": "x", "source": name} for name in cursors]}


def deadline_events():
    def drafted(order, inspection):
        return event(order, 1, "OrderDrafted", {"order": order, "inspection": inspection})

    def started(clock):
        return event(clock, 1, "ClockStarted", {"clock": clock, "due_time": DUE})
    return [
        drafted(ORDER, INSPECTION), started(CLOCK), drafted(LATE_ORDER, LATE_INSPECTION),
        started(LATE_CLOCK),
        command(ORDER, 2, "OrderReviewed", {"order": ORDER}, "submit"),
        command(ORDER, 3, "OrderReviewed", {"order": ORDER}, "approve"),
        command(ORDER, 4, "OrderIssued", {"order": ORDER}, "issue"),
        command(ORDER, 5, "OrderServed", {"order": ORDER, "items": [{"finding": FINDING}]}, "serve",
                1),
        command(LATE_ORDER, 2, "OrderServed", {
            "order": LATE_ORDER, "items": [{"finding": LATE_FINDING}]}, "serve-late"),
        event(LATE_CLOCK, 2, "ClockOverdue", {
            "clock": LATE_CLOCK, "due_date": {"year": 2023, "month": 2, "day": 8}}),
        command(ORDER, 6, "RecheckPassed", {"order": ORDER, "rectified_findings": [FINDING]},
                "recheck"),
        event(CLOCK, 2, "ClockMet", {"clock": CLOCK}),
    ]


def hazard_events():
    def recorded(inspection, finding, request):
        return command(inspection, 1, "InspectionRecorded", {
            "inspection": inspection, "findings": [{"finding": finding}]}, request)
    return [recorded(INSPECTION, FINDING, "inspect"),
            recorded(LATE_INSPECTION, LATE_FINDING, "inspect-late"),
            event(FINDING, 1, "FindingOrdered", {"finding": FINDING}),
            event(LATE_FINDING, 1, "FindingOrdered", {"finding": LATE_FINDING}),
            event(FINDING, 2, "FindingRectified", {"finding": FINDING}, audience=1)]


def sources():
    def reminder(name):
        return f"{DISTRICT}/reminders/{name}"
    made = {
        "venue": spine("venue", [command(VENUE, 1, "VenueRegistered", {
            "venue": {"name": VENUE, "display_name": "场所"}}, "register", 1)]),
        "hazard": spine("hazard", hazard_events(), ("venue", "deadline")),
        "deadline": spine("deadline", deadline_events(), ("venue", "hazard")),
        "reminder": spine("reminder", [
            event(reminder("r1"), 1, "ReminderSent", {"reminder": reminder("r1")}),
            event(reminder("r2"), 1, "ReminderSettled", {"reminders": [{"reminder": reminder("r2")}]}),
        ], ("deadline", "venue")),
        "followup": spine("followup", [], ("venue",)),
    }
    for one in made.values():
        for cursor in one["cursors"]:
            head = made[cursor["source"]]["head"][0]
            cursor |= {"epoch": 1, "position": head["position"], "chain": head["chain"]}
    return made


def reminder_row(name, clock, state, **more):
    return {"id": name, "clock": clock, "step": "T-1", "recipient": VENUE, "channel": 1,
            "due_time": f"due of {name}", "state": state, "attempts": 1, "delivery": None,
            "not_before": "2023-02-09T01:00:00+00:00", **more}


def tables():
    def order_row(name, state):
        return {"district": "120110", "id": name, "state": state}

    def item(order, finding, rectified):
        return {"district": "120110", "order_id": order, "finding": finding,
                "due_date": "2023-02-08", "rectify_time": rectified}

    def clock_row(name, state):
        return {"district": "120110", "id": name, "state": state, "due_time": DUE}

    def finding_row(name, inspection, state):
        return {"district": "120110", "id": name, "inspection_id": inspection, "ordinal": 0,
                "description": "隐患", "state": state}
    venue = {"name": VENUE, "display_name": "场所"}
    versions = [("o1", version, state) for version, state in
                enumerate((1, 2, 3, 4, 5, 8), 1)] + [("o2", 1, 1)]
    return {
        "venue.venues": [{"id": "v1", "display_name": "场所"}],
        **{f"{service}.venues": [dict(venue)] for service in ("hazard", "deadline", "followup")},
        "hazard.inspections": [{"id": "i1", "venue": VENUE}, {"id": "i2", "venue": VENUE}],
        "hazard.findings": [finding_row("f1", "i1", 3), finding_row("f2", "i2", 2)],
        "deadline.findings": [{"name": FINDING}, {"name": LATE_FINDING}],
        "deadline.orders": [order_row("o1", 8), order_row("o2", 5)],
        "deadline.order_items": [item("o1", FINDING, NOW), item("o2", LATE_FINDING, None)],
        "deadline.order_versions": [{"order_id": order, "version": version, "state": state}
                                    for order, version, state in versions],
        "deadline.document_numbers": [
            {"organ": "津丽", "code": "消限", "year": 2023, "serial": serial} for serial in (1, 2)],
        "deadline.clocks": [clock_row("c1", 2), clock_row("c2", 1)],
        "reminder.clocks": [{"name": CLOCK, "running": False, "due_time": DUE},
                            {"name": LATE_CLOCK, "running": True, "due_time": DUE}],
        "reminder.reminders": [
            reminder_row("r1", CLOCK, 4, delivery="d1"), reminder_row("r2", CLOCK, 6),
            reminder_row("r3", LATE_CLOCK, 1, not_before="2023-02-11T01:00:00+00:00")],
        "reminder.deliveries": [{"id": "d1", "channel": 1, "state": 2}],
    }


def record():
    """Made anew for each caller, who may spoil it."""
    late = {"orders": [LATE_ORDER], "clocks": [LATE_CLOCK]}
    return {
        "now": NOW, "sources": sources(), "tables": tables(), "mails": ["d1"], "webhooks": [],
        "feed_ends": {"deadline/internal": 12},
        "readers": {"0": copy.deepcopy(late), "1": copy.deepcopy(late)},
        "faults": [{"fault": "redis_kill", "what": "empty"}],
        "recoveries": [{"phase": "redis", "seconds": 2.5}, {"phase": "end", "seconds": 8}],
        "own_ends": {"venue-0": 1}, "ends": {"venue-0": 0},
        "connections": [{"application_name": "rectify-venue", "count": 12}],
        "log": [{"replica": "venue-0", "level": "warning", "event": "relay_failed"},
                {"replica": "venue-0", "line": "serving on 7101"}],
    }


def history():
    lines = []

    def add(kind, f, value, request, at):
        lines.append({"process": "client-0", "type": kind, "f": f, "value": value,
                      "request_id": request, "t_steady": at})

    def told(f, request, begin, end, asked, version=1):
        name = asked["name"]
        add("invoke", f, asked, request, begin)
        add("ok", f, {"name": name, "etag": f'"{version}"', "digest": f"{request} done"}, request, end)
    told("CreateVenue", "register", 1, 2, {"name": VENUE, "display_name": "场所"})
    add("ok", "CreateVenue", {"name": VENUE, "etag": '"1"', "digest": "register done"}, "register",
        2.5)  # the twin's answer
    told("RecordInspection", "inspect", 3, 4,
         {"name": INSPECTION, "venue": VENUE, "findings": ["隐患"]})
    told("RecordInspection", "inspect-late", 4, 5,
         {"name": LATE_INSPECTION, "venue": VENUE, "findings": ["隐患"]})
    for at, (f, request) in enumerate((("SubmitOrder", "submit"), ("ApproveOrder", "approve"),
                                       ("IssueOrder", "issue"), ("ServeOrder", "serve"),
                                       ("RecordRecheck", "recheck")), 2):
        told(f, request, 10 * at, 10 * at + 5, {"name": ORDER}, at)
    add("ok", "GetOrder", {"name": ORDER, "etag": '"5"', "begin": 56, "digest": "read"}, "", 57)
    add("invoke", "ServeOrder", {"name": LATE_ORDER}, "serve-late", 90)
    add("info", "ServeOrder", {"code": "UNAVAILABLE"}, "serve-late", 99)
    add("invoke", "SubmitOrder", {"name": ORDER}, "too late", 91)
    add("fail", "SubmitOrder", {"code": "FAILED_PRECONDITION"}, "too late", 92)
    for entry in sources()["deadline"]["events"]:
        add("ok", "tail", {
            "source": "deadline", "feed": "internal", "epoch": 1, "position": entry["position"],
            "chain": entry["chain"],
            "payload": hashlib.sha256(bytes.fromhex(entry["payload"])).hexdigest()}, "", 100)
    return lines

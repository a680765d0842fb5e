"""Checks of the stored state against what clients were told and what the event logs say."""

import collections
import datetime

from checks_log import short

CHINA = datetime.timezone(datetime.timedelta(hours=8))
# Numbers of the contract.
FINDING_OPEN, FINDING_ORDERED, FINDING_RECTIFIED = 1, 2, 3
ORDER_IN_FORCE = (5, 6, 7)
CLOCK_RUNNING = 1
PENDING, CLAIMED, SENDING, SENT, CANCELLED, MERGED = 1, 2, 3, 4, 6, 8
DELIVERY_SENT = 2
EMAIL, WEBHOOK = 1, 2


def instant(text):
    return datetime.datetime.fromisoformat(text)


def id_of(name):
    return name.rpartition("/")[2]


def day_of(date):
    return f"{date['year']:04}-{date['month']:02}-{date['day']:02}"


def events_of(record, source, *types):
    return [event for event in record["sources"][source]["events"] if short(event["type"]) in types]


# ---- I1

def created(lines, record):
    """What was acknowledged is there as it was sent; what failed is not."""
    asked, outcomes = {}, {}
    for line in lines:
        if line["f"] not in ("CreateVenue", "RecordInspection"):
            continue
        if line["type"] == "invoke":
            asked[line["request_id"]] = line
        elif line["type"] == "ok" or line["request_id"] not in outcomes:
            outcomes[line["request_id"]] = line["type"]
    tables = record["tables"]
    venues = {row["id"]: row for row in tables["venue.venues"]}
    inspections = {row["id"]: row for row in tables["hazard.inspections"]}
    findings = collections.defaultdict(list)
    for row in sorted(tables["hazard.findings"], key=lambda row: row["ordinal"]):
        findings[row["inspection_id"]].append(row["description"])
    witnesses = []
    for request, line in asked.items():
        wanted, key = line["value"], id_of(line["value"]["name"])
        if line["f"] == "CreateVenue":
            row = venues.get(key)
            same = row is not None and row["display_name"] == wanted["display_name"]
        else:
            row = inspections.get(key)
            same = row is not None and row["venue"] == wanted["venue"] and \
                findings[key] == wanted["findings"]
        outcome = outcomes.get(request, "info")
        if outcome == "ok" and not same or outcome == "fail" and row is not None or \
                row is not None and not same:
            witnesses.append(f"{line['f']} of {wanted['name']} was {outcome}; stored: "
                             f"{'nothing' if row is None else 'the same' if same else 'otherwise'}")
    return witnesses


# ---- I6

def folded(_, record):
    """Each consumer's state is what the source's events amount to, and each effect is there once."""
    return (folded_venues(record) + folded_findings(record) + drafted_orders(record) +
            told_findings(record) + folded_clocks(record) + cursors_at_the_end(record))


def folded_venues(record):
    truth = {event["body"]["venue"]["name"]: event["body"]["venue"]["display_name"]
             for event in events_of(record, "venue", "VenueRegistered", "VenueUpdated")}
    witnesses = []
    for service in ("hazard", "deadline", "followup"):
        kept = {row["name"]: row["display_name"] for row in record["tables"][f"{service}.venues"]}
        witnesses += [f"{service} knows {name} as {kept.get(name)}, it is {truth.get(name)}"
                      for name in truth.keys() | kept.keys() if truth.get(name) != kept.get(name)]
    return witnesses


def folded_findings(record):
    """The findings as the events of their orders leave them."""
    states = {}
    for event in events_of(record, "hazard", "InspectionRecorded"):
        for finding in event["body"].get("findings", []):
            states[finding["finding"]] = FINDING_OPEN
    for event in events_of(record, "deadline", "OrderServed", "RecheckPassed", "RecheckFailed",
                           "ItemsRectified"):
        for item in event["body"].get("items", []):
            states[item["finding"]] = FINDING_ORDERED
        for finding in event["body"].get("rectified_findings", []):
            states[finding] = FINDING_RECTIFIED
    kept = {f"districts/{row['district']}/findings/{row['id']}": row["state"]
            for row in record["tables"]["hazard.findings"]}
    witnesses = [f"hazard has {name} in state {kept.get(name)}, the events say {states.get(name)}"
                 for name in states.keys() | kept.keys() if states.get(name) != kept.get(name)]
    known = {row["name"] for row in record["tables"]["deadline.findings"]}
    return witnesses + [f"deadline does not know {name}" for name in states.keys() - known] + \
        [f"deadline knows {name}, which no inspection has" for name in known - states.keys()]


def drafted_orders(record):
    """One draft per inspection, in the order of the inspections."""
    causes = [event["body"]["inspection"]
              for event in events_of(record, "hazard", "InspectionRecorded")
              if event["body"].get("findings")]
    effects = [event["body"]["inspection"]
               for event in events_of(record, "deadline", "OrderDrafted")]
    return compare("drafts", causes, effects)


def told_findings(record):
    """One FindingOrdered and one FindingRectified per finding, in the order of their causes."""
    served, rectified = [], []
    for event in events_of(record, "deadline", "OrderServed", "RecheckPassed", "RecheckFailed",
                           "ItemsRectified"):
        served += [item["finding"] for item in event["body"].get("items", [])]
        rectified += event["body"].get("rectified_findings", [])
    witnesses = []
    for causes, kind in ((served, "FindingOrdered"), (rectified, "FindingRectified")):
        effects = [event["aggregate"] for event in events_of(record, "hazard", kind)]
        witnesses += compare(kind, causes, effects, rank_within_event=True)
    return witnesses


def compare(what, causes, effects, rank_within_event=False):
    """The same things once each; and in the same order, unless one event causes several."""
    counts = collections.Counter(effects)
    witnesses = [f"{what}: {counts[cause]} effects of {cause}" for cause in causes
                 if counts[cause] != 1]
    witnesses += [f"{what}: {effect} has no cause" for effect in counts.keys() - set(causes)]
    if not witnesses and not rank_within_event and causes != effects:
        first = next(place for place, (cause, effect) in enumerate(zip(causes, effects))
                     if cause != effect)
        witnesses.append(f"{what}: cause {first + 1} is {causes[first]}, "
                         f"effect {first + 1} {effects[first]}")
    return witnesses


def folded_clocks(record):
    """What the dispatcher knows of each clock is what the clocks' events say last."""
    running, due = {}, {}
    for event in events_of(record, "deadline", "ClockStarted", "DueDateChanged", "ClockMet",
                           "ClockCancelled"):
        clock, kind = event["body"]["clock"], short(event["type"])
        running[clock] = kind in ("ClockStarted", "DueDateChanged")
        if "due_time" in event["body"]:
            due[clock] = instant(event["body"]["due_time"].replace("Z", "+00:00"))
    kept = {row["name"]: row for row in record["tables"]["reminder.clocks"]}
    witnesses = [f"reminder does not know {name}" for name in running.keys() - kept.keys()]
    witnesses += [f"reminder knows {name}, which never started"
                  for name in kept.keys() - running.keys()]
    for name in running.keys() & kept.keys():
        if kept[name]["running"] != running[name]:
            witnesses.append(f"reminder has {name} running: {kept[name]['running']}")
        elif running[name] and instant(kept[name]["due_time"]) != due[name]:
            witnesses.append(f"reminder has {name} due at {kept[name]['due_time']}, it is {due[name]}")
    return witnesses


def cursors_at_the_end(record):
    witnesses = []
    for service, spine in record["sources"].items():
        for cursor in spine["cursors"]:
            head = record["sources"][cursor["source"]]["head"][0]
            if (cursor["position"], cursor["chain"]) != (head["position"], head["chain"]):
                witnesses.append(f"{service} stands at {cursor['source']}/{cursor['position']} of "
                                 f"{head['position']}")
    return witnesses


# ---- I8

def reminded(_, record):
    """Each reminder has one outcome, told once; no message went out more often than it was tried."""
    now = instant(record["now"])
    told = collections.Counter()
    for event in events_of(record, "reminder", "ReminderSent", "ReminderFailed", "DeliveryFailed"):
        told[id_of(event["body"]["reminder"])] += 1
    for event in events_of(record, "reminder", "ReminderSettled"):
        for settled in event["body"].get("reminders", []):
            told[id_of(settled["reminder"])] += 1
    running = {row["name"]: row["running"] for row in record["tables"]["reminder.clocks"]}
    witnesses, keys = [], collections.Counter()
    for row in record["tables"]["reminder.reminders"]:
        state, settled = row["state"], row["state"] >= SENT
        what = f"reminder {row['id']} ({row['step']} of {row['clock']})"
        if told[row["id"]] != settled:
            witnesses.append(f"{what} is in state {state} and was told {told[row['id']]} times")
        if state in (CLAIMED, SENDING) or state == PENDING and instant(row["not_before"]) <= now:
            witnesses.append(f"{what} was due {row['not_before']} and is still in state {state}")
        if state == PENDING and not running.get(row["clock"]):
            witnesses.append(f"{what} waits although its clock has ended")
        if state != CANCELLED:
            keys[tuple(row[key] for key in ("clock", "step", "recipient", "channel",
                                            "due_time"))] += 1
    witnesses += [f"{count} reminders of {key}" for key, count in keys.items() if count > 1]
    return witnesses + sent_messages(record)


def sent_messages(record):
    tried, carried = collections.Counter(), collections.Counter()
    for row in record["tables"]["reminder.reminders"]:
        if row["delivery"]:
            delivery = id_of(row["delivery"])
            tried[delivery] = max(tried[delivery], row["attempts"])
            carried[delivery] += row["state"] == SENT
    received = collections.Counter(record["mails"])
    taken = collections.Counter(record["webhooks"])
    deliveries = {row["id"]: row for row in record["tables"]["reminder.deliveries"]}
    witnesses = [f"a message {name} arrived that the ledger does not know"
                 for name in (received.keys() | taken.keys()) - deliveries.keys()]
    witnesses += [f"the receiver took {name} {count} times" for name, count in taken.items()
                  if count > 1]
    for name, row in deliveries.items():
        # The sender can't know whether a mail whose answer was lost has arrived; it may try again.
        if received[name] > max(1, tried[name]):
            witnesses.append(f"mail {name} arrived {received[name]} times after {tried[name]} tries")
        arrived = received[name] if row["channel"] == EMAIL else taken[name]
        if row["state"] == DELIVERY_SENT and row["channel"] in (EMAIL, WEBHOOK) and not arrived:
            witnesses.append(f"delivery {name} is in the ledger as sent and never arrived")
        if row["state"] == DELIVERY_SENT and carried[name] != 1:
            witnesses.append(f"delivery {name} is sent and carried by {carried[name]} reminders")
    return witnesses


# ---- I9

def overdue(_, record):
    """Every reader reports exactly what is overdue at this instant, and it was announced once."""
    now, tables = instant(record["now"]), record["tables"]
    today = now.astimezone(CHINA).date().isoformat()
    in_force = {row["id"] for row in tables["deadline.orders"] if row["state"] in ORDER_IN_FORCE}
    orders = {f"districts/{item['district']}/orders/{item['order_id']}"
              for item in tables["deadline.order_items"]
              if item["order_id"] in in_force and not item["rectify_time"]
              and item["due_date"] and item["due_date"] < today}
    late = [row for row in tables["deadline.clocks"]
            if row["state"] == CLOCK_RUNNING and instant(row["due_time"]) < now]
    clocks = {f"districts/{row['district']}/clocks/{row['id']}" for row in late}
    witnesses = []
    for reader, reported in record["readers"].items():
        for what, truth in (("orders", orders), ("clocks", clocks)):
            said = set(reported[what])
            witnesses += [f"replica {reader} does not report {name}" for name in truth - said]
            witnesses += [f"replica {reader} reports {name}" for name in said - truth]
    announced = collections.Counter(
        (event["body"]["clock"], day_of(event["body"]["due_date"]))
        for event in events_of(record, "deadline", "ClockOverdue") if "due_date" in event["body"])
    witnesses += [f"{clock} was announced overdue for {day} {count} times"
                  for (clock, day), count in announced.items() if count > 1]
    names = {clock for clock, _ in announced}
    return witnesses + [f"{clock} is overdue and was never announced" for clock in clocks - names]

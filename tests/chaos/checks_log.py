"""Checks of the event logs against what clients were told."""

import collections
import hashlib
import struct

GENESIS = {"internal": "rectify/{}", "departments": "rectify/{}/departments",
           "discipline": "rectify/{}/discipline"}
AUDIENCE = {"departments": 1, "discipline": 2}

# The event that each command leaves exactly once, and which service's log has it.
EVENTS_OF = {
    "CreateVenue": ("venue", {"VenueRegistered"}),
    "RecordInspection": ("hazard", {"InspectionRecorded"}),
    "SubmitOrder": ("deadline", {"OrderReviewed"}),
    "ApproveOrder": ("deadline", {"OrderReviewed"}),
    "IssueOrder": ("deadline", {"OrderIssued"}),
    "ServeOrder": ("deadline", {"OrderServed"}),
    "RequestExtension": ("deadline", {"ExtensionRequested"}),
    "DecideExtension": ("deadline", {"ExtensionGranted", "ExtensionRefused"}),
    "ReportRectification": ("deadline", {"RectificationReported"}),
    "RecordRecheck": ("deadline", {"RecheckPassed", "RecheckFailed", "ItemsRectified"}),
}

# From each state of an order (numbers of the contract) those that a verb of the workload leads to.
DRAFTED, IN_REVIEW, APPROVED, ISSUED, SERVED, REPORTED, RECHECK_FAILED, CLOSED = range(1, 9)
TRANSITIONS = {
    DRAFTED: {IN_REVIEW},
    IN_REVIEW: {IN_REVIEW, APPROVED},
    APPROVED: {ISSUED},
    ISSUED: {SERVED},
    SERVED: {SERVED, REPORTED, RECHECK_FAILED, CLOSED},
    REPORTED: {REPORTED, RECHECK_FAILED, CLOSED},
    RECHECK_FAILED: {RECHECK_FAILED, REPORTED, CLOSED},
    CLOSED: set(),
}


def short(event_type):
    return event_type.rpartition(".")[2]


# ---- I2

def once(lines, record):
    """One effect per request_id, and all answers to one id are the same."""
    answers, outcomes, methods = collections.defaultdict(set), {}, {}
    for line in lines:
        request = line["request_id"]
        if not request:
            continue
        if line["type"] == "invoke":
            methods[request] = line["f"]
        elif line["type"] == "ok":
            answers[request].add(line["value"]["digest"])
            outcomes[request] = "ok"
        else:
            outcomes.setdefault(request, line["type"])
    witnesses = [f"{request}: {len(digests)} different answers"
                 for request, digests in answers.items() if len(digests) > 1]
    effects = collections.Counter()
    for source, spine in record["sources"].items():
        # Claimed and answered are one commit; otherwise every repeat would be turned away for ever.
        witnesses += [f"{source}: {row['method']} {row['request_id']} is claimed without an answer"
                      for row in spine["unanswered"]]
        for event in spine["events"]:
            # What consumers do in consequence bears the same id, but not the user's name.
            if event["request_id"] and event["actor"].startswith("users/"):
                effects[source, short(event["type"]), event["request_id"]] += 1
    for request, method in methods.items():
        if method not in EVENTS_OF:
            continue
        source, types = EVENTS_OF[method]
        found = sum(effects[source, kind, request] for kind in types)
        outcome = outcomes.get(request, "info")
        allowed = {"ok": (1,), "fail": (0,), "info": (0, 1)}[outcome]
        if found not in allowed:
            witnesses.append(f"{method} {request} was {outcome} and has {found} events")
    return witnesses


# ---- I3

def lawful(_, record):
    """Versions without hole, legal transitions, one order per finding, dense document numbers."""
    witnesses = []
    for source, spine in record["sources"].items():
        versions = collections.defaultdict(list)
        for event in spine["events"]:
            versions[event["aggregate"]].append(event["aggregate_version"])
        witnesses += [f"{source}: versions of {aggregate} are {found[:20]}"
                      for aggregate, found in versions.items()
                      if found != list(range(1, len(found) + 1))]
    states = collections.defaultdict(dict)
    for row in record["tables"]["deadline.order_versions"]:
        states[row["order_id"]][row["version"]] = row["state"]
    for order, by_version in states.items():
        if sorted(by_version) != list(range(1, len(by_version) + 1)):
            witnesses.append(f"order {order} has versions {sorted(by_version)}")
            continue
        walk = [by_version[version] for version in sorted(by_version)]
        if walk[0] != DRAFTED:
            witnesses.append(f"order {order} begins in state {walk[0]}")
        witnesses += [f"order {order} went from state {before} to {after}"
                      for before, after in zip(walk, walk[1:])
                      if after not in TRANSITIONS.get(before, ())]
    orders = collections.Counter(item["finding"]
                                 for item in record["tables"]["deadline.order_items"])
    witnesses += [f"{finding} is in {count} orders" for finding, count in orders.items()
                  if count != 1]
    return witnesses + holes_in_numbers(record["tables"]["deadline.document_numbers"])


def holes_in_numbers(rows):
    series = collections.defaultdict(list)
    for row in rows:
        series[row["organ"], row["code"], row["year"]].append(row["serial"])
    return [f"numbers {key} are {sorted(serials)[:20]}" for key, serials in series.items()
            if sorted(serials) != list(range(1, len(serials) + 1))]


# ---- I4

def linear(lines, _):
    """What ended before another thing of the same order began has the lower version; a read that
    began later sees at least as much."""
    begins, seen = {}, collections.defaultdict(list)
    for line in lines:
        if line["type"] == "invoke":
            begins[line["request_id"]] = line["t_steady"]
        elif line["type"] == "ok" and isinstance(line["value"], dict) and \
                "/orders/" in line["value"].get("name", "") and line["value"].get("etag"):
            request = line["request_id"]
            begin = begins[request] if request else line["value"]["begin"]
            seen[line["value"]["name"]].append(
                (begin, line["t_steady"], int(line["value"]["etag"].strip('"')), request))
    witnesses = []
    for order, calls in seen.items():
        witnesses += [f"{order}: {text}" for text in backward_steps(calls)[:1]]
    return witnesses


def backward_steps(calls):
    """calls: (begin, end, version, request_id or "" of a read) on one order."""
    first_end = {}  # of each command; a repeated answer is as old as the first
    for _, end, version, request in calls:
        if request:
            first_end[request] = min(end, first_end.get(request, (end, version))[0]), version
    finished = sorted((end, version) for end, version in first_end.values())
    finished += [(end, version) for _, end, version, request in calls if not request]
    finished.sort()
    found = []
    for begin, end, version, request in sorted(calls):
        # A command's answer may be a repeat: only its first one dates its effect.
        if request and end != first_end[request][0]:
            continue
        before = max((other for other_end, other in finished if other_end < begin), default=0)
        if version < before or (request and version == before):
            what = f"command {request}" if request else "a read"
            found.append(f"{what} got version {version} after {before} had been answered")
    return found


# ---- I5

def link(chain, position, event):
    def with_length(data):
        return struct.pack(">I", len(data)) + data
    return hashlib.sha256(
        chain + struct.pack(">QI", position, event["epoch"]) +
        with_length(event["aggregate"].encode()) + struct.pack(">Q", event["aggregate_version"]) +
        with_length(event["type"].encode()) + with_length(bytes.fromhex(event["payload"]))).digest()


def genesis(source, feed):
    return hashlib.sha256(GENESIS[feed].format(source).encode()).digest()


def dense(_, record):
    """Positions are dense and linked, epochs grow, feeds hold what they must, outboxes are empty."""
    witnesses = []
    for source, spine in record["sources"].items():
        witnesses += [f"{source}: {text}" for text in broken_log(source, spine)[:3]]
        by_position = {event["position"]: event for event in spine["events"]}
        for feed in AUDIENCE:
            rows = [row for row in spine["feeds"] if row["feed"] == feed]
            witnesses += [f"{source}/{feed}: {text}"
                          for text in broken_feed(source, feed, rows, by_position)[:3]]
        if spine["outbox"]:
            witnesses.append(f"{source}: {len(spine['outbox'])} events were never sequenced")
        witnesses += [f"{source}: {row['consumer']} parked {row['source']}/{row['position']}: "
                      f"{row['error'][:200]}" for row in spine["parked"]]
    return witnesses


def broken_log(source, spine):
    chain, epoch = genesis(source, "internal"), 0
    for expected, event in enumerate(spine["events"], 1):
        if event["position"] != expected:
            return [f"position {event['position']} where {expected} was due"]
        if event["epoch"] < epoch:
            return [f"epoch falls to {event['epoch']} at {expected}"]
        epoch = event["epoch"]
        chain = link(chain, expected, event)
        if chain.hex() != event["chain"]:
            return [f"the chain is broken at {expected}"]
    head = spine["head"][0]
    if (head["position"], head["chain"]) != (len(spine["events"]), chain.hex()):
        return [f"the head is at {head['position']}, the log ends at {len(spine['events'])}"]
    return []


def broken_feed(source, feed, rows, by_position):
    chain = genesis(source, feed)
    for expected, row in enumerate(rows, 1):
        if row["position"] != expected:
            return [f"position {row['position']} where {expected} was due"]
        event = by_position.get(row["event_position"])
        if event is None:
            return [f"{expected} names no event"]
        chain = link(chain, expected, event)
        if chain.hex() != row["chain"]:
            return [f"the chain is broken at {expected}"]
    wanted = [position for position, event in sorted(by_position.items())
              if event["audience"] & AUDIENCE[feed]]
    found = [row["event_position"] for row in rows]
    return [] if found == wanted else [f"{len(found)} events where {len(wanted)} are for it"]


# ---- I7

def tailed(lines, record):
    """A reader outside saw every event of its feed once, in order, as it is."""
    seen, witnesses = collections.defaultdict(list), []
    for line in lines:
        if line["f"] != "tail":
            continue
        key = f"{line['value']['source']}/{line['value']['feed']}"
        if line["type"] == "ok":
            seen[key].append(line["value"])
        else:
            witnesses.append(f"{key}: the reader was turned away, {line['value']}")
    for key, end in record["feed_ends"].items():  # as they were when the last reading began
        source, feed = key.split("/")
        events = seen[key]
        truth = events_of_feed(record["sources"][source], feed)
        for expected, event in enumerate(events, 1):
            if event["position"] != expected:
                witnesses.append(f"{key}: position {event['position']} where {expected} "
                                 "was due")
                break
            if expected > len(truth) or truth[expected - 1] != (event["epoch"], event["chain"],
                                                                event["payload"]):
                witnesses.append(f"{key}: {expected} was read otherwise than it is stored")
                break
        else:
            if len(events) < end:
                witnesses.append(f"{key}: {len(events)} events read of {end}")
    return witnesses


def events_of_feed(spine, feed):
    def of(event, chain):
        payload = hashlib.sha256(bytes.fromhex(event["payload"])).hexdigest()
        return event["epoch"], chain, payload
    if feed == "internal":
        return [of(event, event["chain"]) for event in spine["events"]]
    by_position = {event["position"]: event for event in spine["events"]}
    return [of(by_position[row["event_position"]], row["chain"])
            for row in spine["feeds"] if row["feed"] == feed]

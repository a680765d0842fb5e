"""Checks of how the processes behaved."""

import collections
import re

RECOVERY = 30  # seconds until a healed system has no lag
QUIESCE = 90
OWN_ENDS = 3  # of one process, in a run
CONNECTIONS = 2 * 6  # of one service: replicas times --db-connections

# Errors that faults of this run explain: lost connections, conflicts, timeouts, too many clients.
EXPLAINED_SQLSTATES = re.compile(r"^$|^(08|57P)...?|^(40001|40P01|55P03|57014|53300|25P03)$")
EXPLAINED_CODES = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED",
                   "RESOURCE_EXHAUSTED"}
# Words of a service that could not start because its database was away; gRPC's own log lines; what
# libpq prints by itself when a session is ended while it is being opened.
EXPLAINED_LINES = re.compile(r"^(serving on \d+|rectify-\w+: .*|[DIWE]\d{4} .*|"
                             r"FATAL:  terminating connection due to administrator command|"
                             r"WARNING:  terminating connection because of crash of another .*|"
                             r"DETAIL:  The postmaster has commanded this server process to .*|"
                             r"HINT:  In a moment you should be able to reconnect .*|)$")
# Events that nothing in a run explains.
UNEXPECTED = {"event_parked", "history_diverged", "event_epoch_started", "pg_transaction_threw",
              "pg_commit_without_standby", "peer_missing", "token_not_signed", "ladder_unknown",
              "findings_fallen_through"}
# What at least one service must have logged when a fault came so often; less may pass unseen between
# other faults.
ALARMS = {
    "redis_kill": (1, {"relay_failed", "stream_replaced"}),
    "redis_forge": (3, {"stream_replaced"}),
    "pg_restart": (1, {"pg_connection_lost", "pg_connect_failed"}),
    "pg_kill_backend": (1, {"pg_connection_lost", "pg_connect_failed"}),
}
FORGED_ENTRY = re.compile(r"\d+-\d+")  # the note of a forgery that came about


# ---- I13

def recovered(_, record):
    """After healing the lag goes, no process gives up by itself, no connection leaks."""
    witnesses = []
    for entry in record["recoveries"]:
        limit = QUIESCE if entry["phase"] == "end" else RECOVERY
        if entry["seconds"] is None or entry["seconds"] > limit:
            witnesses.append(f"after {entry['phase']}: not recovered within {limit} s")
    witnesses += [f"{name} ended {count} times by itself"
                  for name, count in record["own_ends"].items() if count > OWN_ENDS]
    witnesses += [f"{name} ended with {code} when it was asked to stop"
                  for name, code in record["ends"].items() if code != 0]
    witnesses += [f"{row['application_name']} holds {row['count']} connections"
                  for row in record["connections"] if row["count"] > CONNECTIONS]
    return witnesses


# ---- I14

def complained(_, record):
    """Nothing in the logs that the faults do not explain, and the alarms that had to come came."""
    counts, events = collections.Counter(), set()
    for entry in record["log"]:
        events.add(entry.get("event"))
        problem = unexplained(entry)
        if problem:
            counts[entry["replica"], problem] += 1
    witnesses = [f"{replica}: {problem} ({count} times)"
                 for (replica, problem), count in counts.items()]
    happened = collections.Counter(
        fault["fault"] for fault in record["faults"]
        if fault["fault"] != "redis_forge" or FORGED_ENTRY.fullmatch(fault["what"]))
    for fault, (fewest, alarms) in ALARMS.items():
        if happened[fault] >= fewest and not alarms & events:
            witnesses.append(f"{fault} happened and nobody logged one of {sorted(alarms)}")
    return witnesses


def unexplained(entry):
    """The problem in words, or None. `entry`: a log line's fields, or its text as `line`."""
    if "line" in entry:
        return None if EXPLAINED_LINES.match(entry["line"]) else entry["line"][:200]
    event = entry["event"]
    if event in UNEXPECTED:
        return f"{event} {entry}"[:300]
    if event == "pg_statement_failed" and not EXPLAINED_SQLSTATES.match(entry.get("sqlstate", "")):
        return f"{event} {entry['sqlstate']} {entry.get('message', '')}"[:300]
    if event == "rpc_error" and entry.get("code") not in EXPLAINED_CODES:
        return f"{event} {entry.get('code')} {entry.get('method')} {entry.get('message')}"[:300]
    if entry["level"] == "error" and event not in ("pg_statement_failed", "rpc_error"):
        return f"{event} {entry}"[:300]
    return None

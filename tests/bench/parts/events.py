"""P5: the way of an event from its commit in one service to its effect in another, and what it costs."""

import contextlib
import os
import time

import goals
import stand
import system
from parts.echo import RECORD
from parts.write import ENOUGH

RATE = 100  # commands per second at which the delay is judged
# From the commit of the cause to that of its effect, and on the way to that of its place in the log;
# all by PostgreSQL's clock. `rows`: cause c, its event e and its effect a.
DELAYS = """
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY applied - written),
       percentile_cont(0.99) WITHIN GROUP (ORDER BY applied - written),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY sequenced - written)
  FROM (SELECT extract(epoch FROM pg_xact_commit_timestamp(c.xmin)) * 1000 AS written,
               extract(epoch FROM pg_xact_commit_timestamp(e.xmin)) * 1000 AS sequenced,
               extract(epoch FROM pg_xact_commit_timestamp(a.xmin)) * 1000 AS applied
          FROM {rows}
         WHERE pg_xact_commit_timestamp(c.xmin) > '{since}') delays"""
# A finding and the order that the deadline service drafts for it.
ORDERS = """hazard.inspections c
          JOIN hazard.event_log e
            ON e.aggregate = 'districts/' || c.district || '/inspections/' || c.id
          JOIN deadline.orders a ON a.district = c.district AND a.inspection = e.aggregate"""
# A venue and the hazard service's copy of it: one row, so little more than the way itself.
COPIES = """venue.venues c
          JOIN venue.event_log e ON e.aggregate = 'districts/' || c.district || '/venues/' || c.id
          JOIN hazard.venues a ON a.district = c.district AND a.name = e.aggregate"""


def propagation(session):
    bench = session.bench
    for name in ("deadline", "reminder"):
        bench.start_service(name)
    _await_all(bench)
    yield from _delay(session)
    yield from _keeping_up(session)
    bench.stop_services("deadline", "reminder", "followup")
    _skip_backlog(bench)
    yield from _sequencer_cost(session)
    yield from _slow_commits(session)
    yield goals.plain("P5", "raw XADD, 8 clients, pipelined 64", _xadd(session))


def _record(session, seconds, **more):
    requests = session.district.inspections(int(more.get("rate") or ENOUGH) * seconds)
    return stand.drive(session.bench, RECORD, session.district.inspector_token, requests,
                       seconds=seconds, **more)


def _delay(session):
    seconds = session.size(smoke=2, quick=10, full=60)

    def record():
        _record(session, seconds, rate=RATE)
        _await_all(session.bench)

    yield from _delays(session, "the order for a finding", ORDERS, RATE * seconds, record)
    district = session.district
    creations = district.creations(range(district.venues, district.venues + RATE * seconds))
    copies = session.bench.number("hazard", "SELECT count(*) FROM venues") + RATE * seconds

    def register():
        stand.drive(session.bench, stand.CREATE_VENUE, district.registrar_token, creations, rate=RATE)
        session.bench.await_number("hazard", "SELECT count(*) FROM venues", copies)

    yield from _delays(session, "the copy of a venue", COPIES, RATE * seconds, register)


def _delays(session, effect, rows, wanted, cause):
    bench = session.bench
    with stand.quiet():
        since = bench.sql("postgres", "SELECT now()")[0][0]
        cause()
    (count, *delays), = bench.sql("postgres", DELAYS.format(rows=rows, since=since), "rectify")
    if int(count) < wanted * 0.9:
        raise stand.Failed(f"only {count} of {wanted}: {effect}")
    p50, p99, sequenced = map(float, delays)
    measured = f"{count} commands at {RATE}/s, to the log {sequenced:.2f} ms"
    yield goals.at_most("P5", f"commit → {effect}, p50", measured, p50, 2, "ms")
    yield goals.at_most("P5", f"commit → {effect}, p99", measured, p99, 6, "ms")


def _keeping_up(session):
    """Writes as fast as P1 does, with every consumer at work."""
    bench, seconds = session.bench, session.size(smoke=1, quick=8, full=30)
    with stand.quiet():
        before = _positions(bench)
        written = _record(session, seconds)
        after = _positions(bench)
        outbox = bench.number("hazard", "SELECT count(*) FROM outbox")
    emitted = after["hazard"] - before["hazard"] + outbox
    for service, what in (("hazard", "sequenced"), ("deadline", "applied by deadline")):
        done = after[service] - before[service]
        yield goals.at_least("P5", f"{what} / emitted while writing at c=32",
                             f"{goals.per_second(done / seconds)} of "
                             f"{goals.per_second(emitted / seconds)}, at "
                             f"{goals.per_second(written['per_second'])} commands",
                             done / emitted, 0.95)


def _skip_backlog(bench):
    """What the deadline service has not applied must not occupy it in the measurements after this."""
    epoch, position, chain = bench.sql(
        "hazard", "SELECT epoch, position, chain FROM source_head")[0]
    bench.sql("deadline", f"UPDATE consumer_cursor SET epoch = {epoch}, position = {position}, "
                          f"chain = '{chain}' WHERE source = 'hazard'")


def _positions(bench):
    """How far hazard's events were sequenced, and applied by the deadline service."""
    head = bench.number("hazard", "SELECT position FROM source_head")
    cursor = bench.number("deadline", "SELECT coalesce(max(position), 0) FROM consumer_cursor "
                                      "WHERE source = 'hazard'")
    return {"hazard": head, "deadline": cursor}


def _await_all(bench, seconds=300):
    give_up = time.monotonic() + seconds
    while True:
        now = _positions(bench)
        if now["hazard"] == now["deadline"] and not bench.number(
                "hazard", "SELECT count(*) FROM outbox"):
            return
        if time.monotonic() > give_up:
            raise stand.Failed(f"events are not applied: {now}")
        time.sleep(0.05)


def _sequencer_cost(session):
    seconds = session.size(smoke=1, quick=4, full=10)

    def without():
        with stand.turn_held(session.bench):
            return _record(session, seconds)

    with stand.quiet():
        rounds = goals.Rounds(sequenced=lambda: _record(session, seconds),
                              unsequenced=without).run(session.rounds)
    cost = 1 - rounds.ratio("sequenced", "unsequenced")
    yield goals.at_most("P5", "write throughput that sequencer and relay take",
                        f"{rounds.describe('sequenced')} | without "
                        f"{rounds.describe('unsequenced')}", cost * 100, 10, "%")


def _slow_commits(session):
    """A disk that takes 2 ms to sync."""
    bench, seconds = session.bench, session.size(smoke=1, quick=5, full=15)
    with stand.quiet():
        bench.set_postgres(commit_delay=2000, commit_siblings=0)
        try:
            result = _record(session, seconds, concurrency=16)
        finally:
            bench.set_postgres(commit_delay=None, commit_siblings=None)
    yield goals.at_least("P5", "commands, 16 writers, commits that take 2 ms more",
                         goals.per_second(result["per_second"]), result["per_second"], 4000, "/s")


def _xadd(session):
    port = session.bench.bash('port "$REDIS_PORT"').strip()
    out = system.run(["redis-benchmark", "-p", port, "-q", "-c", "8", "-P", "64", "-n",
                      str(session.size(smoke=5000, quick=200000, full=1000000)), "XADD",
                      "bench", "MAXLEN", "~", "10000", "*", "e", "x" * 500], os.environ, 120)
    return out.replace("\r", "\n").strip().splitlines()[-1].split(":")[-1].strip()

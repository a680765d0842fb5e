"""P4: one venue or finding by its name, against a gRPC echo with answers of the same size."""

import random

import goals
import stand
from parts import echo
from parts.echo import GET_FINDING, GET_VENUE, RECORD

CONCURRENCY = 32
FINDINGS = 2000


def by_name(session):
    calls = session.size(smoke=500, quick=20000, full=100000)
    sides = {}
    for method, requests in _requests(session).items():
        sides[method] = _service(session, method, requests, calls)
        sides["echo of " + method] = _echo(session, method, requests, calls)
    with stand.quiet():
        rounds = goals.Rounds(**sides).run(session.rounds)
    for method in (GET_VENUE, GET_FINDING):
        other = "echo of " + method
        yield goals.at_least("P4", f"{method.rpartition('.')[2]} c=32 / gRPC callback echo",
                             f"{rounds.describe(method)} | {rounds.describe(other)}",
                             rounds.ratio(method, other), 0.6)


def _requests(session):
    """A shuffled request for each venue, and for each of some findings."""
    bench, district = session.bench, session.district
    if bench.number("hazard", "SELECT count(*) FROM findings") < FINDINGS:
        stand.drive(bench, RECORD, district.inspector_token,
                    district.inspections(session.size(smoke=50, quick=FINDINGS, full=FINDINGS)))
    venue = district.template(GET_VENUE, {"name": stand.VENUE_PREFIX + "0" * 12})
    venues = [stand.fill(venue, {stand.id_text(0): stand.id_text(n)})
              for n in range(district.venues)]
    ids = [row[0] for row in bench.sql("hazard", f"SELECT id FROM findings LIMIT {FINDINGS}")]
    finding = district.template(GET_FINDING, {"name": f"{district.parent}/findings/{ids[0]}"})
    findings = [stand.fill(finding, {ids[0]: other}) for other in ids]
    random.shuffle(venues)
    random.shuffle(findings)
    return {GET_VENUE: venues, GET_FINDING: findings}


def _service(session, method, requests, calls):
    return lambda: stand.drive(session.bench, method, session.district.inspector_token, requests,
                               calls=calls, warmup=calls // 20, concurrency=CONCURRENCY)


def _echo(session, method, requests, calls):
    return lambda: session.once(echo.Echo).drive(method, requests, calls=calls,
                                                 warmup=calls // 20, concurrency=CONCURRENCY)

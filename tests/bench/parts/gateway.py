"""P10: one venue by its name as HTTP/JSON through the gateway, against the bare gRPC call."""

import goals
import stand
from parts.echo import GET_VENUE
from parts.write import ENOUGH

CONCURRENCY = 32


def by_name(session):
    bench, district = session.bench, session.district
    seconds = session.size(smoke=1, quick=3, full=10)
    url = f"{bench.address('gateway')}/v1/{stand.VENUE_PREFIX}"
    get = district.template(GET_VENUE, {"name": stand.VENUE_PREFIX + "0" * 12})
    requests = [stand.fill(get, {stand.id_text(0): stand.id_text(n)})
                for n in range(district.venues)]

    def through(concurrency):
        return lambda: stand.wrk(url, concurrency, seconds, district.venues,
                                 district.inspector_token)

    def bare(concurrency):
        return lambda: stand.drive(bench, GET_VENUE, district.inspector_token, requests,
                                   calls=ENOUGH * seconds, seconds=seconds, warmup=concurrency,
                                   concurrency=concurrency)

    with stand.quiet():
        rounds = goals.Rounds(gateway=through(CONCURRENCY), grpc=bare(CONCURRENCY),
                              lone_gateway=through(1), lone_grpc=bare(1)).run(session.rounds)
    yield goals.at_least("P10", f"GetVenue c={CONCURRENCY} over HTTP/JSON / gRPC",
                         f"{rounds.describe('gateway')} | {rounds.describe('grpc')}",
                         rounds.ratio("gateway", "grpc"), 0.5)
    added = rounds.median("lone_gateway", "p50_ms") - rounds.median("lone_grpc", "p50_ms")
    yield goals.at_most("P10", "p50 that the gateway adds, c=1",
                        f"{rounds.describe('lone_gateway')} | {rounds.describe('lone_grpc')}",
                        added, 0.5, "ms")

"""P9: lists, filters, the work queue and the search, with few rows and with many: each answers one page,
so what it costs must not grow with the table."""

import goals
import stand
from district import DEADLINES, HAZARDS, VENUES
from parts.echo import RECORD

FINDINGS = HAZARDS + "ListFindings"
CLOCKS = DEADLINES + "ListClocks"
LIST_VENUES = VENUES + "ListVenues"
OFFICERS = 200
ID = "('019b0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
NAME = f"'districts/{stand.CODE}/{{}}/019b0000-0000-7000-8000-' || lpad(to_hex({{}}), 12, '0')"

# Of a register that has grown for years nearly all is closed: what is older than the newest, save one in
# five thousand. As many are open in each table, so that pages of few rows and of many are equally full.
OPEN = "(n > {count} - 2500 OR n % 5000 = 0)"
# table → what differs from a row that a service wrote.
DIFFERENCES = {
    ("hazard", "findings"): f"""
        'id', {ID}, 'ordinal', n, 'venue', {NAME.format('venues', 'n / 20')},
        'catalog_code', 'B' || lpad((n % 40)::text, 2, '0'), 'recurrence_of', null,
        'state', CASE WHEN {OPEN} THEN 1 ELSE 3 END, 'order_name', '',
        'find_time', now() - ({{count}} - n) * interval '20 seconds' - interval '1 day',
        'close_time', CASE WHEN {OPEN} THEN null ELSE now() END""",
    ("deadline", "clocks"): f"""
        'id', {ID}, 'subject', {NAME.format('orders', 'n')},
        'findings', jsonb_build_array({NAME.format('findings', 'n')}),
        'venue', {NAME.format('venues', 'n / 20')},
        'owner', {NAME.format('officers', f'n % {OFFICERS}')},
        'state', CASE WHEN {OPEN} THEN 1 ELSE 2 END, 'overdue_announced', true,
        'end_time', CASE WHEN {OPEN} THEN null ELSE now() END, 'met_in_time', NOT {OPEN},
        'due_time', now() - ({{count}} - n) * interval '20 seconds' + interval '10 days'""",
    ("venue", "venues"): f"""
        'id', {ID}, 'display_name', name, 'folded_name', name, 'search_terms', to_jsonb(terms),
        'address', '登记路' || n, 'create_time', now() - ({{count}} - n) * interval '20 seconds'""",
}
# Names of two parts out of many and a number, with their terms as the service makes them.
VENUE_NAMES = """CROSS JOIN LATERAL (
    SELECT chr(19968 + n % 3000) || chr(19968 + (n / 7) % 3000) || '商场' || n) named(name)
  CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT term) FROM (
      SELECT substr(name, i, 1) FROM generate_series(1, length(name)) i
       UNION SELECT substr(name, i, 2) FROM generate_series(1, length(name) - 1) i) s(term)) t(terms)"""


def queries(district):
    """(name, method, filters that take turns)."""
    def officers(form):
        return [form.format(f"{district.parent}/officers/019b0000-0000-7000-8000-{n:012x}")
                for n in range(0, OFFICERS, 10)]

    venues = [f'venue = "{district.parent}/venues/019b0000-0000-7000-8000-{n:012x}"'
              for n in range(20)]
    return [
        ("findings, newest", FINDINGS, [""]),
        ("findings of a venue", FINDINGS, venues),
        ("findings that are open", FINDINGS, ['state = "OPEN"']),
        ("open findings of a kind", FINDINGS, [f'state = "OPEN" AND catalog_code = "B{n:02d}"'
                                               for n in range(0, 40, 10)]),
        ("work queue of an officer", CLOCKS, officers('owner = "{}" AND state = "RUNNING"')),
        ("overdue clocks", CLOCKS, ["overdue = true"]),
        ("running clocks", CLOCKS, ['state = "RUNNING"']),
        ("clocks of a venue", CLOCKS, venues),
        ("venues, newest", LIST_VENUES, [""]),
        ("venues of a street", LIST_VENUES, [f'street = "{district.street}"']),
        ("search for a rare name", LIST_VENUES, [f'display_name : "{chr(19968 + n)}{chr(19968 + n // 7)}"'
                                                 for n in range(700, 720)]),
        ("search for a common name", LIST_VENUES, ['display_name : "商场"']),
    ]


def lists(session):
    bench, district = session.bench, session.district
    bench.stop_services("reminder")
    for name in ("hazard", "deadline"):
        bench.start_service(name)
    stand.drive(bench, RECORD, district.inspector_token, district.inspections(1))
    bench.await_number("deadline", "SELECT count(*) FROM clocks", 1)
    sizes = session.size(smoke=(100, 1000), quick=(10_000, 200_000),
                         full=(10_000, 1_000_000, 10_000_000))
    results = {}
    filled = 0
    for size in sizes:
        for table in DIFFERENCES:
            _fill(bench, table, filled, size)
        filled = size
        with stand.quiet():
            for name, method, filters in queries(district):
                results[name, size] = _ask(session, method, filters)
    few = sizes[0]
    for name, _, _ in queries(district):
        for many in sizes[1:]:
            before, after = results[name, few], results[name, many]
            yield goals.at_most(
                "P9", f"{name}: p99 with {many} rows / with {few}",
                f"p50 {after['p50_ms']:.1f}, p99 {after['p99_ms']:.1f} ms | "
                f"p50 {before['p50_ms']:.1f}, p99 {before['p99_ms']:.1f} ms",
                after["p99_ms"] / before["p99_ms"], 1.5)


def _fill(bench, table, first, count):
    role, name = table
    differences = DIFFERENCES[table].format(count=count)
    bench.sql(role, f"""
        INSERT INTO {name} SELECT made.* FROM (SELECT t FROM {name} t LIMIT 1) one(model)
          CROSS JOIN generate_series({first + 1}, {count}) n
          {VENUE_NAMES if name == "venues" else ""}
          CROSS JOIN LATERAL jsonb_populate_record(model, jsonb_build_object({differences})) made""",
        timeout=3600)
    bench.sql(role, f"VACUUM (ANALYZE) {name}", timeout=3600)


def _ask(session, method, filters):
    district = session.district
    client = district.registrar
    requests = [client.encode(method, {"parent": district.parent, "filter": text})
                for text in filters]
    return stand.drive(session.bench, method, district.registrar_token, requests, concurrency=4,
                       calls=session.size(smoke=20, quick=1000, full=2000), warmup=20,
                       seconds=session.size(smoke=1, quick=2, full=5))

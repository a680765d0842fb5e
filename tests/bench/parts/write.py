"""P1, P2, P3: RecordInspection with one finding, against the same rows by pgbench and by Node."""

import contextlib
import os
import pathlib
import statistics
import tempfile

import goals
import peers
import rows
import stand
import system
from parts import echo
from parts.echo import RECORD

ENOUGH = 25_000  # more commands than can be done in a second
IDS = "SELECT bench_id() AS inspection, bench_id() AS finding, gen_random_uuid() AS request"
# pgbench can't make ids itself, so the statement that uses one first makes it: no round trip more.
FIRST_USE = {"idempotency": ("request", "gen_random_uuid()", "request_id"),
             "inspections": ("inspection", "bench_id()", "id"),
             "findings": ("finding", "bench_id()", "id")}


class Write:
    database = "rectify_copy"  # in which the alternatives write the same tables

    def __init__(self, session):
        self.bench = session.bench
        self.district = session.district
        # Its consumers are measured by P5; here they would take the machine from one side only.
        self.bench.stop_services("deadline", "reminder", "followup")
        self.seconds = session.size(smoke=1, quick=3, full=8)
        stand.drive(self.bench, RECORD, self.district.inspector_token, self.district.inspections(1))
        self.bench.await_number("hazard", "SELECT count(*) FROM event_log", 2)
        self.rows = rows.CommandRows(self.bench, 0)
        self._copy_schema()
        self.scripts = pathlib.Path(tempfile.mkdtemp(dir=self.bench.folder))
        self._write_scripts()

    # ---- The sides

    def service(self, concurrency):
        return lambda: self._record(self.seconds, concurrency)

    def echo(self, session, concurrency):
        requests = self.district.inspections(1000)
        return lambda: session.once(echo.Echo).drive(
            RECORD, requests, calls=ENOUGH * self.seconds, seconds=self.seconds,
            concurrency=concurrency)

    def _record(self, seconds, concurrency):
        requests = self.district.inspections(ENOUGH * seconds)
        return stand.drive(self.bench, RECORD, self.district.inspector_token, requests,
                           seconds=seconds, warmup=concurrency, concurrency=concurrency)

    def pgbench(self, script, concurrency):
        return lambda: run_pgbench(self.bench.dsn("hazard", self.database), self.scripts / script,
                                   concurrency, self.seconds)

    # ---- The same tables elsewhere

    def _copy_schema(self):
        self.bench.sql("postgres", f"CREATE DATABASE {self.database} OWNER hazard_app")
        source, copy = self.bench.dsn("hazard"), self.bench.dsn("hazard", self.database)
        schema = system.run(["pg_dump", "--schema-only", "-n", "hazard", source], os.environ, 60)
        dump = self.bench.folder / "schema.sql"
        dump.write_text(schema, encoding="utf-8")
        system.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", copy, "-f", str(dump)], os.environ, 60)
        self.bench.sql("hazard", rows.ID_FUNCTION, self.database)

    def _write_scripts(self):
        venue = f"\\set venue random(0, {self.district.venues - 1})\n"
        venue_id = rows.venue_expression(":venue::int")
        lines = ["BEGIN;"]
        for (table, *_), insert in zip(rows.TABLES, self.rows.inserts(
                {what: f":{what}::text" for what in ("inspection", "finding", "request")}
                | {"venue": venue_id})):
            lines.append(insert + ";")
            if table in FIRST_USE:
                what, new_id, column = FIRST_USE[table]
                lines[-1] = (insert.replace(f":{what}::text", f"{new_id}::text")
                             + f" RETURNING {column} AS {what} \\gset")
        (self.scripts / "statements.sql").write_text(
            venue + "\n".join([*lines, "COMMIT;\n"]), encoding="utf-8")
        cte = self.rows.cte(IDS, {what: f"ids.{what}::text" for what in (
            "inspection", "finding", "request")} | {"venue": venue_id})
        (self.scripts / "cte.sql").write_text(venue + cte + ";\n", encoding="utf-8")


def run_pgbench(dsn, script, clients, seconds):
    """{per_second, p50_ms, p99_ms}; pgbench speaks the extended protocol with prepared statements."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PGOPTIONS": "-c search_path=hazard"}
        # One thread per core that it may have, as bench_load's client and the service share them.
        system.run(["pgbench", "-n", "-M", "prepared", "-f", str(script), "-c", str(clients),
                    "-j", str(min(2, clients)), "-T", str(seconds), "-l", "--log-prefix",
                    f"{folder}/log", dsn], environment, seconds + 60)
        latencies = sorted(int(line.split()[2]) / 1000 for log in pathlib.Path(folder).iterdir()
                           for line in log.read_text(encoding="ascii").splitlines())
    return {"per_second": len(latencies) / seconds, "p50_ms": statistics.median(latencies),
            "p99_ms": latencies[int(len(latencies) * 0.99)]}


def many(session):
    """P1 and P3 in the same rounds."""
    write = session.once(Write)
    sides = {"service": write.service(32), "CTE": write.pgbench("cte.sql", 32),
             "statements": write.pgbench("statements.sql", 32), "echo": write.echo(session, 32)}
    with contextlib.ExitStack() as stack:
        if session.wants("P3"):
            for style in ("plain", "tuned"):
                sides[style] = peers.write_server(stack, write, style)
        with stand.quiet():
            rounds = goals.Rounds(**sides).run(session.rounds)
    backlog = write.bench.number("hazard", "SELECT count(*) FROM outbox")
    if session.wants("P1"):
        service, cte = rounds.describe("service"), rounds.describe("CTE")
        statements = rounds.describe("statements")
        yield goals.at_least("P1", "RecordInspection c=32 / pgbench, a statement per table",
                             f"{service} | {statements}", rounds.ratio("service", "statements"), 2)
        yield goals.at_least("P1", "RecordInspection c=32 / pgbench, one CTE",
                             f"{service} | {cte}", rounds.ratio("service", "CTE"), 1.2)
        yield goals.at_most("P1", "its p99 / p99 of pgbench, one CTE", f"{service} | {cte}",
                            rounds.ratio("service", "CTE", "p99_ms"), 1)
        yield goals.plain("P1", "gRPC echo of the same messages", rounds.describe("echo"))
        yield goals.plain("P1", "events not yet sequenced at the end", f"{backlog:.0f}")
    if session.wants("P3"):
        for style, goal in (("plain", 4), ("tuned", 2)):
            yield goals.at_least(
                "P3", f"RecordInspection c=32 / Node fastify + pg, {style}",
                f"{rounds.describe('service')} | {rounds.describe(style)}",
                rounds.ratio("service", style), goal)


def one(session):
    write = session.once(Write)

    def without_turn():
        with stand.turn_held(write.bench):
            return write.service(1)()

    with stand.quiet():
        rounds = goals.Rounds(service=write.service(1), CTE=write.pgbench("cte.sql", 1),
                              echo=write.echo(session, 1), without_turn=without_turn).run(
                                  session.rounds)
    yield goals.at_least("P2", "RecordInspection c=1 / pgbench, one CTE",
                         f"{rounds.describe('service')} | {rounds.describe('CTE')}",
                         rounds.ratio("service", "CTE"), 0.55)
    yield goals.plain("P2", "the same while nobody moves its events into the log",
                      rounds.describe("without_turn"))
    yield goals.plain("P2", "gRPC echo of the same messages", rounds.describe("echo"))

"""P7: a register of venues from a file, against \\copy of the same rows into the same tables; and how fast
another service catches up with the events that it made (P5)."""

import os
import time

import goals
import stand
import system

HEADER = "单位名称,类别,性质,无代码原因,地址,街道,外部编号,责任人,责任人手机,责任人邮箱"
DATABASE = "rectify_bulk"  # in which \copy writes the same tables
TABLES = ("venues", "venue_persons", "venue_external_ids")


class Imported:
    """The import, done once, while nobody consumes its events."""

    def __init__(self, session):
        self.bench = bench = session.bench
        self.count = session.size(smoke=1000, quick=50_000, full=1_000_000)
        bench.stop_services("hazard", "deadline", "reminder")
        path = bench.folder / "venues.csv"
        with open(path, "w", encoding="utf-8") as file:
            file.write(HEADER + "\n")
            for n in range(self.count):
                file.write(f"导入场所{n},人员密集,商场,示例：无照经营,导入路{n}号,示例街道,bulk:{n},"
                           f"示例责任人{n % 5000},138{n % 100_000_000:08d},owner{n}@bulk.example.cn\n")
        token = bench.token("users/registrar", "REGISTRAR", (), stand.CODE)
        with stand.quiet():
            begin = time.monotonic()
            said = bench.cli("--district", stand.CODE, "venue", "import", str(path), token=token,
                             timeout=3600)
            self.seconds = time.monotonic() - begin
        if f"新增 {self.count}" not in said.replace(",", ""):
            raise stand.Failed(f"the import said: {said[-300:]}")

    def copy_seconds(self):
        """\\copy of what the import wrote, into empty tables with the same indexes."""
        bench = self.bench
        bench.sql("postgres", f"CREATE DATABASE {DATABASE} OWNER venue_app")
        schema = bench.folder / "bulk.sql"
        schema.write_text(system.run(
            ["pg_dump", "--schema-only", "-n", "venue", bench.dsn("venue")], os.environ, 60),
            encoding="utf-8")
        copy = bench.dsn("venue", DATABASE)
        _psql(copy, "-f", schema)
        for table in ("streets", *TABLES):
            _psql(bench.dsn("venue"), "-c", f"\\copy venue.{table} TO {bench.folder}/{table}.copy")
        _psql(copy, "-c", f"\\copy venue.streets FROM {bench.folder}/streets.copy")
        begin = time.monotonic()
        for table in TABLES:
            _psql(copy, "-c", f"\\copy venue.{table} FROM {bench.folder}/{table}.copy")
        return time.monotonic() - begin


def _psql(dsn, *words):
    system.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", *map(str, words[:-1]), str(words[-1]), dsn],
               os.environ, 3600)


def bulk(session):
    imported = session.once(Imported)
    if session.wants("P7"):
        with stand.quiet():
            copy = imported.copy_seconds()
        count = imported.count
        yield goals.at_least("P7", f"import of {count} venues / \\copy",
                             f"{goals.per_second(count / imported.seconds)} | "
                             f"{goals.per_second(count / copy)}", copy / imported.seconds, 0.5)
    if session.wants("P5"):
        yield _catch_up(session, imported)
    for name in ("hazard", "deadline", "reminder"):
        session.bench.start_service(name)


# What came in the first commit is not counted, so that the start is no part of the time.
APPLIED = """
SELECT count(*) FILTER (WHERE t > first), extract(epoch FROM max(t) - min(t))
  FROM (SELECT pg_xact_commit_timestamp(xmin) AS t, min(pg_xact_commit_timestamp(xmin)) OVER () AS first
          FROM hazard.venues WHERE pg_xact_commit_timestamp(xmin) > '{since}') applied"""


def _catch_up(session, imported):
    bench = session.bench
    with stand.quiet():
        since = bench.sql("postgres", "SELECT now()")[0][0]
        venues = bench.number("hazard", "SELECT count(*) FROM venues")
        bench.start_service("hazard")
        bench.await_number("hazard", "SELECT count(*) FROM venues", venues + imported.count, 600)
    (count, seconds), = bench.sql("postgres", APPLIED.format(since=since), "rectify")
    rate = int(count) / float(seconds) if float(seconds) > 0 else 0
    return goals.at_least("P5", "catch-up of hazard with the venues' events",
                          f"{count} events in {float(seconds):.2f} s", rate, 20_000, "/s")

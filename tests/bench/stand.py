"""The system under measurement: started as deploy/up starts it, but on the real clock, with a district
of officers and venues, and the means to drive and to look at it."""

import contextlib
import datetime
import fcntl
import json
import os
import pathlib
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import system  # pylint: disable=wrong-import-position
from district import HAZARDS, VENUES, District, new_id  # pylint: disable=wrong-import-position

CODE = "120110"
CREATE_VENUE = VENUES + "CreateVenue"
TOOLS = system.BUILD / "tests/bench"
# Production's services run on the real clock and wake each other at once. PostgreSQL keeps its durable
# defaults; it only notes as well when something was committed, for every side alike.
MEASURED = """
add_clock() { command+=(--clock real); }
eval "as_deployed_$(declare -f start_postgres)"
start_postgres() { as_deployed_start_postgres "$@" track_commit_timestamp=on; }
"""
# The same on every run, so that a file of requests can be made without asking.
VENUE_PREFIX = f"districts/{CODE}/venues/019a0000-0000-7000-8000-"


class Bench(system.System):
    """A running system. `sql` speaks to its databases as a service's role, or as the superuser."""

    def start(self):
        super().start()
        del self._environment["RECTIFY_CLOCK"]
        return self

    def bash(self, script, timeout=120):
        return super().bash(MEASURED + script, timeout)

    def set_postgres(self, **settings):
        """Settings that a reload changes; None: back to the default."""
        for name, value in settings.items():
            self.sql("postgres", f"ALTER SYSTEM RESET {name}" if value is None
                     else f"ALTER SYSTEM SET {name} = {value}")
        self.sql("postgres", "SELECT pg_reload_conf()")

    def stop_services(self, *names):
        self.bash("; ".join(f"stop_process {name}" for name in names or system.SERVICES))

    def dsn(self, role, database="rectify"):
        if role == "postgres":
            return self.bash(f"dsn postgres {database}").strip()
        return self.bash(f"dsn {role}_app {database}").strip()

    def sql(self, role, statement, database=None, timeout=600):
        """The rows as lists of text. A service's role sees its own schema without naming it."""
        database = database or ("postgres" if role == "postgres" else "rectify")
        command = ["psql", "-qAtX", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.dsn(role, database),
                   "-c", statement]
        environment = dict(os.environ)
        if role != "postgres":
            environment["PGOPTIONS"] = f"-c search_path={role}"
        out = system.run(command, environment, timeout)
        return [line.split("\t") for line in out.splitlines()]

    def number(self, role, statement, database=None):
        return float(self.sql(role, statement, database)[0][0])

    def await_number(self, role, statement, wanted, seconds=120):
        give_up = time.monotonic() + seconds
        while (now := self.number(role, statement)) < wanted:
            if time.monotonic() > give_up:
                raise TimeoutError(f"{statement}: {now} after {seconds} s, not {wanted}")
            time.sleep(0.1)


def resident_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes.split()[1]) / 1024


class BenchDistrict(District):
    """Two officers who are always in post, and `venues` venues of known names."""

    def __init__(self, bench, venues):
        super().__init__(bench, CODE)
        self.venues = venues
        self.requests = bench.folder / "requests"
        self.requests.mkdir()
        drive(bench, CREATE_VENUE, self.registrar_token, self.creations(range(venues)),
              concurrency=8)
        bench.await_number("hazard", "SELECT count(*) FROM venues", venues)

    def certificate(self, end="2099-12-31"):
        return super().certificate(end)

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def registrar_token(self):
        return self.system.token("users/registrar", "REGISTRAR", (), CODE)

    @property
    def inspector_token(self):
        return self.system.token("users/li", "INSPECTOR", self.officers[:1], CODE)

    def template(self, method, request):
        """The bytes of a request, to be filled with other ids of the same length."""
        return self.registrar.encode(method, request)

    def creations(self, numbers):
        """Requests that register venues of these numbers."""
        create = self.template(CREATE_VENUE, {
            "parent": self.parent, "venue_id": id_text(0), "request_id": id_text(0),
            "venue": self.venue_fields(f"示例场所 {id_text(0)}")})
        return [fill(create, {id_text(0): id_text(n)}) for n in numbers]

    def inspection(self):
        """Bytes of an inspection with one finding, of venue id_text(0), with REQUEST_ID. Openings are
        counted, but have no cap per year."""
        return self.template(HAZARDS + "RecordInspection", self.inspection_request(
            VENUE_PREFIX + "0" * 12, [{
                "catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                "description": "示例隐患：室内消火栓箱门损坏", "location": "西区一层"}],
            summary="示例：检查商铺", kind="INSPECTION_KIND_OPENING") | {"request_id": REQUEST_ID})

    def inspections(self, count):
        """Requests whose venues take turns and whose request ids are new."""
        bytes_of_one = self.inspection()
        return [fill(bytes_of_one, {id_text(0): id_text(n % self.venues), REQUEST_ID: new_id()})
                for n in range(count)]


REQUEST_ID = "ffffffff-ffff-4fff-bfff-ffffffffffff"


def id_text(number):
    return f"019a0000-0000-7000-8000-{number:012x}"


def fill(template, values):
    for old, new in values.items():
        template = template.replace(old.encode(), new.encode())
    return template


def path_of(method):
    service, _, name = method.rpartition(".")
    return f"/{service}/{name}"


class Failed(Exception):
    """A measurement that did not measure what it says."""


def write_requests(path, requests):
    with open(path, "wb") as file:
        for request in requests:
            file.write(struct.pack("=I", len(request)) + request)


def drive(bench, method, token, requests, *, target=None, calls=None, warmup=0, seconds=0,
          concurrency=32, connections=None, rate=0, response=None):
    """Runs bench_load; {per_second, p50_ms, p99_ms, calls}. Failed when a call failed. It ends after
    so many calls (each request once) or seconds."""
    path = bench.folder / "requests" / f"{new_id()}.bin"
    write_requests(path, requests)
    calls = calls or len(requests) - warmup
    command = [TOOLS / "bench_load", "--target", target or bench.address(method.split(".")[1]),
               "--method", path_of(method), "--requests", path, "--token", token,
               "--calls", calls, "--warmup", warmup, "--seconds", seconds,
               "--concurrency", concurrency, "--connections",
               connections or min(4, concurrency), "--rate", rate]
    if response:
        command += ["--response", response]
    try:
        result = json.loads(system.run([str(word) for word in command], os.environ, 600))
    finally:
        path.unlink()
    if result["failures"]:
        raise Failed(f"{method}: {result['failures']} calls failed: {result['first_error']}")
    return result


def wrk(url, connections, seconds, venues, *token):
    """Drives HTTP as tools/wrk.lua says; {per_second, p50_ms, p99_ms}."""
    out = system.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s",
                      str(pathlib.Path(__file__).parent / "tools/wrk.lua"), url, "--", str(venues),
                      *token], os.environ, seconds + 60)
    result = json.loads(out.splitlines()[-1])
    if result["failures"]:
        raise Failed(f"{url}: {result['failures']} requests failed")
    return result


PATIENCE = 120  # seconds
disturbed = []  # why a measurement was not alone


@contextlib.contextmanager
def quiet():
    """Nothing else is measured meanwhile: who shares the machine agrees on a file of which the one
    that measures holds the lock, named by RECTIFY_BENCH_LOCK; who builds holds it shared. When that
    never ends, it is measured all the same, and the end of the run says so."""
    name = os.environ.get("RECTIFY_BENCH_LOCK")
    if not name:
        yield
        return
    with open(name, "a", encoding="ascii") as file:
        give_up = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > give_up:
                disturbed.append("others were building meanwhile")
                fcntl.flock(file, fcntl.LOCK_SH)
                break
            time.sleep(0.2)
        yield


@contextlib.contextmanager
def background(command, **more):
    """A process that prints one line when it is ready; ends with the block. Gives that line."""
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True,
                          start_new_session=True, **more) as process:
        try:
            line = process.stdout.readline().strip()
            if not line:
                raise Failed(f"{command[0]} did not start")
            yield line
        finally:
            process.terminate()


@contextlib.contextmanager
def turn_held(bench):
    """As if another replica had the sequencer's turn, and did nothing with it."""
    command = ["psql", "-qAtX", bench.dsn("hazard"), "-c", "BEGIN",
               "-c", "SELECT source FROM hazard.source_head FOR UPDATE",
               "-c", "SELECT pg_sleep(600)"]
    environment = {**os.environ, "PGAPPNAME": "bench-turn"}
    with background(command, env=environment):
        try:
            yield
        finally:
            bench.sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                  "WHERE application_name = 'bench-turn'")

"""Two replicas of each service behind the proxy, one PostgreSQL, one Redis, the receivers."""

import contextlib
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import system  # noqa: E402  pylint: disable=wrong-import-position
from network import Network  # noqa: E402  pylint: disable=wrong-import-position
from shared_clock import SharedClock  # noqa: E402  pylint: disable=wrong-import-position

OPEN = ("venue", "hazard", "deadline", "reminder")
SEALED = "followup"
SERVICES = OPEN + (SEALED,)
REPLICAS = (0, 1)
PORTS = 120  # of deploy, of the second replicas, and one per link
FIRST_LINK = 40
SERVICE_PORT = {name: 10 + place for place, name in enumerate(SERVICES)}
REPLICA_OFFSET = 5  # as in replicas.sh
REDIS_PORT, SMTP_PORT = 1, 2
REPLICAS_SH = shlex.quote(str(ROOT / "tests/chaos/replicas.sh"))


class Replica:
    """One process of a service, started again by whoever wants it."""

    def __init__(self, name, command, log, environment):
        self.name = name
        self._command = command
        self._environment = environment
        self.log = log
        self._process = None
        self._paused = False
        self._lock = threading.RLock()
        self.own_ends = 0  # it ended without being killed

    def start(self):
        with self._lock:
            if self.runs():
                return
            with self.log.open("ab") as output:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                    env=self._environment, start_new_session=True, cwd="/")
            self._paused = False

    def runs(self):
        return self._process is not None and self._process.poll() is None

    def died_by_itself(self):
        """Counts and forgets a process that nobody has killed."""
        with self._lock:
            if self._process is None or self._process.poll() is None:
                return False
            self._process = None
            self.own_ends += 1
            return True

    def kill(self):
        with self._lock:
            if self._process is None:
                return
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self):
        with self._lock:
            if self.runs():
                self._paused = True
                self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        with self._lock:
            if self._paused and self.runs():
                self._process.send_signal(signal.SIGCONT)
            self._paused = False

    def stop(self):
        """As an operator does; the exit code, or None when it had to be killed."""
        with self._lock:
            if not self.runs():
                return 0
            self.resume()
            self._process.terminate()
            try:
                return self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                return None
            finally:
                self._process = None


class Cluster(system.System):
    def __init__(self, build, planted=None):
        super().__init__()
        self._build = pathlib.Path(build).resolve()
        self._planted = planted
        self.network = None
        self.clock = None
        self.replicas = {}
        self.links = {}
        self._dsns = {}

    # ---- Life

    def start(self):
        self.folder = pathlib.Path(system.tempfile.mkdtemp(prefix="rectify-chaos."))
        system.atexit.register(self.stop)
        self._base = system.free_port_base(PORTS)
        try:
            self.bash('make_state; echo "$PORT_BASE" >"$STATE/port-base"; make_keys; up_postgres; '
                      'start_redis "$(port "$REDIS_PORT")" "$STATE/redis"; cli_init_clock; '
                      "up_channels; write_env", timeout=180)
            words = self.bash('set -a; source "$STATE/env"; env -0').split("\0")
            pairs = (word.split("=", 1) for word in words if word.startswith("RECTIFY_"))
            self._environment = dict(pairs)
            self.clock = SharedClock(self.folder / "clock")
            self._make_network()
            self._make_replicas()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        for replica in self.replicas.values():
            replica.kill()
        if self.network is not None:
            self.network.stop()
            self.network = None
        self._resume_servers()
        super().stop()

    def _resume_servers(self):
        """What a fault has paused when a run is interrupted would not shut down."""
        if self.folder is None:
            return
        for pid in filter(None, (self.pid("redis"), self._postgres_pid())):
            with contextlib.suppress(OSError):
                children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
                for paused in (pid, *map(int, children.split())):
                    os.kill(paused, signal.SIGCONT)

    def _make_network(self):
        sockets = self.bash('printf %s "$SOCKETS"')
        postgres = f"unix:{sockets}/.s.PGSQL.{self._base}"
        links = [("smtp", [self._at(SMTP_PORT)])]
        for service in SERVICES:
            for replica in REPLICAS:
                links.append((f"pg-{service}-{replica}", [postgres]))
                links.append((f"client-{service}-{replica}", [self._listens(service, replica)]))
                if service != SEALED:
                    links.append((f"redis-{service}-{replica}", [self._at(REDIS_PORT)]))
                for peer in OPEN:
                    if peer != service:
                        links.append((f"{service}-{replica}-{peer}",
                                      [self._listens(peer, either) for either in REPLICAS]))
        self.network = Network(ROOT / "build/tests/chaos/rectify_chaos_proxy",
                               self.folder / "run/network")
        for place, (name, upstreams) in enumerate(links):
            self.links[name] = self.network.link(name, self._base + FIRST_LINK + place, *upstreams)
        (self.folder / "links").write_text(
            "".join(f"{name} {port}\n" for name, port in self.links.items()), encoding="ascii")

    def _at(self, offset):
        return f"127.0.0.1:{self._base + offset}"

    def _listens(self, service, replica):
        return self._at(SERVICE_PORT[service] + replica * REPLICA_OFFSET)

    def _make_replicas(self):
        environment = {**os.environ}
        if self._planted:
            environment["RECTIFY_PLANTED_BUG"] = self._planted
        for replica in REPLICAS:
            for service in SERVICES:
                name = f"{service}-{replica}"
                words = self.bash(f"source {REPLICAS_SH}; print_command {service} {replica}")
                command = words.split("\0")[:-1]
                binary = pathlib.Path(command[0]).relative_to(ROOT / "build")
                command[0] = str(self._build / binary)
                self.replicas[name] = Replica(name, command, self.folder / f"log/{name}.log",
                                              environment)
            # One after the other: the first makes the schema and the sealed service's key.
            for service in SERVICES:
                self.replicas[f"{service}-{replica}"].start()
            for service in SERVICES:
                self.wait_until_serving(f"{service}-{replica}")

    def wait_until_serving(self, name, seconds=60):
        give_up = time.monotonic() + seconds
        replica = self.replicas[name]
        while b"serving on" not in replica.log.read_bytes():
            if not replica.runs() or time.monotonic() > give_up:
                raise RuntimeError(f"{name} did not come up:\n" +
                                   replica.log.read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    # ---- Ways to it

    @property
    def webhook_uri(self):
        return self._environment["RECTIFY_WEBHOOK_URL"]

    def addresses(self, replica):
        """Of the public APIs, through the proxy."""
        return {service: f"127.0.0.1:{self.links[f'client-{service}-{replica}']}"
                for service in SERVICES}

    def dsn(self, database="rectify", role="postgres"):
        """Past the proxy."""
        key = (database, role)
        if key not in self._dsns:
            self._dsns[key] = self.bash(f"dsn {role} {database}").strip()
        return self._dsns[key]

    def psql(self, sql, database="rectify", timeout=120):
        """What psql prints, as the superuser."""
        return system.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self.dsn(database), "-c", sql],
                          os.environ, timeout)

    @property
    def redis_port(self):
        return self._base + REDIS_PORT

    def redis(self, *words, timeout=10):
        return system.run(["redis-cli", "-h", "127.0.0.1", "-p", str(self.redis_port),
                           *map(str, words)], os.environ, timeout)

    def keep(self, target):
        """Copies what a person would look at: logs, and the receivers' files."""
        for name in ("log", "webhook"):
            if (self.folder / name).exists():
                shutil.copytree(self.folder / name, target / name, dirs_exist_ok=True)
        if (self.folder / "postgres/log").exists():
            shutil.copy(self.folder / "postgres/log", target / "log/postgres.log")

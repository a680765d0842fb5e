"""A whole Rectify of its own: a state folder and ports that go away with the test.

Everything is started by the bash functions that deploy/up calls, so the tests run what operators run.
"""

import atexit
import contextlib
import os
import pathlib
import random
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RECTIFY_BUILD", ROOT / "build"))
CLI = BUILD / "services/cli/rectify"
SERVICES = ("venue", "hazard", "deadline", "reminder", "partner")
PORTS_USED = 40  # from the base: the services' metrics end at base + 36

PRELUDE = f"""
source {shlex.quote(str(ROOT))}/deploy/lib.sh
source "$REPO/deploy/servers.sh"
source "$REPO/deploy/system.sh"
USER_NAME=$(id -un)
choose_state
choose_ports
"""


class CommandFailed(Exception):
    """A command ended with an error; its text is what the command said on stderr."""

    def __init__(self, command, result):
        self.stderr = result.stderr
        super().__init__(f"{command} ended with {result.returncode}:\n{result.stdout}{result.stderr}")


class System:
    """`tls`: everything in it speaks TLS, by certificates of its own."""

    def __init__(self, tls=False):
        self.folder = None
        self._tls = tls
        self._environment = {}
        self._tokens = {}

    # ---- Life

    def start(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rectify-e2e."))
        atexit.register(self.stop)
        self._base = free_port_base()
        try:
            self.bash("make_state && up_system", timeout=180)
        except BaseException:
            self.stop()
            raise
        words = self.bash("set -a; source \"$STATE/env\"; env -0").split("\0")
        pairs = (word.split("=", 1) for word in words if word.startswith("RECTIFY_"))
        self._environment = dict(pairs)
        return self

    def stop(self):
        """Ends every process of this system and removes its folder. May be called again."""
        if self.folder is None or not self.folder.exists():
            return
        try:
            if (self.folder / "run").exists():
                self.bash("down_services; down_servers", timeout=120)
        finally:
            for name in self._process_names():
                self.kill(name)
            self._kill_postgres()
            with contextlib.suppress(CommandFailed):
                self.bash("remove_state")
            shutil.rmtree(self.folder, ignore_errors=True)
            atexit.unregister(self.stop)

    # ---- What people do with it

    def cli(self, *args, token="", timeout=120):
        """What `rectify ARGS` prints. CommandFailed when it ends with an error."""
        environment = {**os.environ, **self._environment}
        if token:
            environment["RECTIFY_TOKEN"] = token
        return run([str(CLI), *args], environment, timeout)

    def token(self, subject, role, posts=(), district="120110"):
        key = (subject, role, tuple(posts), district)
        if key not in self._tokens:
            words = [word for post in posts for word in ("--post", post)]
            self._tokens[key] = self.cli("--district", district, "token", "--user", subject,
                                         "--role", role, *words).strip()
        return self._tokens[key]

    def address(self, service):
        return self._environment[f"RECTIFY_{service.upper()}"]

    @property
    def roots(self):
        """The PEM file by which its servers are believed, or None."""
        return self._environment.get("RECTIFY_TLS_ROOTS")

    @property
    def maildir(self):
        return self.folder / "mail"

    # ---- What goes wrong with it

    def kill(self, name):
        """kill -9, and waits until the process is gone. False when it did not run."""
        pid = self.pid(name)
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self.pid(name) is not None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} (pid {pid}) survives SIGKILL")
            time.sleep(0.01)
        return True

    def start_service(self, name, *flags):
        """Starts a service that does not run, with flags of its own; waits until it serves."""
        start = f'start_process {name} "ready_serving {name}" "${{command[@]}}" {shlex.join(flags)}'
        self.bash('only() { local command=(); '
                  f'[[ $1 != {name} ]] || {{ service_command "$@"; {start}; }}; }}; each_service only')

    def restart_postgres_immediately(self):
        """As after a power cut: no shutdown checkpoint, every connection is lost."""
        self.bash('cd / && as_postgres "$(pg_bin)/pg_ctl" -D "$STATE/postgres/data" '
                  "-m immediate -w -t 30 stop >/dev/null && up_postgres")

    def deploy(self, program, *args, timeout=180):
        """What a program of deploy/ says; CommandFailed when it ends with an error."""
        return run([str(ROOT / "deploy" / program), *args], self._bash_environment(), timeout)

    def flush_redis(self):
        self.bash('redis-cli -h 127.0.0.1 -p "$(port "$REDIS_PORT")" FLUSHALL')

    def pid(self, name):
        """The pid of a process of this system that runs, else None."""
        try:
            pid, began = (self.folder / "run" / f"{name}.pid").read_text(encoding="ascii").split()
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        fields = stat.rpartition(")")[2].split()
        return int(pid) if fields[0] != "Z" and fields[19] == began else None

    def bash(self, script, timeout=120):
        return run(["bash", "-c", PRELUDE + script], self._bash_environment(), timeout)

    def _bash_environment(self):
        return {**os.environ, "RECTIFY_STATE": str(self.folder),
                "RECTIFY_PORT_BASE": str(self._base), "RECTIFY_TLS": "1" if self._tls else ""}

    # ---- Cleaning up after what the scripts could not stop

    def _process_names(self):
        folder = self.folder / "run"
        return [path.stem for path in folder.glob("*.pid")] if folder.exists() else []

    def _postgres_pid(self):
        """Of the postmaster, or None."""
        data = self.folder / "postgres/data"
        with contextlib.suppress(OSError, IndexError, ValueError):
            lines = (data / "postmaster.pid").read_text().splitlines()
            if lines[1] == str(data):
                return int(lines[0])
        return None

    def _kill_postgres(self):
        pid = self._postgres_pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)


def run(command, environment, timeout):
    # Its own session: what a command that hangs has started is ended with it, and a Ctrl-C at the
    # terminal does not reach the servers before stop() does.
    with subprocess.Popen(command, env=environment, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        try:
            out, errors = process.communicate(timeout=timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    result = subprocess.CompletedProcess(command, process.returncode, out, errors)
    if result.returncode != 0:
        raise CommandFailed(" ".join(command[:1] + command[-6:])[-300:], result)
    return out


def free_port_base(count=PORTS_USED):
    """A base with no listener on any of `count` ports from it, below the ephemeral ports."""
    candidates = list(range(18000, 32000 - count, PORTS_USED))
    random.shuffle(candidates)
    for base in candidates:
        if all(port_is_free(base + offset) for offset in range(count)):
            return base
    raise RuntimeError("no free range of ports")


def port_is_free(port):
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


_shared = None


def shared():
    """One system for all test classes that keep to districts of their own."""
    global _shared  # pylint: disable=global-statement
    if _shared is None:
        _shared = System().start()
    return _shared


# atexit runs on SIGTERM too, so that a run that is cut short leaves nothing behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

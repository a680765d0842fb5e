"""What goes wrong in a run, chosen by its seed: each phase enables some of its faults, each at a rate of
its own, one at a time from one thread per kind."""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time

import cluster
import contract
import redis_wire
import system

JUMPS = (-3600, -60, 1800, 3600, 6 * 3600, 15 * 3600, 33 * 3600)


class Nemesis:
    """The faults by name. Each takes a source of randomness and returns what it did; what it leaves
    broken is mended by heal()."""

    def __init__(self, run):
        self._run = run
        self._network = run.network
        self._envelope = contract.Contract().message("rectify.event.v1.EventEnvelope")

    def replica(self, rng):
        return self._run.replicas[rng.choice(sorted(self._run.replicas))]

    def heal(self):
        self._network.heal()
        for replica in self._run.replicas.values():
            replica.resume()
        for pid in (self._run.pid("redis"), *self._backends()):
            if pid:
                self._signal(pid, signal.SIGCONT)
        self._ensure_redis()
        self._ensure_postgres()
        for replica in self._run.replicas.values():
            replica.start()

    # ---- Processes

    def kill(self, rng):
        replica = self.replica(rng)
        replica.kill()
        time.sleep(rng.choice((0, 0.2, 1, 3)))
        replica.start()
        return replica.name

    def pause(self, rng):
        """Now and then for longer than any lease and any idle timeout."""
        replica = self.replica(rng)
        replica.pause()
        seconds = rng.uniform(0.2, 5) if rng.random() < 0.8 else rng.uniform(5, 9)
        time.sleep(seconds)
        replica.resume()
        return f"{replica.name} {seconds:.1f} s"

    # ---- Redis

    def redis_flush(self, _):
        return self._redis("FLUSHALL")

    def redis_delete(self, rng):
        return self._redis("DEL", self._stream(rng))

    def redis_trim(self, rng):
        return self._redis("XTRIM", self._stream(rng), "MAXLEN", rng.choice((0, 1, 5)))

    def empty_streams(self):
        """Entries vanish unread while the streams stay and grow on: only silence tells of it."""
        for source in cluster.OPEN:
            self._redis("XTRIM", f"ev:{{{source}}}", "MAXLEN", 0)

    def redis_forge(self, rng):
        """What a Redis that was restored from elsewhere may hold."""
        try:
            return redis_wire.forge(self._run.redis_port, self._stream(rng), self._envelope)
        except OSError as error:  # Redis is away, or the relay was faster
            return error

    def redis_script_flush(self, _):
        return self._redis("SCRIPT", "FLUSH")

    def redis_kill(self, rng):
        """And back, as it was or with the end of its file torn off, or empty."""
        self._run.kill("redis")
        time.sleep(rng.choice((0, 0.5, 2)))
        how = rng.choice(("as it was", "tail cut", "empty"))
        files = list((self._run.folder / "redis").glob("appendonlydir/*.incr.aof"))
        if how == "tail cut":
            for file in files:
                with contextlib.suppress(OSError):
                    os.truncate(file, max(0, file.stat().st_size - rng.randint(1000, 60000)))
        elif how == "empty":
            for file in (self._run.folder / "redis").glob("appendonlydir/*"):
                file.unlink()
        self._ensure_redis()
        return how

    def redis_pause(self, rng):
        pid = self._run.pid("redis")
        return self._pause_pid(pid, rng) if pid else "gone"

    # ---- PostgreSQL

    def pg_terminate(self, rng):
        return self._terminate(f"random() < {rng.choice((0.1, 0.3, 1))}")

    def pg_interrupt(self, rng):
        """Ends sessions in the middle of a transaction, several times."""
        ended = 0
        for _ in range(rng.randint(3, 10)):
            ended += self._terminate(f"xact_start is not null and random() < {rng.choice((0.5, 1))}")
            time.sleep(rng.uniform(0, 0.2))
        return ended

    def pg_kill_backend(self, rng):
        """kill -9: PostgreSQL throws everybody out and recovers."""
        pids = self._backends()
        if pids:
            self._signal(rng.choice(pids), signal.SIGKILL)
        return len(pids)

    def pg_pause_backend(self, rng):
        pids = self._backends()
        return self._pause_pid(int(rng.choice(pids)), rng) if pids else "none"

    def pg_restart(self, _):
        with contextlib.suppress(system.CommandFailed):  # while it recovers from another fault
            self._run.restart_postgres_immediately()
        self._ensure_postgres()
        return "immediately"

    def pg_exhaust(self, rng):
        """Takes all connections for a while. Those of the superuser stay free."""
        taken = []
        try:
            for _ in range(110):
                taken.append(subprocess.Popen(
                    ["psql", "-qAtX", self._run.dsn(role="venue_app"), "-c",
                     f"select pg_sleep({rng.uniform(1, 3):.1f})"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL))
                if taken[0].poll() is not None:
                    break
        finally:
            for process in taken:
                process.wait()
        return len(taken)

    def pg_long_write(self, rng):
        """An open write transaction holds back what a reader of "all before now" may see."""
        seconds = rng.uniform(1, 6)
        self._sql("begin; create table if not exists public.chaos(n int); "
                  f"insert into public.chaos values (1); select pg_sleep({seconds:.1f}); rollback")
        return f"{seconds:.1f} s"

    # ---- Network

    def net(self, rng):
        """Some links, each in its own way, one or both directions, for a while."""
        names = rng.sample(sorted(self._run.links), rng.randint(1, 8))
        done = [f"{name} {self._spoil(name, rng)}" for name in names]
        time.sleep(rng.uniform(0.3, 5))
        for name in names:
            self._network.heal(name)
        return "; ".join(done)

    def _spoil(self, name, rng):
        shape = rng.choice((("delay", rng.randint(5, 300), rng.randint(0, 5)), ("stall",),
                            ("drop",), ("throttle", rng.randint(500, 20000)),
                            ("cut", rng.randint(0, 3000)), ("refuse",), ("reset",),
                            ("half-close",)))
        direction = rng.choice(("up", "down", "both"))
        if shape[0] in ("refuse", "reset"):
            self._network.command(shape[0], name)
        elif shape[0] == "half-close":
            direction = rng.choice(("up", "down"))
            self._network.command("half-close", name, direction)
        else:
            self._network.command("set", name, direction, *shape)
        return f"{direction} {' '.join(map(str, shape))}"

    def net_part(self, rng):
        """One replica loses PostgreSQL, Redis or all its peers at once."""
        replica = self.replica(rng).name
        kind = rng.choice(("pg-", "redis-", ""))
        names = [name for name in self._run.links if name.startswith(f"{kind}{replica}")]
        shape = rng.choice(("stall", "drop"))
        for name in names:
            self._network.command("set", name, rng.choice(("up", "down", "both")), shape)
        time.sleep(rng.uniform(0.5, 6))
        for name in names:
            self._network.heal(name)
        return f"{replica} {kind or 'peers'} {shape}"

    # ---- Clock

    def clock_jump(self, rng):
        seconds = rng.choice(JUMPS)
        self._run.clock.jump(seconds)
        return f"{seconds} s"

    def clock_stand(self, rng):
        self._run.clock.run(0)
        time.sleep(rng.uniform(0.5, 3))
        self._run.clock.run(self._run.clock_rate)
        return "stood"

    # ---- Helpers

    def _redis(self, *words):
        with contextlib.suppress(system.CommandFailed):
            return self._run.redis(*words).strip()
        return "no answer"

    @staticmethod
    def _stream(rng):
        return f"ev:{{{rng.choice(cluster.OPEN)}}}"

    def _sql(self, text):
        with contextlib.suppress(system.CommandFailed, subprocess.TimeoutExpired):
            return self._run.psql(text, timeout=30)
        return ""

    def _terminate(self, which):
        """How many sessions of the services ended."""
        return self._sql("select pg_terminate_backend(pid) from pg_stat_activity where "
                         f"application_name like 'rectify-%' and {which}").count("t")

    def _backends(self):
        return self._sql("select pid from pg_stat_activity "
                         "where application_name like 'rectify-%'").split()

    @staticmethod
    def _signal(pid, number):
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(int(pid), number)

    def _pause_pid(self, pid, rng):
        seconds = rng.uniform(0.2, 5)
        self._signal(pid, signal.SIGSTOP)
        time.sleep(seconds)
        self._signal(pid, signal.SIGCONT)
        return f"{pid} {seconds:.1f} s"

    def _ensure_redis(self):
        for _ in range(3):
            with contextlib.suppress(system.CommandFailed):
                self._run.bash('start_redis "$(port "$REDIS_PORT")" "$STATE/redis"')
                return
            # A file torn in its middle: Redis refuses it, and an operator throws it away.
            for file in (self._run.folder / "redis").glob("appendonlydir/*"):
                file.unlink()
        raise RuntimeError("Redis does not come back")

    def _ensure_postgres(self):
        # It may be recovering from a crash at this moment.
        give_up = time.monotonic() + 60
        while True:
            try:
                self._run.bash("up_postgres")
                return
            except system.CommandFailed:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.5)


# Which faults a phase may enable, with the most seconds between two of them.
PHASES = {
    "kill": {"kill": 4},
    "redis": {"redis_flush": 3, "redis_delete": 3, "redis_trim": 2, "redis_script_flush": 5,
              "redis_kill": 6, "redis_pause": 6, "redis_forge": 3},
    "pg": {"pg_terminate": 3, "pg_interrupt": 2, "pg_kill_backend": 10, "pg_pause_backend": 5,
           "pg_restart": 15, "pg_exhaust": 12, "pg_long_write": 6},
    "net": {"net": 1.5, "net_part": 6},
    "pause": {"pause": 3, "clock_jump": 4, "clock_stand": 8, "pg_pause_backend": 6},
}
PHASES["swarm"] = {fault: 2 * seconds for faults in list(PHASES.values())
                   for fault, seconds in faults.items()}


def choose(phase, rng):
    """(fault, mean seconds between two) of one phase: a random part of what it may have."""
    faults = PHASES.get(phase)
    if not faults:
        return []
    most = len(faults)
    names = rng.sample(sorted(faults), rng.randint(min(2, most), min(5, most)))
    return [(name, faults[name] * rng.uniform(0.4, 1)) for name in names]


class Attack:
    """The faults of one phase, from start() to stop()."""

    def __init__(self, nemesis, phase, seed, log):
        rng = random.Random(f"{seed}/{phase}")
        self.chosen = choose(phase, rng)
        self._end = threading.Event()
        self._nemesis = nemesis
        self._log = log
        self.error = None
        # PostgreSQL and Redis are restarted by one fault at a time.
        self._exclusive = threading.Lock()
        self._threads = [threading.Thread(target=self._go, daemon=True, args=(
            name, mean, random.Random(f"{seed}/{phase}/{name}"))) for name, mean in self.chosen]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._end.set()
        for thread in self._threads:
            thread.join()
        if self.error is not None:
            raise self.error

    def _go(self, name, mean, rng):
        try:
            while not self._end.wait(rng.uniform(0.3, 1.7) * mean):
                alone = name.startswith(("redis_", "pg_restart", "pg_kill"))
                with self._exclusive if alone else contextlib.nullcontext():
                    if self._end.is_set():
                        return
                    self._log(name, str(getattr(self._nemesis, name)(rng)))
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

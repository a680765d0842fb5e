"""Conducts one chaos run: phases of faults and of healing, the end, the checks and the table."""

import argparse
import collections
import datetime
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import cluster
import dump
import history
from checks import check_all
from checks_health import QUIESCE, RECOVERY
from district import DEADLINES
from nemesis import PHASES, Attack, Nemesis
from workload import FEEDS, PARENT, Workload, register

START = datetime.datetime(2023, 2, 6, 9, 0)
CLOCK_RATE = 3600  # an hour in a second: terms of days end within the run
HEALED = 0.2  # of each phase
CLIENTS = 24  # many of them wait for something that is broken


class Conductor:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.run = cluster.Cluster(options.build, options.planted)
        self.run.clock_rate = CLOCK_RATE
        self.faults = []
        self.recoveries = []
        self.readers = {}
        self.feed_ends = {}
        self.connections = []
        self._faults_lock = threading.Lock()
        self._ended = threading.Event()

    def conduct(self):
        """Returns what was recorded, as checkers take it."""
        self.say("boot")
        self.run.start()
        self.run.clock.set(START.replace(tzinfo=self.run.clock.now().tzinfo))
        lines = history.History(self.folder / "history.jsonl", self.run.clock)
        work = Workload(self.run, lines, self.options.seed, CLIENTS, self.options.rate)
        self.run.clock.run(CLOCK_RATE)
        nemesis = Nemesis(self.run)
        keeper = threading.Thread(target=self._keep_running, daemon=True)
        keeper.start()
        begin = time.monotonic()
        work.start()
        for phase in self.options.phases:
            self._phase(phase, nemesis, work)
        work.stop()
        seconds = time.monotonic() - begin
        self.say(f"quiesce after {sum(lines.counts.values())} lines, "
                 f"{lines.counts['ok'] / seconds:.0f} answers/s")
        self._quiesce(work)
        self._ended.set()
        keeper.join()
        lines.close()
        record = self._record(seconds)
        work.staff.close()
        return record

    def say(self, text):
        print(f"▶ {text}", flush=True)

    # ---- Phases

    def _phase(self, phase, nemesis, work):
        length = self.options.minutes * 60 / len(self.options.phases)
        attack = Attack(nemesis, phase, self.options.seed, self._note_fault)
        self.say(f"{phase}: " + ", ".join(f"{name} /{mean:.1f} s" for name, mean in attack.chosen))
        attack.start()
        time.sleep(length * (1 - HEALED))
        attack.stop()
        nemesis.heal()
        begin = time.monotonic()
        self.recoveries.append({"phase": phase, "seconds": self._probe(nemesis, work)})
        time.sleep(max(0, begin + length * HEALED - time.monotonic()))

    def _note_fault(self, name, what):
        with self._faults_lock:
            self.faults.append({"t_steady": time.monotonic(), "fault": name, "what": what})

    def _keep_running(self):
        """Like an init system: a service that ended is started again."""
        while not self._ended.wait(0.5):
            for replica in self.run.replicas.values():
                if replica.died_by_itself():
                    self._note_fault("own end", replica.name)
                    replica.start()

    def _probe(self, nemesis, work):
        """Seconds until every consumer has applied a new command, although streams lose entries once
        more; None when that takes too long."""
        begin = time.monotonic()
        for _ in range(5):
            nemesis.empty_streams()
        name = f"{PARENT}/venues/{uuid.uuid4()}"
        register("probe", work.staff.registrar, name)
        while time.monotonic() - begin < RECOVERY:
            if self._applied_everywhere(name):
                return round(time.monotonic() - begin, 2)
            time.sleep(0.1)
        return None

    def _applied_everywhere(self, venue):
        position = self.run.psql("select min(position) from venue.event_log "
                                 f"where aggregate = '{venue}'").strip()
        if not position:
            return False
        for service in cluster.SERVICES:
            behind = self.run.psql(
                f"select count(*) from {service}.consumer_cursor where source = 'venue' "
                f"and position < {position}", dump.database_of(service)).strip()
            if behind != "0":
                return False
        return True

    # ---- The end

    def _quiesce(self, work):
        """The clock stands on a morning, nothing is left to do, the feeds are read to their ends."""
        clock = self.run.clock
        clock.run(0)
        clock.set((clock.now() + datetime.timedelta(days=1)).replace(hour=10, minute=0))
        begin = time.monotonic()
        while not self._is_quiet() and time.monotonic() - begin < QUIESCE:
            time.sleep(0.5)
        self.recoveries.append({"phase": "end", "seconds": round(time.monotonic() - begin, 2)})
        # A service's timers may emit one more afterwards.
        self.feed_ends = {f"{source}/{feed}": self._feed_end(source, feed) for source, feed in FEEDS}
        for tail in work.tails:
            while tail.read_some():
                pass
        self.connections = dump.rows(
            self.run, "venue", "select application_name, count(*) from pg_stat_activity where "
                               "application_name like 'rectify-%' group by 1")
        for replica in cluster.REPLICAS:
            self.readers[replica] = self._read_overdue(work, replica)

    def _feed_end(self, source, feed):
        if feed == "internal":
            return int(self.run.psql(f"select position from {source}.source_head"))
        return int(self.run.psql(f"select coalesce(max(position), 0) from {source}.feed_log "
                                 f"where feed = '{feed}'"))

    def _is_quiet(self):
        heads, busy = {}, 0
        for service in cluster.OPEN:
            head, outbox = self.run.psql(
                f"select position, (select count(*) from {service}.outbox) "
                f"from {service}.source_head").strip().split("|")
            heads[service] = int(head)
            busy += int(outbox)
        for service in cluster.SERVICES:
            for cursor in dump.rows(self.run, service, dump.SPINE["cursors"].format(s=service)):
                busy += cursor["position"] < heads[cursor["source"]]
        now = self.run.clock.now().isoformat()
        busy += int(self.run.psql("select count(*) from reminder.reminders where state in (2, 3) or "
                                  f"state = 1 and not_before <= '{now}'"))
        busy += int(self.run.psql("select count(*) from deadline.clocks where state = 1 and "
                                  f"not overdue_announced and due_time < '{now}'"))
        return busy == 0

    def _read_overdue(self, work, replica):
        return {
            "orders": self._list(work, replica, DEADLINES + "ListOrders", "orders"),
            "clocks": self._list(work, replica, DEADLINES + "ListClocks", "clocks"),
        }

    @staticmethod
    def _list(work, replica, method, field):
        names, token = [], ""
        while True:
            answer = work.staff.inspector.ask(replica, method, {
                "parent": PARENT, "filter": "overdue = true", "page_size": 500,
                "page_token": token}, timeout=30)
            names += [entry["name"] for entry in answer.get(field, [])]
            token = answer.get("next_page_token", "")
            if not token:
                return names

    def _record(self, seconds):
        self.say("dump")
        ends = {name: replica.stop() for name, replica in self.run.replicas.items()}
        record = dump.take(self.run)
        record |= {
            "seconds": round(seconds, 1), "faults": self.faults, "recoveries": self.recoveries,
            "readers": self.readers, "feed_ends": self.feed_ends,
            "connections": self.connections, "ends": ends,
            "own_ends": {name: replica.own_ends for name, replica in self.run.replicas.items()},
        }
        self.run.keep(self.folder)
        record["log"] = dump.log_lines(self.folder / "log")
        with (self.folder / "record.json").open("w", encoding="utf-8") as file:
            json.dump(record, file, ensure_ascii=False)
        return record


# ---- The table

def print_table(lines, record, results):
    commands = collections.Counter((line["f"], line["type"]) for line in lines
                                   if line["type"] != "ok" or line["request_id"])
    print("\ncommand                 invoked      ok    fail    info")
    for f in sorted({f for f, kind in commands if kind == "invoke"}):
        numbers = [commands[f, kind] for kind in ("invoke", "ok", "fail", "info")]
        print(f"{f:22}" + "".join(f"{number:8}" for number in numbers))
    reads = sum(line["type"] == "ok" and not line["request_id"] for line in lines)
    print(f"reads and feed events {reads:8}; {reads / record['seconds']:.0f}/s; commands "
          f"{sum(line['type'] == 'invoke' for line in lines) / record['seconds']:.0f}/s")
    faults = collections.Counter(fault["fault"] for fault in record["faults"])
    print("\nfaults: " + ", ".join(f"{name} {count}" for name, count in sorted(faults.items())))
    print("healed after: " + ", ".join(f"{entry['phase']} {entry['seconds']} s"
                                       for entry in record["recoveries"]))
    print()
    for check, witnesses in results.items():
        print(f"{check:4} {'OK' if not witnesses else 'VIOLATED'}")
        for witness in witnesses[:3]:
            print(f"     {witness}")
        if len(witnesses) > 3:
            print(f"     and {len(witnesses) - 3} more")


def git_state():
    def git(*words):
        return subprocess.run(["git", "-C", str(cluster.ROOT), *words], capture_output=True,
                              text=True, check=False).stdout.strip()
    return {"commit": git("rev-parse", "HEAD"), "changed": git("status", "--porcelain")}


def parse(arguments):
    parser = argparse.ArgumentParser(prog="tests/chaos/run", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3, help="of traffic, all phases together")
    parser.add_argument("--seed", type=int, help="random when left out")
    parser.add_argument("--phases", type=lambda text: text.split(","), default=list(PHASES),
                        help="of " + ",".join(PHASES))
    parser.add_argument("--rate", type=float, default=150, help="steps a second that are tried")
    parser.add_argument("--build", default=str(cluster.ROOT / "build"), help="whose binaries run")
    parser.add_argument("--planted", help="name of a planted bug, for services built with faults")
    parser.add_argument("--keep", action="store_true", help="keep the artefacts in any case")
    options = parser.parse_args(arguments)
    for phase in options.phases:
        if phase not in PHASES and phase != "none":
            parser.error(f"no phase {phase}")
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 31)
    return options


def main():
    options = parse(sys.argv[1:])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rectify-chaos-artefacts."))
    meta = {"seed": options.seed, "arguments": sys.argv[1:], "git": git_state()}
    (folder / "meta.json").write_text(json.dumps(meta, indent=1), encoding="utf-8")
    print(f"seed {options.seed}, artefacts in {folder}", flush=True)
    conductor = Conductor(options, folder)
    # An end by whoever runs this is to leave no server behind, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    try:
        record = conductor.conduct()
    except BaseException:
        conductor.run.keep(folder)
        print(f"artefacts: {folder}", flush=True)
        raise
    finally:
        conductor.run.stop()
    lines = history.read(folder / "history.jsonl")
    results = check_all(lines, record)
    print_table(lines, record, results)
    violated = [check for check, witnesses in results.items() if witnesses]
    if violated or options.keep:
        print(f"\nartefacts: {folder}")
    else:
        shutil.rmtree(folder)
    again = f"tests/chaos/run --minutes {options.minutes:g} --seed {options.seed}"
    print(f"\n{'VIOLATED ' + ' '.join(violated) if violated else 'passed'}: {again}")
    sys.exit(1 if violated else 0)


if __name__ == "__main__":
    main()

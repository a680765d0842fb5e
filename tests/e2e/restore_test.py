"""The restore drill: a backup, more work, a restore to a moment in between, and who is told of it."""

import base64
import datetime
import hashlib
import json
import pathlib
import shlex
import shutil
import struct
import tempfile
import time
import unittest
import urllib.request

import contract
import system
from district import District, VENUES

READ = "rectify.event.v1.EventFeed.ReadEvents"
WAIT = 30  # seconds for what needs a moment


def chain_of(prev_chain, event):
    def prefixed(data):
        return struct.pack(">I", len(data)) + data
    link = (prev_chain + struct.pack(">qi", int(event["position"]), event["epoch"])
            + prefixed(event["aggregate"].encode())
            + struct.pack(">q", int(event["aggregate_version"]))
            + prefixed(event["type"].encode())
            + prefixed(base64.b64decode(event.get("payload", ""))))
    return hashlib.sha256(link).digest()


class FeedReader:
    """Another department's program: it follows a feed, checks every link, and stops when told to."""

    def __init__(self, client, source):
        self._client = client
        self._source = source
        self.position, self.epoch = 0, 0
        self._chain = hashlib.sha256(f"rectify/{source}".encode()).digest()

    def follow(self, limit=1000):
        """Reads to the head, at most `limit` events. RpcError when the source refuses."""
        request = {"source": self._source, "feed": "internal", "max_events": limit}
        if self.position > 0:
            request.update(after_position=self.position, after_epoch=self.epoch,
                           after_chain=base64.b64encode(self._chain).decode())
        events = self._client.call(READ, request, service=self._source).get("events", [])
        for event in events:
            chain = chain_of(self._chain, event)
            if (int(event["position"]) != self.position + 1
                    or base64.b64decode(event["chain"]) != chain):
                raise AssertionError(f"not linked to {self.position}: {event}")
            self.position, self.epoch, self._chain = self.position + 1, event["epoch"], chain
        return events


class Satellite:
    """A reminder service of its own with a database cluster of its own, which a restore of the main
    one leaves alone."""

    NAME = "satellite"

    def __init__(self, of):
        self._system = of
        self.port = system.free_port_base()
        self._sockets = f"/tmp/rectify-satellite-{self.port}"
        self.dsn = self._dsn("postgres")

    def _dsn(self, role, database="rectify"):
        return f"postgresql://{role}@/{database}?host={self._sockets}&port={self.port}"

    def bash(self, script):
        return self._system.bash(f"""
            SATELLITE="$STATE/{self.NAME}" SAT_SOCKETS={self._sockets} SAT_PORT={self.port}
            SAT_DSN='{self._dsn("reminder_app")}' SAT_ADMIN='{self.dsn}'
            {script}""")

    def start(self):
        self.bash(f'''
            mkdir -p "$SATELLITE" "$SAT_SOCKETS"
            if ((EUID == 0)); then chown postgres: "$SATELLITE" "$SAT_SOCKETS"; fi
            init_postgres "$SATELLITE/data"
            write_pg_access "$SATELLITE/data"
            start_postgres "$SATELLITE/data" "$SATELLITE/log" listen_addresses= "port=$SAT_PORT" \\
              "unix_socket_directories=$SAT_SOCKETS"
            psql -qX '{self._dsn("postgres", "postgres")}' -c "CREATE DATABASE rectify"
            create_role reminder | psql -qX "$SAT_ADMIN" -f -''')
        self.run()

    def run(self):
        self.bash(f'''
            command=("$REPO/build/services/reminder_dispatch/rectify-reminder-dispatch") self={self.NAME}
            each_service add_peer
            start_process {self.NAME} "ready_serving {self.NAME}" \\
              "${{command[@]}}" \\
              --listen 127.0.0.1:{self.port + 1} --metrics-listen 127.0.0.1:{self.port + 2} \\
              --pg "$SAT_DSN" --clock "shm:$STATE/clock" --allow-simulated-clock \\
              --keys "$STATE/keys" --file-outbox "$SATELLITE/letters"''')

    def stop(self):
        self.bash(f'''stop_process {self.NAME}
            [[ ! -s $SATELLITE/data/PG_VERSION ]] || stop_postgres "$SATELLITE/data"
            rm -rf "$SAT_SOCKETS"''')

    def position(self):
        return int(self.bash(
            'psql -qAtX "$SAT_DSN" -c "SELECT position FROM reminder.consumer_cursor'
            " WHERE source = 'venue'\"") or 0)

    def stopped(self):
        """What its metric says: whether it is stopped at the venue source."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port + 2}/metrics") as answer:
            text = answer.read().decode()
        return 'rectify_events_history_diverged{consumer="reminder",source="venue"} 1' in text


def wait_until(condition, what):
    deadline = time.monotonic() + WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.1)


class Restore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backups = pathlib.Path(tempfile.mkdtemp(prefix="rectify-backups."))
        cls.addClassCleanup(shutil.rmtree, cls.backups, ignore_errors=True)
        cls.system = system.System().start()
        cls.addClassCleanup(cls.system.stop)
        cls.district = District(cls.system, "120117")
        cls.addClassCleanup(cls.district.close)
        cls.satellite = Satellite(cls.system)
        cls.addClassCleanup(cls.satellite.stop)
        cls.satellite.start()

    # ---- Parts of the drill

    def operator(self):
        return self.district.client("users/operator", "OPERATOR")

    def reader(self):
        return FeedReader(self.operator(), "venue")

    def sql(self, text):
        return self.system.bash(f'psql -qAtX "$(dsn postgres)" -c {shlex.quote(text)}').strip()

    def exists(self, name):
        try:
            self.district.registrar.call(VENUES + "GetVenue", {"name": name})
            return True
        except contract.RpcError as error:
            self.assertEqual(error.code, "NOT_FOUND")
            return False

    def down(self):
        self.system.bash("down_services; down_servers")

    def up(self):
        self.system.bash("up_system", timeout=180)

    def restore(self, *args):
        return self.system.deploy("restore", "--from", str(self.backup), "--replace", *args)

    def refused(self, program, *args):
        """The one line that an operator reads."""
        with self.assertRaises(system.CommandFailed) as failed:
            self.system.deploy(program, *args)
        lines = [line for line in failed.exception.stderr.splitlines() if line.startswith("✗")]
        self.assertEqual(len(lines), 1, failed.exception.stderr)
        return lines[0]

    def satellite_reaches(self, position):
        wait_until(lambda: self.satellite.position() >= position, f"satellite at {position}")

    # ---- The drill

    def test_the_drill(self):
        kept, moment, lost = self.work_around_a_backup()
        ahead, behind = self.read_ahead_and_behind()
        self.satellite_reaches(ahead.position)
        self.check_what_is_refused_while_it_runs()
        self.down()
        self.check_what_is_refused_when_it_is_down()
        said = self.restore("--to-time", moment)
        self.assertIn("已恢复", said)
        self.up()

        self.assertTrue(all(self.exists(name) for name in kept))
        self.assertFalse(any(self.exists(name) for name in lost))
        fork = self.check_the_fork_is_known_at_once(ahead, behind)
        self.check_new_work_has_the_new_epoch(fork, ahead)
        self.check_the_satellite_waits_for_a_person(ahead.position, fork)
        self.check_a_second_restore_loses_nothing()
        self.check_old_backups_and_their_log_go()

    def work_around_a_backup(self):
        kept = [self.district.venue("示例·备份之前")["name"]]
        self.district.settle()
        said = self.system.deploy("backup", "--to", str(self.backups))
        self.assertIn("备份完成", said)
        type(self).backup, = (path for path in self.backups.iterdir() if (path / "about").exists()
                              and not path.name.endswith(".keys"))
        # What a moment of a second holds can't be told from the backup's own end.
        finished = (self.backup / "about").read_text().split("finished=")[1][:20]
        wait_until(lambda: datetime.datetime.now(datetime.timezone.utc).isoformat() > finished,
                   "the second after the backup")
        kept += [self.district.venue(f"示例·备份之后{i}")["name"] for i in range(3)]
        # A venue that is there without its event would get that as the first one after the fork.
        self.district.settle()
        moment = datetime.datetime.now(datetime.timezone.utc).isoformat()
        lost = [self.district.venue(f"示例·将丢失{i}")["name"] for i in range(3)]
        self.district.settle()
        return kept, moment, lost

    def read_ahead_and_behind(self):
        ahead, behind = self.reader(), self.reader()
        ahead.follow()
        behind.follow(limit=2)
        self.assertEqual(behind.position, 2)
        return ahead, behind

    def check_what_is_refused_while_it_runs(self):
        self.assertIn("deploy/down", self.refused("restore", "--from", str(self.backup)))
        self.assertIn("--from", self.refused("restore"))
        self.assertIn("nothing to reconcile", self.refused(
            "reconcile", "--consumer", "reminder", "--source", "venue", "--accept", "示例"))
        listed = self.system.deploy("reconcile")
        self.assertNotIn("已停止", listed)
        self.assertIn("hazard", listed)

    def check_what_is_refused_when_it_is_down(self):
        backup = str(self.backup)
        self.assertIn("deploy/up", self.refused("backup", "--to", str(self.backups)))
        self.assertIn("--replace", self.refused("restore", "--from", backup))
        self.assertIn("older backup", self.refused(
            "restore", "--from", backup, "--replace", "--to-time", "2020-01-01"))
        self.assertIn("not a time", self.refused(
            "restore", "--from", backup, "--replace", "--to-time", "gestern"))
        self.assertIn("--to-latest", self.refused(
            "restore", "--from", backup, "--replace", "--to-time", "2199-01-01"))
        damaged = self.backups / "damaged"
        shutil.copytree(self.backup, damaged)
        shutil.copytree(f"{self.backup}.keys", f"{damaged}.keys")
        with open(damaged / "postgres/global/pg_control", "r+b") as file:
            file.write(b"x")
        self.assertIn("damaged", self.refused("restore", "--from", str(damaged), "--replace"))
        shutil.rmtree(damaged)
        # Nothing of all that has touched the data.
        self.assertTrue((self.system.folder / "postgres/data/PG_VERSION").exists())

    def check_the_fork_is_known_at_once(self, ahead, behind):
        epoch, fork, timeline = self.sql(
            "SELECT epoch, fork_position, timeline FROM venue.source_epoch").split("|")
        fork = int(fork)
        self.assertEqual(epoch, "2")
        self.assertEqual(timeline, "00000002")
        self.assertEqual(fork, ahead.position - 3, "three venues were lost")
        head = self.operator().call("rectify.event.v1.EventFeed.GetHead",
                                    {"source": "venue", "feed": "internal"}, service="venue")
        self.assertEqual((head["position"], head["epoch"]), (str(fork), 2))
        self.expect_divergence(ahead, fork)
        behind.follow()
        self.assertEqual(behind.position, fork)
        return fork

    def expect_divergence(self, reader, fork):
        with self.assertRaises(contract.RpcError) as refused:
            reader.follow()
        self.assertEqual(refused.exception.reason, "HISTORY_DIVERGED")
        self.assertEqual(refused.exception.metadata["fork_position"], str(fork))

    def check_new_work_has_the_new_epoch(self, fork, ahead):
        names = [self.district.venue(f"示例·恢复之后{i}")["name"] for i in range(5)]
        # Settled means that every consumer of this cluster has applied it.
        self.district.settle()
        events = self.reader().follow()
        self.assertGreater(len(events), ahead.position)
        self.assertEqual([event["epoch"] for event in events],
                         [1] * fork + [2] * (len(events) - fork))
        self.assertEqual([event["aggregate"] for event in events[fork:]], names)
        # Also when the new history has passed the reader's position.
        self.expect_divergence(ahead, fork)

    def check_the_satellite_waits_for_a_person(self, position, fork):
        wait_until(self.satellite.stopped, "the satellite's alarm")
        self.assertEqual(self.satellite.position(), position)
        log = (self.system.folder / f"log/{Satellite.NAME}.log").read_text(encoding="utf-8")
        line = next(json.loads(line) for line in log.splitlines() if '"history_diverged"' in line)
        self.assertEqual((line["position"], line["fork_position"]), (position, str(fork)))

        about = ("--consumer", "reminder", "--source", "venue", "--pg", self.satellite.dsn)
        self.assertIn(f"分叉点 {fork}", self.system.deploy("reconcile", *about))
        self.assertIn("reason", self.refused("reconcile", *about, "--accept", " "))
        self.system.deploy("reconcile", *about, "--accept", "示例:丢失的单位已补录")
        self.satellite_reaches(self.reader_position())
        wait_until(lambda: not self.satellite.stopped(), "the alarm's end")
        said = self.satellite.bash(
            'psql -qAtX "$SAT_DSN" -c "SELECT summary FROM reminder.audit_entry'
            " WHERE action = 'ReconcileHistory'\"")
        self.assertIn("丢失的单位已补录", said)

    def reader_position(self):
        reader = self.reader()
        reader.follow()
        return reader.position

    def check_a_second_restore_loses_nothing(self):
        before = self.reader()
        before.follow()
        self.down()
        self.restore("--to-latest")
        self.up()
        self.assertEqual(self.sql("SELECT max(epoch) FROM venue.source_epoch"), "3")
        before.follow()
        self.district.venue("示例·第二次恢复之后")
        self.district.settle()
        self.assertEqual([event["epoch"] for event in before.follow()], [3])
        self.satellite_reaches(before.position)
        # Both older histories are still there.
        aside = list((self.system.folder / "postgres").glob("data.before-*"))
        self.assertEqual(len(aside), 2)

    def check_old_backups_and_their_log_go(self):
        system_id = self.sql("SELECT system_identifier FROM pg_control_system()")
        archives = (self.backups / "wal" / system_id, self.system.folder / "archive" / system_id)
        oldest = [min(path.glob("0*[0-9A-F].gz")) for path in archives]
        listed = self.system.deploy("backup", "--to", str(self.backups), "--keep", "1")
        self.assertFalse(self.backup.exists())
        self.assertFalse(pathlib.Path(f"{self.backup}.keys").exists())
        left, = self.backups.glob("*/about")
        self.assertIn(left.parent.name, listed)
        for path in oldest:
            self.assertFalse(path.exists(), path)
        # The keys are for their owner alone.
        for path in pathlib.Path(f"{left.parent}.keys").rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)


if __name__ == "__main__":
    unittest.main()

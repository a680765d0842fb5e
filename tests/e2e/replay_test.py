"""The same scenario gives the same bytes: again, on the same state, and with everything going wrong."""

import contextlib
import itertools
import json
import pathlib
import shutil
import tempfile
import threading
import unittest

import system

HERE = pathlib.Path(__file__).resolve().parent
SMALL = HERE / "small.txtpb"
CHANNELS = ("邮件", "推送", "书面通知")


@contextlib.contextmanager
def fresh_system():
    """A running system with nothing in it."""
    one = system.System().start()
    try:
        yield one
    finally:
        one.stop()


def play(one, scenario=SMALL):
    """What the replay prints, as JSON text."""
    return one.cli("--json", "replay", str(scenario), timeout=240)


def without_doubled(text):
    """The output without the count of mails that came twice, and that count."""
    summary = json.loads(text)
    doubled = sum(row.pop("doubled") for row in summary["deliveries"].values())
    return json.dumps(summary, ensure_ascii=False, indent=2), doubled


class Replay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None
        cls.system = system.System().start()
        cls.addClassCleanup(cls.system.stop)
        cls.first = play(cls.system)

    def test_every_kind_of_thing_happened_and_what_arrived_is_what_the_ledger_says(self):
        summary = json.loads(self.first)
        self.assertEqual(summary["findings"]["by_state"],
                         {"整改中": 1, "已改正": 4, "已移送": 1})
        self.assertTrue(any(order["overdue"] for order in summary["orders"]))
        self.assertEqual(summary["fallen_through"]["midnights_checked"], 23)
        for channel in CHANNELS:
            row = summary["deliveries"][channel]
            self.assertGreater(row["ledger"], 0, channel)
            self.assertEqual((row["arrived"], row["doubled"]), (row["ledger"], 0), channel)

    def test_again_on_a_fresh_system_it_gives_the_same_bytes(self):
        with fresh_system() as other:
            self.assertEqual(play(other), self.first)

    def test_again_on_the_same_system_it_changes_nothing(self):
        self.assertEqual(play(self.system), self.first)

    def test_a_changed_scenario_gives_another_result(self):
        text = SMALL.read_text(encoding="utf-8")
        changed = text.replace('recheck { inspection: "jiaju" }',
                               'recheck { inspection: "jiaju" open_codes: "D06" }')
        self.assertNotEqual(changed, text)
        with tempfile.TemporaryDirectory() as folder, fresh_system() as other:
            shutil.copy(HERE / "small.csv", folder)
            scenario = pathlib.Path(folder) / "changed.txtpb"
            scenario.write_text(changed, encoding="utf-8")
            result, first = json.loads(play(other, scenario)), json.loads(self.first)
        self.assertNotEqual(result["events"]["sha256"], first["events"]["sha256"])
        self.assertEqual(result["findings"]["by_state"]["整改中"], 2)

    def test_kills_wipes_and_restarts_change_nothing(self):
        with fresh_system() as other:
            faults = Faults(other)
            with faults:
                result = play(other)
        self.assertEqual(faults.problem, None)
        self.assertGreater(min(faults.count.values()), 0, faults.count)
        result, doubled = without_doubled(result)
        self.assertEqual(result, without_doubled(self.first)[0])
        # A mail that was handed over when its dispatcher or the database died may come a second time.
        self.assertLessEqual(doubled, faults.count["reminder"] + faults.count["postgres"])


class Faults(threading.Thread):
    """One thing goes wrong on each simulated day, while the replay runs: each service is killed and
    started again in turn, Redis is wiped, PostgreSQL loses its power."""

    ORDER = ("reminder", "redis", "deadline", "venue", "reminder", "postgres", "hazard")

    def __init__(self, one):
        super().__init__()
        self.problem = None
        self.count = {what: 0 for what in self.ORDER}
        self._system = one
        self._ended = threading.Event()

    def __enter__(self):
        self.start()

    def __exit__(self, *_):
        self._ended.set()
        self.join()

    def run(self):
        try:
            day = self._day()
            for what in itertools.cycle(self.ORDER):
                while self._day() == day:
                    if self._ended.wait(0.02):
                        return
                day = self._day()
                self._break(what)
        except Exception as error:  # pylint: disable=broad-except
            self.problem = error

    def _day(self):
        return self._system.cli("clock", "show").split()[0]

    def _break(self, what):
        if what == "redis":
            self._system.flush_redis()
        elif what == "postgres":
            self._system.restart_postgres_immediately()
        else:
            self._system.kill(what)
            self._system.start_service(what)
        self.count[what] += 1


if __name__ == "__main__":
    unittest.main()

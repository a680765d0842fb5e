"""The whole year 2023 as deploy/up plays it: the figures of the published report come out of the records."""

import json
import unittest

import system

SCENARIO = system.ROOT / "deploy/sample/dongli-2023/scenario.txtpb"


class WholeYear(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = system.System().start()
        cls.addClassCleanup(cls.system.stop)
        # It fails at the first midnight at which a hazard that is not closed has no running clock.
        cls.summary = json.loads(cls.system.cli("--json", "replay", str(SCENARIO), timeout=600))
        committee = cls.system.token("users/ji", "discipline")
        cls.report = json.loads(cls.system.cli(
            "--json", "report", "year", "2023", "--committee-token", committee))["sections"]

    def test_217_venues_inspected_themselves_in_four_classes(self):
        self.assertEqual(self.report["total"]["venues"]["count"], 217)
        classes = {name: row for name, row in self.report["self_inspections"].items() if name != "all"}
        self.assertEqual(len(classes), 4)
        self.assertEqual(sum(row["closed"] for row in classes.values()), 217)

    def test_48_penalised_units_were_visited_in_four_quarters(self):
        quarters = {name: row for name, row in self.report["visits"].items() if name != "all"}
        self.assertEqual([row["done"] for row in quarters.values()], [12] * 4)

    def test_at_no_midnight_a_hazard_had_fallen_through(self):
        fallen = self.summary["fallen_through"]
        self.assertEqual((fallen["midnights_checked"], fallen["findings"]), (364, 0))

    def test_what_arrived_is_what_the_ledger_says(self):
        for channel, row in self.summary["deliveries"].items():
            self.assertGreater(row["ledger"], 0, channel)
            self.assertEqual((row["arrived"], row["doubled"]), (row["ledger"], 0), channel)

    def test_every_kind_of_inspection_that_the_field_knows_was_made(self):
        kinds = {name: row["count"] for name, row in self.report["inspections"].items() if name != "all"}
        self.assertEqual({name for name, count in kinds.items() if count == 0}, {"RECHECK"})

    def test_both_sides_met_and_missed_their_clocks(self):
        for side in ("authority:", "department:", "venue:"):
            row = self.report["clocks"][side]
            self.assertGreater(row["in_time"], 0, side)
            self.assertGreater(row["late"], 0, side)


if __name__ == "__main__":
    unittest.main()

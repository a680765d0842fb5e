"""Every check accepts a small run that went well, and catches what it is there for."""

import unittest

import checks
import small_record
from small_record import CLOCK, FINDING, LATE_CLOCK, LATE_ORDER, ORDER, VENUE


def event(record, source, kind):
    return next(entry for entry in record["sources"][source]["events"]
                if entry["type"].endswith("." + kind))


def row(record, table, **key):
    return next(entry for entry in record["tables"][table]
                if all(entry[name] == value for name, value in key.items()))


class Checks(unittest.TestCase):
    def setUp(self):
        self.lines = small_record.history()
        self.record = small_record.record()

    def line(self, request, kind):
        return next(line for line in self.lines
                    if line["request_id"] == request and line["type"] == kind)

    def assert_caught(self, name, words):
        witnesses = checks.CHECKS[name](self.lines, self.record)
        self.assertTrue(any(words in witness for witness in witnesses), witnesses)

    def test_a_good_run_passes_all(self):
        for name, witnesses in checks.check_all(self.lines, self.record).items():
            self.assertEqual(witnesses, [], name)

    # ---- I1

    def test_an_acknowledged_venue_that_is_gone(self):
        self.record["tables"]["venue.venues"] = []
        self.assert_caught("I1", "was ok; stored: nothing")

    def test_an_inspection_with_other_findings(self):
        row(self.record, "hazard.findings", id="f1")["description"] = "另一隐患"
        self.assert_caught("I1", "was ok; stored: otherwise")

    def test_a_failed_venue_that_is_there(self):
        self.lines = [line for line in self.lines
                      if line["type"] != "ok" or line["request_id"] != "register"]
        self.lines.append({**self.line("register", "invoke"), "type": "fail", "value": {}})
        self.assert_caught("I1", "was fail; stored: the same")

    # ---- I2

    def test_two_answers_to_one_request(self):
        self.lines.append({**self.line("submit", "ok"), "value": {
            "name": ORDER, "etag": '"2"', "digest": "another"}})
        self.assert_caught("I2", "submit: 2 different answers")

    def test_an_answered_command_without_its_event(self):
        event(self.record, "deadline", "OrderIssued")["request_id"] = "somebody else's"
        self.assert_caught("I2", "IssueOrder issue was ok and has 0 events")

    def test_a_command_that_was_done_twice(self):
        event(self.record, "deadline", "OrderServed")["request_id"] = "serve-late"
        self.assert_caught("I2", "serve-late was info and has 2 events")

    def test_a_failed_command_with_an_effect(self):
        event(self.record, "deadline", "OrderReviewed")["request_id"] = "too late"
        self.assert_caught("I2", "too late was fail and has 1 events")

    def test_a_request_that_is_claimed_for_ever(self):
        self.record["sources"]["deadline"]["unanswered"].append(
            {"caller": "users/li", "method": "SubmitOrder", "request_id": "submit"})
        self.assert_caught("I2", "deadline: SubmitOrder submit is claimed without an answer")

    # ---- I3

    def test_a_version_left_out(self):
        event(self.record, "deadline", "RecheckPassed")["aggregate_version"] = 7
        self.assert_caught("I3", f"versions of {ORDER}")

    def test_an_order_version_left_out(self):
        versions = self.record["tables"]["deadline.order_versions"]
        versions.remove(row(self.record, "deadline.order_versions", order_id="o1", version=3))
        self.assert_caught("I3", "order o1 has versions")

    def test_an_illegal_transition(self):
        row(self.record, "deadline.order_versions", order_id="o1", version=3)["state"] = 4
        self.assert_caught("I3", "order o1 went from state 2 to 4")

    def test_two_orders_for_one_finding(self):
        row(self.record, "deadline.order_items", order_id="o2")["finding"] = FINDING
        self.assert_caught("I3", f"{FINDING} is in 2 orders")

    def test_a_hole_in_the_document_numbers(self):
        row(self.record, "deadline.document_numbers", serial=1)["serial"] = 3
        self.assert_caught("I3", "[2, 3]")

    # ---- I4

    def test_a_later_command_with_a_lower_version(self):
        self.line("serve", "ok")["value"]["etag"] = '"2"'
        self.assert_caught("I4", "command serve got version 2 after 4")

    def test_a_read_of_the_past(self):
        read = next(line for line in self.lines if line["f"] == "GetOrder")
        read["value"]["etag"] = '"4"'
        self.assert_caught("I4", "a read got version 4 after 5")

    def test_commands_at_the_same_time_may_come_in_any_order(self):
        self.line("serve", "invoke")["t_steady"] = self.line("issue", "invoke")["t_steady"]
        self.line("serve", "ok")["value"]["etag"] = '"4"'
        self.line("issue", "ok")["value"]["etag"] = '"5"'
        self.assertEqual(checks.CHECKS["I4"](self.lines, self.record), [])

    # ---- I5

    def test_a_hole_in_the_log(self):
        del self.record["sources"]["deadline"]["events"][3]
        self.assert_caught("I5", "position 5 where 4 was due")

    def test_a_changed_payload(self):
        event(self.record, "deadline", "OrderIssued")["payload"] = "00"
        self.assert_caught("I5", "deadline: the chain is broken at 7")

    def test_an_epoch_that_falls(self):
        self.record["sources"]["deadline"]["events"][0]["epoch"] = 2
        self.record["sources"]["deadline"]["events"][0]["chain"] = small_record.link(
            small_record.genesis("deadline", "internal"), 1,
            self.record["sources"]["deadline"]["events"][0]).hex()
        self.assert_caught("I5", "epoch falls to 1")

    def test_a_head_that_lags(self):
        self.record["sources"]["hazard"]["head"][0]["position"] = 4
        self.assert_caught("I5", "hazard: the head is at 4")

    def test_a_feed_that_lacks_an_event(self):
        self.record["sources"]["hazard"]["feeds"] = []
        self.assert_caught("I5", "hazard/departments: 0 events where 1 are for it")

    def test_a_feed_with_another_chain(self):
        self.record["sources"]["hazard"]["feeds"][0]["chain"] = "00"
        self.assert_caught("I5", "hazard/departments: the chain is broken at 1")

    def test_an_event_that_was_never_sequenced(self):
        self.record["sources"]["venue"]["outbox"].append({"id": 1})
        self.assert_caught("I5", "venue: 1 events were never sequenced")

    def test_a_parked_event(self):
        self.record["sources"]["hazard"]["parked"].append(
            {"consumer": "hazard", "source": "venue", "position": 1, "error": "why"})
        self.assert_caught("I5", "hazard parked venue/1: why")

    # ---- I6

    def test_a_venue_that_did_not_arrive(self):
        self.record["tables"]["followup.venues"] = []
        self.assert_caught("I6", f"followup knows {VENUE} as None")

    def test_a_finding_whose_order_was_not_noticed(self):
        row(self.record, "hazard.findings", id="f2")["state"] = 1
        self.assert_caught("I6", "in state 1, the events say 2")

    def test_an_order_that_was_not_drafted(self):
        self.record["sources"]["deadline"]["events"] = [
            entry for entry in self.record["sources"]["deadline"]["events"]
            if entry["body"].get("inspection") != small_record.INSPECTION]
        self.assert_caught("I6", f"drafts: 0 effects of {small_record.INSPECTION}")

    def test_an_order_that_was_drafted_twice(self):
        events = self.record["sources"]["deadline"]["events"]
        events.append({**event(self.record, "deadline", "OrderDrafted")})
        self.assert_caught("I6", f"drafts: 2 effects of {small_record.INSPECTION}")

    def test_drafts_in_another_order_than_the_inspections(self):
        drafts = [entry for entry in self.record["sources"]["deadline"]["events"]
                  if entry["type"].endswith("OrderDrafted")]
        drafts[0]["body"], drafts[1]["body"] = drafts[1]["body"], drafts[0]["body"]
        self.assert_caught("I6", "drafts: cause 1 is")

    def test_a_finding_that_was_told_twice(self):
        events = self.record["sources"]["hazard"]["events"]
        events.append({**event(self.record, "hazard", "FindingOrdered")})
        self.assert_caught("I6", f"FindingOrdered: 2 effects of {FINDING}")

    def test_a_clock_that_runs_on_at_the_dispatcher(self):
        row(self.record, "reminder.clocks", name=CLOCK)["running"] = True
        self.assert_caught("I6", f"reminder has {CLOCK} running")

    def test_a_due_time_that_was_not_noticed(self):
        row(self.record, "reminder.clocks", name=LATE_CLOCK)["due_time"] = small_record.NOW
        self.assert_caught("I6", f"reminder has {LATE_CLOCK} due at")

    def test_a_clock_that_the_dispatcher_does_not_know(self):
        self.record["tables"]["reminder.clocks"].pop()
        self.assert_caught("I6", f"reminder does not know {LATE_CLOCK}")

    def test_a_consumer_that_lags(self):
        self.record["sources"]["hazard"]["cursors"][1]["position"] -= 1
        self.assert_caught("I6", "hazard stands at deadline/11 of 12")

    # ---- I7

    def tail_lines(self):
        return [line for line in self.lines if line["f"] == "tail"]

    def test_a_reader_that_missed_an_event(self):
        self.lines.remove(self.tail_lines()[4])
        self.assert_caught("I7", "position 6 where 5 was due")

    def test_a_reader_that_read_twice(self):
        self.lines.append(self.tail_lines()[-1])
        self.assert_caught("I7", "position 12 where 13 was due")

    def test_a_reader_that_read_something_else(self):
        self.tail_lines()[4]["value"]["payload"] = "00"
        self.assert_caught("I7", "5 was read otherwise than it is stored")

    def test_a_reader_that_did_not_get_to_the_end(self):
        self.lines.remove(self.tail_lines()[-1])
        self.assert_caught("I7", "11 events read of 12")

    def test_a_reader_that_was_turned_away(self):
        self.lines.append({**self.tail_lines()[0], "type": "fail", "value": {
            "source": "deadline", "feed": "internal", "reason": "HISTORY_DIVERGED"}})
        self.assert_caught("I7", "HISTORY_DIVERGED")

    # ---- I8

    def test_an_outcome_that_was_told_twice(self):
        events = self.record["sources"]["reminder"]["events"]
        events.append({**event(self.record, "reminder", "ReminderSent")})
        self.assert_caught("I8", "was told 2 times")

    def test_an_outcome_that_was_not_told(self):
        self.record["sources"]["reminder"]["events"].pop()
        self.assert_caught("I8", "state 6 and was told 0 times")

    def test_a_due_reminder_that_waits(self):
        row(self.record, "reminder.reminders", id="r3")["not_before"] = "2023-02-10T01:00:00+00:00"
        self.assert_caught("I8", "is still in state 1")

    def test_a_reminder_that_is_stuck_on_its_way(self):
        row(self.record, "reminder.reminders", id="r3")["state"] = 3
        self.assert_caught("I8", "is still in state 3")

    def test_a_reminder_of_an_ended_clock(self):
        row(self.record, "reminder.reminders", id="r3")["clock"] = CLOCK
        self.assert_caught("I8", "waits although its clock has ended")

    def test_two_reminders_of_one_fact(self):
        for name in ("r1", "r3"):
            row(self.record, "reminder.reminders", id=name).update(clock=CLOCK, due_time="same")
        self.assert_caught("I8", "2 reminders of")

    def test_a_mail_that_came_twice_after_one_try(self):
        self.record["mails"].append("d1")
        self.assert_caught("I8", "mail d1 arrived 2 times after 1 tries")

    def test_a_mail_that_came_twice_because_its_answer_was_lost(self):
        self.record["mails"].append("d1")
        row(self.record, "reminder.reminders", id="r1")["attempts"] = 2
        self.assertEqual(checks.CHECKS["I8"](self.lines, self.record), [])

    def test_a_mail_that_never_came(self):
        self.record["mails"] = []
        self.assert_caught("I8", "delivery d1 is in the ledger as sent and never arrived")

    def test_a_message_that_nobody_sent(self):
        self.record["mails"].append("d9")
        self.assert_caught("I8", "a message d9 arrived")

    def test_a_webhook_that_was_taken_twice(self):
        self.record["webhooks"] = ["d1", "d1"]
        self.assert_caught("I8", "the receiver took d1 2 times")

    def test_a_sent_delivery_without_its_reminder(self):
        row(self.record, "reminder.reminders", id="r1")["delivery"] = None
        self.assert_caught("I8", "carried by 0 reminders")

    # ---- I9

    def test_an_overdue_order_that_one_replica_hides(self):
        self.record["readers"]["1"]["orders"] = []
        self.assert_caught("I9", f"replica 1 does not report {LATE_ORDER}")

    def test_an_order_that_is_not_overdue(self):
        self.record["readers"]["0"]["orders"].append(ORDER)
        self.assert_caught("I9", f"replica 0 reports {ORDER}")

    def test_a_clock_that_was_never_announced(self):
        self.record["sources"]["deadline"]["events"].remove(
            event(self.record, "deadline", "ClockOverdue"))
        self.assert_caught("I9", f"{LATE_CLOCK} is overdue and was never announced")

    def test_a_clock_that_was_announced_twice(self):
        self.record["sources"]["deadline"]["events"].append(
            event(self.record, "deadline", "ClockOverdue"))
        self.assert_caught("I9", "was announced overdue for 2023-02-08 2 times")

    # ---- I13

    def test_a_system_that_did_not_recover(self):
        self.record["recoveries"][0]["seconds"] = None
        self.assert_caught("I13", "after redis: not recovered within 30 s")

    def test_an_end_that_took_too_long(self):
        self.record["recoveries"][1]["seconds"] = 95
        self.assert_caught("I13", "after end: not recovered within 90 s")

    def test_a_process_that_gives_up_again_and_again(self):
        self.record["own_ends"]["venue-0"] = 4
        self.assert_caught("I13", "venue-0 ended 4 times by itself")

    def test_a_process_that_does_not_stop(self):
        self.record["ends"]["venue-0"] = None
        self.assert_caught("I13", "venue-0 ended with None")

    def test_connections_that_leak(self):
        self.record["connections"][0]["count"] = 13
        self.assert_caught("I13", "rectify-venue holds 13 connections")

    # ---- I14

    def log(self, **entry):
        self.record["log"].append({"replica": "venue-0", "level": "error", **entry})

    def test_an_internal_error(self):
        self.log(event="rpc_error", code="INTERNAL", method="GetVenue", message="why")
        self.assert_caught("I14", "rpc_error INTERNAL GetVenue why")

    def test_a_statement_that_no_fault_explains(self):
        self.log(event="pg_statement_failed", sqlstate="23505")
        self.assert_caught("I14", "pg_statement_failed 23505")

    def test_a_diverged_history(self):
        self.log(event="history_diverged")
        self.assert_caught("I14", "history_diverged")

    def test_an_error_that_is_new(self):
        self.log(event="never_seen")
        self.assert_caught("I14", "never_seen")

    def test_the_last_words_of_a_crash(self):
        self.log(line="terminate called after throwing an instance of 'std::logic_error'")
        self.assert_caught("I14", "terminate called")

    def test_errors_that_faults_explain(self):
        self.log(event="pg_statement_failed", sqlstate="57P01")
        self.log(event="pg_statement_failed", sqlstate="55P03")
        self.log(event="rpc_error", code="UNAVAILABLE")
        self.assertEqual(checks.CHECKS["I14"](self.lines, self.record), [])

    def test_an_alarm_that_did_not_come(self):
        self.record["log"] = []
        self.assert_caught("I14", "redis_kill happened and nobody logged")

    def test_forged_entries_that_no_relay_noticed(self):
        self.record["faults"] += [{"fault": "redis_forge", "what": f"1-{number}"}
                                  for number in range(3)]
        self.assert_caught("I14", "redis_forge happened and nobody logged")

    def test_forgeries_that_did_not_come_about(self):
        self.record["faults"] += 3 * [{"fault": "redis_forge", "what": "ERR too small"}]
        self.assertEqual(checks.CHECKS["I14"](self.lines, self.record), [])


if __name__ == "__main__":
    unittest.main()

#include "services/reminder_dispatch/domain/planner.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::CivilDay kDue(2023, 2, 3);

Ladder Countdown() {
  Step early = StepOf("T-7", -7);
  early.min_term_days = 10;
  Step middle = StepOf("T-3", -3);
  middle.min_term_days = 5;
  return {"countdown", {early, middle, StepOf("T-1", -1), StepOf("T+0", 0)}};
}

TEST(Plan, CountsStepsFromTheDueDate) {
  EXPECT_THAT(Shown(Plan(Countdown(), TermClock(At(1, 3), kDue), Year2023(), At(1, 3))),
              ElementsAre("T-7 2023-01-27 09:00", "T-3 2023-01-31 09:00", "T-1 2023-02-02 09:00",
                          "T+0 2023-02-03 09:00"));
}

TEST(Plan, ShortTermsSkipEarlySteps) {
  EXPECT_THAT(Shown(Plan(Countdown(), TermClock(At(1, 25), kDue), Year2023(), At(1, 25))),
              ElementsAre("T-3 2023-01-31 09:00", "T-1 2023-02-02 09:00", "T+0 2023-02-03 09:00"));
  EXPECT_THAT(Shown(Plan(Countdown(), TermClock(At(1, 30), kDue), Year2023(), At(1, 30))),
              ElementsAre("T-1 2023-02-02 09:00", "T+0 2023-02-03 09:00"));
}

TEST(Plan, ATermOfExactlyTheMinimumKeepsTheStep) {
  EXPECT_THAT(Shown(Plan(Countdown(), TermClock(At(1, 24), kDue), Year2023(), At(1, 24))),
              ElementsAre("T-7 2023-01-27 09:00", "T-3 2023-01-31 09:00", "T-1 2023-02-02 09:00",
                          "T+0 2023-02-03 09:00"));
}

TEST(Plan, ATermThatWasOverBeforeItStartedDoesNotGoQuiet) {
  const Ladder ladder{"overdue", {StepOf("T+0", 0), RepeatingStep("T+7", 7, 7)}};
  const TrackedClock clock = TermClock(At(2, 5, 10), kDue);
  EXPECT_THAT(Shown(Plan(ladder, clock, Year2023(), At(2, 5, 10))),
              ElementsAre("T+7 2023-02-10 09:00"));
}

TEST(Plan, WorkdayStepsSkipHolidaysAndCountMakeUpDays) {
  const Ladder ladder{"overdue", {WorkdayStep("T+1wd", 1), WorkdayStep("T+3wd", 3)}};
  const TrackedClock clock = TermClock(At(1, 3), absl::CivilDay(2023, 1, 19));
  EXPECT_THAT(Shown(Plan(ladder, clock, Year2023(), At(1, 3))),
              ElementsAre("T+1wd 2023-01-20 09:00", "T+3wd 2023-01-29 09:00"));
}

TEST(Plan, WorkdayStepsFallOnNaturalDaysWhileTheYearIsUnknown) {
  const Ladder ladder{"overdue", {WorkdayStep("T+1wd", 1), StepOf("T+2", 2)}};
  const std::vector<Reminder> plan =
      Plan(ladder, TermClock(At(1, 3), kDue), CalendarOf({}), At(1, 3));
  EXPECT_THAT(Shown(plan), ElementsAre("T+1wd 2023-02-04 09:00", "T+2 2023-02-05 09:00"));
  EXPECT_TRUE(plan[0].provisional);
  EXPECT_FALSE(plan[1].provisional);
}

TEST(Plan, ALatePlanSendsOnlyTheNewestCountdown) {
  EXPECT_THAT(Shown(Plan(Countdown(), TermClock(At(1, 3), kDue), Year2023(), At(2, 2, 15))),
              ElementsAre("T-1 2023-02-02 09:00", "T+0 2023-02-03 09:00"));
}

TEST(Plan, ALatePlanSendsAllEscalations) {
  const Ladder ladder{"overdue",
                      {StepOf("T+0", 0), WorkdayStep("T+1wd", 1), WorkdayStep("T+3wd", 3)}};
  EXPECT_THAT(Shown(Plan(ladder, TermClock(At(1, 3), kDue), Year2023(), At(2, 20))),
              ElementsAre("T+1wd 2023-02-06 09:00", "T+3wd 2023-02-08 09:00"));
}

TEST(Plan, TheNewestCountdownIsChosenForEachRecipient) {
  Step both = StepOf("T-3", -3);
  both.recipients = {RecipientKind::kVenue, RecipientKind::kHandlingOfficer};
  const TrackedClock clock = TermClock(At(1, 3), kDue);
  const std::vector<Reminder> plan =
      Plan({"mixed", {both, StepOf("T-1", -1)}}, clock, Year2023(), At(2, 2, 12));
  EXPECT_THAT(Shown(plan), ElementsAre("T-3 2023-01-31 09:00", "T-1 2023-02-02 09:00"));
  EXPECT_EQ(plan[0].recipient, clock.handling_officer);
  EXPECT_EQ(plan[1].recipient, clock.venue);
}

TEST(Plan, AStepBeforeTheStartIsNeverPlanned) {
  // Served on the due day itself, in the afternoon.
  const Ladder ladder{"all", {StepOf("T-1", -1, CatchUp::kAll), StepOf("T+0", 0, CatchUp::kAll)}};
  EXPECT_THAT(Plan(ladder, TermClock(At(2, 3, 15), kDue), Year2023(), At(2, 3, 15)), IsEmpty());
}

TEST(Plan, AStepDueRightNowIsPlanned) {
  EXPECT_THAT(
      Shown(Plan({"one", {StepOf("T+0", 0)}}, TermClock(At(1, 3), kDue), Year2023(), At(2, 3, 9))),
      ElementsAre("T+0 2023-02-03 09:00"));
}

TEST(Plan, ARepeatingStepHasItsFirstOccurrenceAhead) {
  EXPECT_THAT(Shown(Plan({"repeat", {RepeatingStep("T+22", 22, 7)}}, TermClock(At(1, 3), kDue),
                         Year2023(), At(1, 3))),
              ElementsAre("T+22 2023-02-25 09:00"));
}

TEST(Plan, ARepeatingStepOfThePastHasItsNewestOccurrenceAndTheNext) {
  EXPECT_THAT(Shown(Plan({"repeat", {RepeatingStep("T+22", 22, 7)}}, TermClock(At(1, 3), kDue),
                         Year2023(), At(3, 20))),
              ElementsAre("T+22 2023-03-18 09:00", "T+22 2023-03-25 09:00"));
}

TEST(Plan, PeriodsInHoursCountFromTheDayTheyEnd) {
  TrackedClock clock = TermClock(At(2, 15, 20), kDue);
  clock.due_date.reset();
  clock.due_time = At(2, 16, 20);
  EXPECT_THAT(Shown(Plan({"one", {StepOf("T+0", 0)}}, clock, Year2023(), At(2, 15, 20))),
              ElementsAre("T+0 2023-02-16 09:00"));
}

TEST(Plan, OneRecipientInTwoRolesIsRemindedOnce) {
  Step step = StepOf("T-1", -1);
  step.recipients = {RecipientKind::kOwner, RecipientKind::kVenue, RecipientKind::kChief};
  const std::vector<Reminder> plan =
      Plan({"roles", {step}}, TermClock(At(1, 3), kDue), Year2023(), At(1, 3));
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].recipient, TermClock(At(1, 3), kDue).venue);
  EXPECT_EQ(plan[1].recipient, "districts/120110/posts/chief");
}

TEST(Plan, AStepThatWouldReachNobodyGoesToTheDepartmentHead) {
  TrackedClock clock = TermClock(At(1, 3), kDue);
  clock.street.clear();
  Step step = StepOf("T+15", 15);
  step.recipients = {RecipientKind::kStreet};
  const std::vector<Reminder> plan = Plan({"street", {step}}, clock, Year2023(), At(1, 3));
  ASSERT_EQ(plan.size(), 1U);
  EXPECT_EQ(plan[0].recipient, "districts/120110/posts/department-head");
}

TEST(Plan, TheDepartmentInChargeIsWrittenToWhereThereIsOne) {
  TrackedClock clock = TermClock(At(1, 3), kDue);
  Step step = StepOf("T+15", 15);
  step.recipients = {RecipientKind::kIndustryDepartment};
  EXPECT_TRUE(Plan({"industry", {step}}, clock, Year2023(), At(1, 3)).empty());
  clock.department = "districts/120110/departments/jiaoyu";
  const std::vector<Reminder> plan = Plan({"industry", {step}}, clock, Year2023(), At(1, 3));
  ASSERT_EQ(plan.size(), 1U);
  EXPECT_EQ(plan[0].recipient, clock.department);
}

TEST(Plan, EachChannelHasItsOwnReminderAndId) {
  Step step = StepOf("T+15", 15);
  step.channels = {Channel::kEmail, Channel::kWebhook};
  step.recipients = {RecipientKind::kStreet, RecipientKind::kChief};
  const std::vector<Reminder> plan =
      Plan({"channels", {step}}, TermClock(At(1, 3), kDue), Year2023(), At(1, 3));
  std::set<std::string> ids;
  for (const Reminder& reminder : plan) ids.insert(reminder.id);
  EXPECT_EQ(ids.size(), 4U);
}

TEST(Plan, TheSameFactsGiveTheSameIds) {
  const TrackedClock clock = TermClock(At(1, 3), kDue);
  TrackedClock replanned = clock;
  ++replanned.schedule_version;
  const Reminder first = Plan(Countdown(), clock, Year2023(), At(1, 3))[0];
  EXPECT_EQ(Plan(Countdown(), clock, Year2023(), At(1, 4))[0].id, first.id);
  EXPECT_NE(Plan(Countdown(), replanned, Year2023(), At(1, 3))[0].id, first.id);
}

}  // namespace
}  // namespace rectify::reminder::domain

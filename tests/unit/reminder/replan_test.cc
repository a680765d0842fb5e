// What follows from later facts: a due date that moves, a calendar that arrives, a step that
// repeats.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reminder_dispatch/domain/planner.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::CivilDay kTermEnd(2023, 1, 19);

TEST(Moved, AnExtensionGivesANewScheduleWithTheSameStart) {
  const TrackedClock clock = TermClock(At(1, 3), kTermEnd);
  const TrackedClock moved =
      Moved(clock, kTermEnd + 10, StartOfDay(kTermEnd + 11), false, At(1, 18));
  EXPECT_EQ(moved.start_time, clock.start_time);
  EXPECT_THAT(
      Shown(Plan({"l", {StepOf("T-3", -3), StepOf("T+0", 0)}}, moved, Year2023(), At(1, 18))),
      ElementsAre("T-3 2023-01-26 09:00", "T+0 2023-01-29 09:00"));
}

TEST(Moved, AnEarlierStartIsTheMomentOfTheChange) {
  // The recheck was to start when the term ends; the party applied on 01-10.
  const TrackedClock clock = TermClock(At(2, 3, 0), absl::CivilDay(2023, 2, 8));
  const absl::CivilDay due(2023, 1, 13);
  const TrackedClock moved = Moved(clock, due, StartOfDay(due + 1), true, At(1, 10, 14));
  EXPECT_EQ(moved.start_time, At(1, 10, 14));
  EXPECT_THAT(
      Shown(Plan({"l", {StepOf("T-1", -1), StepOf("T+0", 0)}}, moved, Year2023(), At(1, 10, 14))),
      ElementsAre("T-1 2023-01-12 09:00", "T+0 2023-01-13 09:00"));
}

class AdjustTest : public ::testing::Test {
 protected:
  std::vector<Reminder> PlanBy(const workday::Calendar& calendar, absl::Time now) {
    return Plan(ladder_, clock_, calendar, now);
  }

  const Ladder ladder_{"l",
                       {StepOf("T+0", 0), WorkdayStep("T+1wd", 1), WorkdayStep("T+3wd", 3),
                        RepeatingStep("T+22", 22, 7)}};
  const TrackedClock clock_ = TermClock(At(1, 3), kTermEnd);
};

TEST_F(AdjustTest, TheArrivingCalendarMovesOnlyWorkdaySteps) {
  const std::vector<Reminder> provisional = PlanBy(CalendarOf({}), At(1, 3));
  const Adjustment adjustment =
      AdjustToCalendar(provisional, PlanBy(Year2023(), At(1, 10)), At(1, 10));
  // One working day after Thursday 01-19 is the natural next day, so it only becomes firm.
  EXPECT_THAT(adjustment.firm, ElementsAre(provisional[1].id));
  EXPECT_THAT(adjustment.cancel, ElementsAre(provisional[2].id));
  EXPECT_THAT(Shown(adjustment.plan), ElementsAre("T+3wd 2023-01-29 09:00"));
}

TEST_F(AdjustTest, TheSameCalendarAgainChangesNothing) {
  const std::vector<Reminder> existing = PlanBy(Year2023(), At(1, 3));
  const Adjustment adjustment =
      AdjustToCalendar(existing, PlanBy(Year2023(), At(1, 10)), At(1, 10));
  EXPECT_THAT(adjustment.cancel, IsEmpty());
  EXPECT_THAT(adjustment.firm, IsEmpty());
  EXPECT_THAT(adjustment.plan, IsEmpty());
}

TEST_F(AdjustTest, WhatWasSentIsNotSentAgainOnItsNewDay) {
  std::vector<Reminder> existing = PlanBy(CalendarOf({}), At(1, 3));
  for (Reminder& reminder : existing) {
    if (reminder.due_time <= At(1, 23)) reminder.state = State::kSent;
  }
  const Adjustment adjustment =
      AdjustToCalendar(existing, PlanBy(Year2023(), At(1, 23)), At(1, 23));
  EXPECT_THAT(adjustment.cancel, IsEmpty());
  EXPECT_THAT(adjustment.plan, IsEmpty());
}

TEST_F(AdjustTest, WhatIsAlreadyDueStaysThoughItsDayMoves) {
  const std::vector<Reminder> existing = PlanBy(CalendarOf({}), At(1, 3));
  const Adjustment adjustment =
      AdjustToCalendar(existing, PlanBy(Year2023(), At(1, 23)), At(1, 23));
  EXPECT_THAT(adjustment.cancel, IsEmpty());
  EXPECT_THAT(adjustment.plan, IsEmpty());
}

TEST(NextOccurrence, IsOnePeriodLater) {
  EXPECT_EQ(NextOccurrence(At(2, 25), 7, At(2, 25)), At(3, 4));
  EXPECT_EQ(NextOccurrence(At(2, 25), 7, At(2, 26)), At(3, 4));
}

TEST(NextOccurrence, AfterALongDowntimeIsTheFirstInTheFuture) {
  EXPECT_EQ(NextOccurrence(At(2, 25), 7, At(3, 20)), At(3, 25));
  EXPECT_EQ(NextOccurrence(At(2, 25), 7, At(3, 18, 9)), At(3, 25));
}

TEST(Successor, GoesOnWithTheSameStepRecipientAndWords) {
  const TrackedClock clock = TermClock(At(1, 3), kTermEnd);
  const Reminder reminder =
      Plan({"l", {RepeatingStep("T+22", 22, 7)}}, clock, Year2023(), At(1, 3)).at(0);
  const Reminder next = Successor(reminder, clock, At(2, 10, 9));
  EXPECT_THAT(Shown({next}), ElementsAre("T+22 2023-02-17 09:00"));
  EXPECT_EQ(next.recipient, reminder.recipient);
  EXPECT_EQ(next.body_template, reminder.body_template);
  EXPECT_EQ(next.repeat_days, 7);
  EXPECT_EQ(next.title, "隐患改正期限已逾期29日");
  EXPECT_NE(next.id, reminder.id);
}

}  // namespace
}  // namespace rectify::reminder::domain

// From the clocks' events to planned reminders.
#include "gmock/gmock.h"
#include "libs/base/clock.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "services/reminder_dispatch/events/venue_consumer.h"
#include "tests/integration/reminder/fixture.h"

namespace rectify::reminder {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const absl::CivilDay kDue(2023, 2, 3);

using PlanningTest = ReminderTest;

// 2 recipients on each of T-7, T-3, T-1, T+0; 4 on T+1wd, 2 on T+2wd, 5 on T+3wd; chief; street
// twice; 2 on T+30; 4 on T+22.
constexpr size_t kFullLadder = 8 + 11 + 1 + 2 + 2 + 4;

TEST_F(PlanningTest, AStartedClockHasItsWholeLadder) {
  MustApply(Calendar2023(), "calendars/2023");
  MustApply(Started());
  EXPECT_THAT(Reminders(), SizeIs(kFullLadder));
  EXPECT_THAT(States(), Each(EndsWith("PENDING")));
  EXPECT_EQ(Only("T-7").due_time, At(1, 27));
  EXPECT_EQ(Only("T+1wd").due_time, At(2, 6));
  EXPECT_EQ(Only("T-7").due_date, kDue);
  EXPECT_EQ(Only("T-7").title, "【改正提醒】示例𠮷商场：改正期限还有7日到期");
}

TEST_F(PlanningTest, AClockThatStartsAgainHasOneSchedule) {
  MustApply(Started());
  const std::vector<domain::Reminder> first = Reminders();
  MustApply(Started());
  size_t live = 0;
  for (const domain::Reminder& reminder : Reminders()) {
    live += reminder.state == domain::State::kPending ? 1U : 0U;
  }
  EXPECT_EQ(live, first.size());
}

TEST_F(PlanningTest, PlanningIsInTheTrailOfEverythingConcerned) {
  MustApply(Started());
  for (const char* name : {kClock, kOrder, kFinding, kVenue}) {
    EXPECT_THAT(Trail(name),
                ElementsAre(AllOf(StartsWith("PlanReminders: "), HasSubstr("安排提醒28条"))))
        << name;
  }
}

TEST_F(PlanningTest, AMetClockCancelsWhatIsPending) {
  MustApply(Started());
  clock_.Set(At(1, 20));
  MustApply(Met());
  EXPECT_THAT(States(), Each(EndsWith("CANCELLED")));
  EXPECT_EQ(Reminders()[0].last_error, "义务已履行");
  EXPECT_EQ(Reminders()[0].settle_time, At(1, 20));
  EXPECT_THAT(Trail(kFinding),
              Contains(AllOf(StartsWith("CancelReminders: "), HasSubstr("取消28条"))));
}

TEST_F(PlanningTest, ACancelledClockCancelsWithItsReason) {
  MustApply(Started());
  MustApply(Cancelled());
  EXPECT_THAT(States(), Each(EndsWith("CANCELLED")));
  EXPECT_EQ(Reminders()[0].last_error, "期限已终止：文书作废");
}

TEST_F(PlanningTest, AMovedDueDateReplacesTheSchedule) {
  MustApply(Started());
  clock_.Set(At(1, 20));
  MustApply(DueDateMoved(kDue, kDue + 10));
  size_t cancelled = 0;
  for (const domain::Reminder& reminder : Reminders()) {
    const bool old = reminder.due_date == kDue;
    EXPECT_EQ(reminder.state, old ? domain::State::kCancelled : domain::State::kPending);
    cancelled += old ? 1U : 0U;
  }
  EXPECT_EQ(cancelled, kFullLadder);
  EXPECT_EQ(Only("T-3").due_time, At(2, 10));
  EXPECT_EQ(Only("T-3").schedule_version, 2);
  EXPECT_THAT(Trail(kOrder), Contains(HasSubstr("到期日由2023-02-03改为2023-02-13")));
}

TEST_F(PlanningTest, ADueDateThatMovesAwayAndBackIsPlannedAgain) {
  MustApply(Started());
  MustApply(DueDateMoved(kDue, kDue + 10));
  MustApply(DueDateMoved(kDue + 10, kDue));
  EXPECT_EQ(Only("T-3").due_time, At(1, 31));
  EXPECT_EQ(Only("T-3").schedule_version, 3);
  EXPECT_THAT(Reminders(), SizeIs(3 * kFullLadder));
}

TEST_F(PlanningTest, ADateThatOnlyBecameFirmChangesNothing) {
  MustApply(Started());
  MustApply(DueDateMoved(kDue, kDue, "CALENDAR_LOADED"));
  EXPECT_THAT(Reminders(), SizeIs(kFullLadder));
  EXPECT_THAT(States(), Each(EndsWith("PENDING")));
}

TEST_F(PlanningTest, TheDepartmentInChargeOfTheIndustryHearsOfALongOverdueTerm) {
  venue::v1::VenueRegistered registered;
  registered.mutable_venue()->set_name(kVenue);
  registered.mutable_venue()->set_kind(venue::v1::VENUE_KIND_SCHOOL);
  event::v1::EventEnvelope event;
  event.set_type(registered.GetDescriptor()->full_name());
  event.set_payload(registered.SerializeAsString());
  ASSERT_OK(commands_->Act(
      {"services/reminder", "venue/1/1", ""}, "apply",
      [&](rectify::events::Change& change) { return events::ApplyVenueEvent(change, event); }));
  MustApply(Started());
  EXPECT_EQ(Only("T+15-industry", "districts/120110/departments/jiaoyu").due_time, At(2, 18));
}

TEST_F(PlanningTest, ASuspendedClockIsSilentUntilItIsResumed) {
  MustApply(Started());
  deadline::v1::ClockSuspended suspended;
  suspended.set_clock(kClock);
  suspended.set_reason("委托检验");
  MustApply(suspended);
  EXPECT_THAT(States(), Each(EndsWith("CANCELLED")));
  EXPECT_EQ(Reminders()[0].last_error, "期限中止：委托检验");
  // Resumed on the same day, it has the date that it had.
  MustApply(DueDateMoved(kDue, kDue, "RESUMED"));
  EXPECT_EQ(Only("T-3").due_time, At(1, 31));
  EXPECT_EQ(Only("T-3").state, domain::State::kPending);
}

TEST_F(PlanningTest, AnEarlierStartIsRemindedOfAtOnce) {
  // The recheck clock waits for the end of the term; then the party applies on 01-10.
  deadline::v1::ClockStarted started = Started("recheck");
  *started.mutable_start_time() = rpc::ToTimestamp(At(2, 4, 0));
  *started.mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 2, 8));
  MustApply(started);
  clock_.Set(At(1, 10, 14));
  MustApply(DueDateMoved(absl::CivilDay(2023, 2, 8), absl::CivilDay(2023, 1, 13), "EARLIER_START"));
  EXPECT_EQ(Only("T-1", kOfficer).due_time, At(1, 12));
  EXPECT_EQ(Only("T+0", kOfficer).due_time, At(1, 13));
}

TEST_F(PlanningTest, TheArrivingCalendarMovesProvisionalWorkdaySteps) {
  deadline::v1::ClockStarted started = Started();
  *started.mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 1, 19));
  MustApply(started);
  EXPECT_EQ(Only("T+3wd").due_time, At(1, 22));
  EXPECT_TRUE(Only("T+3wd").provisional);
  MustApply(Calendar2023(), "calendars/2023");
  EXPECT_EQ(Only("T+3wd").due_time, At(1, 29));
  EXPECT_FALSE(Only("T+3wd").provisional);
  EXPECT_FALSE(Only("T+1wd").provisional);
  EXPECT_EQ(Only("T+0").schedule_version, 1);
  EXPECT_THAT(States("T+3wd"), SizeIs(10));
  EXPECT_THAT(Trail(kVenue), Contains(HasSubstr("2023年工作日历更新，安排提醒7条，取消7条")));
}

TEST_F(PlanningTest, ARevisedCalendarMovesThemAgainAndAnOldOneDoesNot) {
  deadline::v1::ClockStarted started = Started();
  *started.mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 1, 19));
  MustApply(Calendar2023(), "calendars/2023");
  MustApply(started);
  MustApply(Calendar2023(2, false), "calendars/2023");
  EXPECT_EQ(Only("T+3wd").due_time, At(1, 24));
  MustApply(Calendar2023(1), "calendars/2023");
  EXPECT_EQ(Only("T+3wd").due_time, At(1, 24));
}

TEST_F(PlanningTest, AClockOfAnUnknownLadderHasTheDefaultOne) {
  MustApply(Started("sealing"));
  EXPECT_THAT(States("T+0"), ElementsAre("T+0 venue EMAIL PENDING", "T+0 officer EMAIL PENDING"));
}

TEST_F(PlanningTest, OtherEventsAreIgnored) {
  deadline::v1::ClockOverdue overdue;
  overdue.set_clock(kClock);
  EXPECT_OK(Apply(overdue));
  EXPECT_OK(Apply(deadline::v1::OrderServed()));
  EXPECT_THAT(Reminders(), IsEmpty());
  EXPECT_THAT(Trail(kClock), IsEmpty());
}

TEST_F(PlanningTest, AnEventOfAClockThatNeverStartedIsNotSwallowed) {
  EXPECT_THAT(Apply(Met()), Not(testing::IsOk()));
  EXPECT_THAT(Apply(DueDateMoved(kDue, kDue + 1)), Not(testing::IsOk()));
}

TEST_F(PlanningTest, AClockHeardOfLateSendsOnlyTheNewestCountdown) {
  clock_.Set(At(2, 2, 15));
  MustApply(Started());
  EXPECT_THAT(States("T-7"), IsEmpty());
  EXPECT_THAT(States("T-3"), IsEmpty());
  EXPECT_EQ(Only("T-1").not_before, At(2, 2));
}

}  // namespace
}  // namespace rectify::reminder

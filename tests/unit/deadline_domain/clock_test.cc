#include <map>

#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// An order with its clocks, driven by what happens to it.
class ClockTest : public ::testing::Test {
 protected:
  void Tell(const Order& order, const Occurrence& occurrence) {
    auto effects =
        Advance(policy_, SubjectOf(order), occurrence, Running(), calendar_, occurrence.time);
    ASSERT_OK(effects);
    for (Effect& effect : *effects) {
      if (effect.kind == Effect::Kind::kStart) effect.clock.name = absl::StrCat(clocks_.size());
      clocks_[effect.clock.name] = effect.clock;
    }
    last_ = *std::move(effects);
  }

  void Draft(const Order& order) { Tell(order, {Trigger::kOrderDrafted, order.create_time}); }
  void Serve(const Order& order) {
    Tell(order, {Trigger::kOrderServed, order.service->serve_time});
  }

  Order Report(Order order, absl::Time time) {
    order = *ReportRectified(std::move(order), {time, "users/manager", "已改正"}, time);
    Tell(order, {Trigger::kRectificationReported, time});
    return order;
  }

  Order Recheck(const Order& order, absl::Time time, std::vector<std::string> open = {},
                std::vector<std::string> left_out = {}) {
    const domain::Recheck recheck = RecheckOf(order, time, std::move(open), std::move(left_out));
    Order after = RecordRecheck(order, recheck, TwoOfficers(), std::max(time, now_))->order;
    for (const Occurrence& occurrence : OccurrencesOf(recheck, after)) Tell(after, occurrence);
    return after;
  }

  std::vector<Clock> Running() const {
    std::vector<Clock> running;
    for (const auto& [name, clock] : clocks_) {
      if (clock.state == ClockState::kRunning) running.push_back(clock);
    }
    return running;
  }

  std::vector<std::string> RunningKinds() const {
    std::vector<std::string> kinds;
    for (const Clock& clock : Running()) kinds.push_back(clock.kind);
    std::sort(kinds.begin(), kinds.end());
    return kinds;
  }

  // The last started clock of a kind.
  const Clock& Of(const std::string& kind) const {
    const Clock* found = nullptr;
    for (const auto& [name, clock] : clocks_) {
      if (clock.kind == kind) found = &clock;
    }
    EXPECT_NE(found, nullptr) << kind;
    return *found;
  }

  Policy policy_ = ShippedPolicy();
  workday::Calendar calendar_ = ReadCalendar();
  std::map<std::string, Clock> clocks_;
  std::vector<Effect> last_;
  absl::Time now_ = absl::InfinitePast();
};

TEST_F(ClockTest, AnOrderIsServedWithinThreeWorkingDaysOfTheInspection) {
  Draft(Drafted());  // inspected on Wednesday 2023-01-04
  ASSERT_THAT(RunningKinds(), ElementsAre("order_make_and_serve"));
  const Clock& clock = Of("order_make_and_serve");
  EXPECT_EQ(clock.due_date, absl::CivilDay(2023, 1, 9));
  EXPECT_EQ(clock.due_time, StartOfDay(absl::CivilDay(2023, 1, 10)));
  EXPECT_EQ(clock.owner, kLi);
  EXPECT_EQ(clock.start_time, At(2023, 1, 4, 9, 30));
  EXPECT_THAT(clock.findings, ElementsAre(Finding(1)));
  EXPECT_FALSE(clock.OverdueAt(clock.due_time));
  EXPECT_TRUE(clock.OverdueAt(clock.due_time + absl::Microseconds(1)));
}

// Posts are named as the venue registry names them, or their reminders reach nobody.
TEST_F(ClockTest, AClockOfAPostNamesThePostAsTheRegistryDoes) {
  const std::map<Owner, std::string> posts = {
      {Owner::kDepartmentHead, "districts/120110/posts/department-head"},
      {Owner::kChief, "districts/120110/posts/chief"}};
  for (const auto& [owner, name] : posts) {
    for (ClockRule& rule : policy_.clocks) rule.owner = owner;
    clocks_.clear();
    Draft(Drafted());
    EXPECT_EQ(Of("order_make_and_serve").owner, name);
  }
}

TEST_F(ClockTest, AnImmediateOrderIsServedOnTheDayOfTheInspectionEvenAtAWeekend) {
  Order order = DraftedImmediate();
  order.inspect_time = At(2023, 1, 7);  // Saturday
  Draft(order);
  ASSERT_THAT(RunningKinds(), ElementsAre("immediate_order_serve"));
  EXPECT_EQ(Of("immediate_order_serve").due_date, absl::CivilDay(2023, 1, 7));
}

TEST_F(ClockTest, ServiceMeetsTheOfficersClockAndStartsTheTerms) {
  Draft(Drafted({7, 15}));
  Serve(Served(Drafted({7, 15}), At(2023, 1, 6, 15)));
  EXPECT_EQ(Of("order_make_and_serve").state, ClockState::kMet);
  EXPECT_TRUE(Of("order_make_and_serve").met_in_time);
  ASSERT_THAT(RunningKinds(), ElementsAre("correction_term", "correction_term", "recheck"));
  EXPECT_EQ(Of("correction_term").owner, kVenue);
  EXPECT_EQ(Of("correction_term").due_date, absl::CivilDay(2023, 1, 28));
  // Three working days after the earlier term ends on Friday the 13th.
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 1, 18));
}

TEST_F(ClockTest, ServiceAfterThreeWorkingDaysIsLate) {
  Draft(Drafted());
  Serve(Served(Drafted(), At(2023, 1, 10, 0, 1)));
  EXPECT_EQ(Of("order_make_and_serve").state, ClockState::kMet);
  EXPECT_FALSE(Of("order_make_and_serve").met_in_time);
}

TEST_F(ClockTest, TheRecheckAfterTheEndOfSeptemberFallsBehindTheNationalHoliday) {
  Order order = Drafted();
  order.items[0].stated_due_date = absl::CivilDay(2023, 9, 28);
  Serve(Served(order, At(2023, 9, 1)));
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 10, 9));
  EXPECT_EQ(Of("correction_term").due_date, absl::CivilDay(2023, 9, 28));
  EXPECT_FALSE(Of("correction_term").period.has_value());
}

TEST_F(ClockTest, AnApplicationBringsTheRecheckForwardAndKeepsTheFirstDate) {
  const Order order = Served(Drafted({15}), At(2023, 2, 1));
  Serve(order);
  const Clock before = Of("recheck");
  EXPECT_EQ(before.due_date, absl::CivilDay(2023, 2, 21));
  Report(order, At(2023, 2, 6));
  const Clock& after = Of("recheck");
  EXPECT_EQ(after.due_date, absl::CivilDay(2023, 2, 9));
  EXPECT_EQ(after.first_due_date, before.due_date);
  EXPECT_EQ(after.version, before.version + 1);
  ASSERT_THAT(after.changes, SizeIs(1));
  EXPECT_EQ(after.changes[0].reason, "EARLIER_START");
  EXPECT_EQ(after.changes[0].old_due_date, before.due_date);
}

TEST_F(ClockTest, AnApplicationAfterTheTermDoesNotPutTheRecheckOff) {
  Order order = Served(Drafted({7}), At(2023, 2, 1));
  Serve(order);
  Report(order, At(2023, 2, 10));
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 2, 13));
  EXPECT_THAT(Of("recheck").changes, IsEmpty());
  EXPECT_THAT(last_, IsEmpty());
}

TEST_F(ClockTest, APassedRecheckEndsEverything) {
  Order order = Served(Drafted({7, 15}), At(2023, 2, 1));
  Serve(order);
  Recheck(order, At(2023, 2, 9));
  EXPECT_THAT(Running(), IsEmpty());
  EXPECT_TRUE(Of("recheck").met_in_time);
  for (const auto& [name, clock] : clocks_) EXPECT_EQ(clock.state, ClockState::kMet) << clock.kind;
}

TEST_F(ClockTest, AVenueThatReportedInTimeIsInTimeThoughTheOfficersCameLater) {
  Order order = Served(Drafted({7}), At(2023, 2, 1));  // due on the 8th
  Serve(order);
  order = Report(order, At(2023, 2, 8, 17));
  Recheck(order, At(2023, 2, 10));
  EXPECT_TRUE(Of("correction_term").met_in_time);
  EXPECT_EQ(Of("correction_term").end_time, At(2023, 2, 8, 17));
}

TEST_F(ClockTest, AVenueThatReportedLateIsLate) {
  Order order = Served(Drafted({7}), At(2023, 2, 1));
  Serve(order);
  order = Report(order, At(2023, 2, 9, 9));
  Recheck(order, At(2023, 2, 10));
  EXPECT_FALSE(Of("correction_term").met_in_time);
}

TEST_F(ClockTest, AReportThatARecheckRefutedProvesNothingLater) {
  Order order = Served(Drafted({7}), At(2023, 2, 1));
  Serve(order);
  order = Report(order, At(2023, 2, 6));
  order = Recheck(order, At(2023, 2, 8), {Finding(1)});
  Recheck(order, At(2023, 2, 13));
  EXPECT_FALSE(Of("correction_term").met_in_time);
  EXPECT_EQ(Of("correction_term").end_time, At(2023, 2, 13));
}

TEST_F(ClockTest, AFailedRecheckWithinTheTermDoesNotEndTheTerm) {
  Order order = Served(Drafted({15}), At(2023, 2, 1));  // due on the 16th
  Serve(order);
  order = Report(order, At(2023, 2, 6));
  Recheck(order, At(2023, 2, 8), {Finding(1)});
  ASSERT_THAT(RunningKinds(), ElementsAre("correction_term", "recheck"));
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 2, 21));
  EXPECT_THAT(Of("recheck").changes, IsEmpty());
}

TEST_F(ClockTest, AFailedRecheckAfterTheTermCallsForTheNextInstrument) {
  Order order = Served(Drafted({7}), At(2023, 2, 1));
  Serve(order);
  order = Recheck(order, At(2023, 2, 9), {Finding(1)});
  ASSERT_THAT(RunningKinds(), ElementsAre("correction_term", "next_instrument"));
  EXPECT_EQ(Of("next_instrument").due_date, absl::CivilDay(2023, 2, 14));
  // A new application starts a new recheck clock.
  order = Report(order, At(2023, 2, 13));
  ASSERT_THAT(RunningKinds(), ElementsAre("correction_term", "next_instrument", "recheck"));
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 2, 16));
  EXPECT_EQ(Of("recheck").start_time, At(2023, 2, 13));
  Recheck(order, At(2023, 2, 14));
  EXPECT_THAT(Running(), IsEmpty());
}

TEST_F(ClockTest, OnlyItemsPastTheirTermCallForTheNextInstrument) {
  Order order = Served(Drafted({7, 28}), At(2023, 2, 1));  // due on 02-08 and 03-01
  Serve(order);
  Recheck(order, At(2023, 2, 10), {Finding(1), Finding(2)});
  EXPECT_THAT(Of("next_instrument").findings, ElementsAre(Finding(1)));
  EXPECT_THAT(Of("recheck").findings, ElementsAre(Finding(2)));
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 3, 6));
}

TEST_F(ClockTest, ARecheckRecordedAfterANewApplicationLeavesThatApplicationWaiting) {
  Order order = Served(Drafted({7}), At(2023, 2, 1));
  Serve(order);
  order = Report(order, At(2023, 2, 9, 10, 30));
  now_ = At(2023, 2, 9, 11);
  Recheck(order, At(2023, 2, 9, 10), {Finding(1)});
  ASSERT_THAT(RunningKinds(), ElementsAre("correction_term", "next_instrument", "recheck"));
  EXPECT_EQ(Of("recheck").start_time, At(2023, 2, 9, 10, 30));
}

TEST_F(ClockTest, AVoidedOrderCancelsItsClockAndTheReplacementRunsFromTheInspection) {
  const Order order = Issued(Drafted());
  Draft(order);
  const absl::Time now = At(2023, 1, 6);
  Voided result = *Void(order, "笔误", "districts/120110/orders/o2", policy_, now);
  Tell(result.voided, {Trigger::kOrderVoided, now});
  EXPECT_EQ(last_.at(0).clock.state, ClockState::kCancelled);
  Tell(result.replacement, {Trigger::kOrderDrafted, now});
  ASSERT_THAT(Running(), SizeIs(1));
  EXPECT_EQ(Running()[0].subject, "districts/120110/orders/o2");
  EXPECT_EQ(Running()[0].due_date, absl::CivilDay(2023, 1, 9));
}

TEST_F(ClockTest, ATransferRunsUntilTheOtherDepartmentHasTakenOver) {
  Subject subject;
  subject.name = Finding(4);
  subject.venue = kVenue;
  subject.handling_officer = kLi;
  subject.inspect_time = At(2023, 1, 4);
  subject.items = {{Finding(4), "违章建筑"}};
  auto started = Advance(policy_, subject, {Trigger::kTransferDecided, At(2023, 1, 4)}, {},
                         calendar_, At(2023, 1, 4));
  ASSERT_OK(started);
  ASSERT_THAT(*started, SizeIs(1));
  EXPECT_EQ((*started)[0].clock.due_date, absl::CivilDay(2023, 1, 9));
  auto ended = Advance(policy_, subject, {Trigger::kTransferConcluded, At(2023, 1, 6)},
                       {(*started)[0].clock}, calendar_, At(2023, 1, 6));
  ASSERT_OK(ended);
  EXPECT_TRUE(ended->at(0).clock.met_in_time);
}

TEST_F(ClockTest, AProvisionalDateBecomesFirmWhenItsYearIsLoaded) {
  calendar_ = ReadCalendar({2023});
  Order order = Drafted();
  order.items[0].stated_due_date = absl::CivilDay(2023, 12, 29);
  Serve(Served(order, At(2023, 12, 1)));
  const Clock clock = Of("recheck");
  EXPECT_TRUE(clock.provisional);
  const absl::Time now = At(2023, 12, 20);
  ASSERT_OK_AND_ASSIGN(auto unchanged, Recompute(clock, ReadCalendar({2023, 2025}), now));
  EXPECT_FALSE(unchanged.has_value());
  ASSERT_OK_AND_ASSIGN(auto firm, Recompute(clock, ReadCalendar({2023, 2024}), now));
  ASSERT_TRUE(firm.has_value());
  EXPECT_FALSE(firm->provisional);
  EXPECT_EQ(firm->due_date, absl::CivilDay(2024, 1, 4));
  EXPECT_EQ(firm->changes.back().reason, "CALENDAR_LOADED");
  EXPECT_EQ(firm->changes.back().old_calendar_version, "2023.1");
  EXPECT_EQ(firm->changes.back().new_calendar_version, "2023.1+2024.1");
  EXPECT_EQ(firm->first_due_date, clock.due_date);
}

TEST_F(ClockTest, ARevisionMovesOnlyWhatItChanges) {
  Order order = Drafted({7});
  Serve(Served(order, At(2023, 2, 1)));
  workday::YearNotice revised = ReadNotice(2023);
  revised.version = 2;
  revised.days.push_back({absl::CivilDay(2023, 2, 9), workday::DayClass::kHoliday, "临时"});
  auto calendar = *workday::Calendar::Create({revised});
  Clock recheck = Of("recheck");
  recheck.overdue_announced = true;
  ASSERT_OK_AND_ASSIGN(auto moved, Recompute(recheck, calendar, At(2023, 2, 14)));
  ASSERT_TRUE(moved.has_value());
  EXPECT_EQ(moved->due_date, absl::CivilDay(2023, 2, 14));
  EXPECT_EQ(moved->changes.back().reason, "CALENDAR_REVISED");
  EXPECT_FALSE(moved->overdue_announced);
  ASSERT_OK_AND_ASSIGN(auto same, Recompute(Of("correction_term"), calendar, At(2023, 2, 14)));
  EXPECT_FALSE(same.has_value());
}

// Due on 2023-01-13 and 2023-01-28.
TEST_F(ClockTest, ARecheckOfTheEndedTermLeavesTheRestToTheirOwnRecheck) {
  Order order = Served(Drafted({7, 15}), At(2023, 1, 6, 15));
  Serve(order);
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 1, 18));
  order = Recheck(order, At(2023, 1, 16), {}, {Finding(2)});
  EXPECT_EQ(order.state, OrderState::kServed);
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "recheck"));
  EXPECT_THAT(Of("recheck").findings, ElementsAre(Finding(2)));
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 1, 31));
  EXPECT_EQ(Of("recheck").owner, kLi);
  order = Recheck(order, At(2023, 1, 30));
  EXPECT_EQ(order.state, OrderState::kClosed);
  EXPECT_THAT(RunningKinds(), IsEmpty());
}

TEST_F(ClockTest, AFailedRecheckOfTheEndedTermStartsBothWhatFollowsAndTheNextRecheck) {
  Order order = Served(Drafted({7, 15}), At(2023, 1, 6, 15));
  Serve(order);
  order = Recheck(order, At(2023, 1, 16), {Finding(1)}, {Finding(2)});
  EXPECT_THAT(RunningKinds(),
              ElementsAre("correction_term", "correction_term", "next_instrument", "recheck"));
  EXPECT_THAT(Of("next_instrument").findings, ElementsAre(Finding(1)));
  EXPECT_THAT(Of("recheck").findings, ElementsAre(Finding(2)));
  EXPECT_EQ(Of("recheck").due_date, absl::CivilDay(2023, 1, 31));
}

}  // namespace
}  // namespace rectify::deadline::domain

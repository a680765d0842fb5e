#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::kPrecondition;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ServeTest : public ::testing::Test {
 protected:
  absl::StatusOr<Order> ServeAt(Order order, absl::Time time) {
    return Serve(std::move(order), ServiceAt(time), TwoOfficers(), ShippedPolicy(), calendar_,
                 now_);
  }

  const workday::Calendar calendar_ = ReadCalendar();
  const absl::Time now_ = At(2023, 1, 6, 16);
};

TEST_F(ServeTest, ComputesEachDueDateFromService) {
  ASSERT_OK_AND_ASSIGN(Order order, ServeAt(Issued(Drafted({7, 15})), At(2023, 1, 6, 15, 20)));
  EXPECT_EQ(order.state, OrderState::kServed);
  EXPECT_EQ(order.items[0].due_date, absl::CivilDay(2023, 1, 13));
  // 2023-01-21 begins the Spring Festival; the 28th and 29th are worked.
  EXPECT_EQ(order.items[1].due_date, absl::CivilDay(2023, 1, 28));
  EXPECT_EQ(order.OpenDueDate(), absl::CivilDay(2023, 1, 13));
  EXPECT_FALSE(order.OverdueAt(At(2023, 1, 13, 23)));
  EXPECT_TRUE(order.OverdueAt(At(2023, 1, 14, 0)));
}

TEST_F(ServeTest, AnImmediateOrderIsDueOnTheDayOfService) {
  Order order = *Issue(*Submit(DraftedImmediate(), Handler(), At(2023, 1, 7)), "n", At(2023, 1, 7));
  const absl::Time saturday = At(2023, 1, 7, 11);
  ASSERT_OK_AND_ASSIGN(order, Serve(order, ServiceAt(saturday), TwoOfficers(), ShippedPolicy(),
                                    calendar_, saturday));
  EXPECT_EQ(order.items[0].due_date, absl::CivilDay(2023, 1, 7));
}

TEST_F(ServeTest, AStatedDateStandsAsItIsWritten) {
  Order draft = Drafted();
  draft.items[0].stated_due_date = absl::CivilDay(2023, 1, 22);  // a holiday
  ASSERT_OK_AND_ASSIGN(Order order, ServeAt(Issued(draft), now_));
  EXPECT_EQ(order.items[0].due_date, absl::CivilDay(2023, 1, 22));
}

TEST_F(ServeTest, AStatedDateMustLieAfterService) {
  Order draft = Drafted();
  draft.items[0].stated_due_date = absl::CivilDay(2023, 1, 6);
  EXPECT_THAT(ServeAt(Issued(draft), now_), StatusIs(kPrecondition, "DATE_ORDER"));
}

TEST_F(ServeTest, ServiceLiesBetweenIssueAndNow) {
  const Order order = Issued(Drafted());  // at 11:00 on the 5th
  EXPECT_THAT(ServeAt(order, At(2023, 1, 5, 10, 59)), StatusIs(kPrecondition, "DATE_ORDER"));
  EXPECT_THAT(ServeAt(order, At(2023, 1, 6, 16, 1)), StatusIs(kPrecondition, "DATE_ORDER"));
  EXPECT_OK(ServeAt(order, At(2023, 1, 5, 11)));
}

TEST_F(ServeTest, TheMinuteOfIssueIsNotBeforeIssue) {
  Order order = Issued(Drafted());
  order.issue_time = At(2023, 1, 5, 11) + absl::Seconds(40);
  EXPECT_OK(ServeAt(order, At(2023, 1, 5, 11)));
}

TEST_F(ServeTest, ADateThatMayStillMoveIsRefused) {
  const Order order = Issued(Drafted({400}));
  const workday::Calendar only_2023 = ReadCalendar({2023});
  EXPECT_THAT(Serve(order, ServiceAt(now_), TwoOfficers(), ShippedPolicy(), only_2023, now_),
              StatusIs(kPrecondition, "CALENDAR_MISSING"));
}

TEST_F(ServeTest, NeedsTwoQualifiedOfficers) {
  const Order order = Issued(Drafted());
  ServiceRecord service = ServiceAt(now_);
  service.officers = {kLi, kLi};
  EXPECT_THAT(Serve(order, service, TwoOfficers(), ShippedPolicy(), calendar_, now_),
              StatusIs(kPrecondition, "TOO_FEW_OFFICERS"));
  Officers officers = TwoOfficers();
  officers[kWang].certificate_end = absl::CivilDay(2023, 1, 5);
  const auto served = Serve(order, ServiceAt(now_), officers, ShippedPolicy(), calendar_, now_);
  ASSERT_THAT(served, StatusIs(kPrecondition, "OFFICER_NOT_QUALIFIED"));
  EXPECT_EQ(DetailOf(served.status())->metadata.at("officer"), kWang);
  EXPECT_EQ(DetailOf(served.status())->metadata.at("date"), "2023-01-06");
  officers[kWang].certificate_end = absl::CivilDay(2023, 1, 6);
  EXPECT_OK(Serve(order, ServiceAt(now_), officers, ShippedPolicy(), calendar_, now_));
}

TEST(OfficerTest, TheLastDayInPostStillCounts) {
  Officers officers = TwoOfficers();
  officers[kLi].post_end = absl::CivilDay(2023, 3, 31);
  EXPECT_OK(RequireQualified({kLi, kWang}, officers, absl::CivilDay(2023, 3, 31)));
  EXPECT_THAT(RequireQualified({kLi, kWang}, officers, absl::CivilDay(2023, 4, 1)),
              StatusIs(kPrecondition, "OFFICER_NOT_QUALIFIED"));
  EXPECT_THAT(RequireQualified({kWang, "districts/120110/officers/unknown"}, officers,
                               absl::CivilDay(2023, 3, 1)),
              StatusIs(kPrecondition, "OFFICER_NOT_QUALIFIED"));
}

class RecheckTest : public ::testing::Test {
 protected:
  const Order served_ = Served(Drafted({7, 15}), At(2023, 1, 6, 15));
  const absl::Time time_ = At(2023, 1, 16);
};

TEST_F(RecheckTest, ClosesTheOrderWhenEveryItemIsRectified) {
  ASSERT_OK_AND_ASSIGN(Rechecked result,
                       RecordRecheck(served_, RecheckOf(served_, time_), TwoOfficers(), time_));
  EXPECT_EQ(result.order.state, OrderState::kClosed);
  EXPECT_EQ(result.order.close_time, time_);
  EXPECT_THAT(result.rectified, ElementsAre(Finding(1), Finding(2)));
  EXPECT_FALSE(result.order.OverdueAt(At(2024, 1, 1)));
}

TEST_F(RecheckTest, LeavesTheRestOpen) {
  ASSERT_OK_AND_ASSIGN(
      Rechecked first,
      RecordRecheck(served_, RecheckOf(served_, time_, {Finding(2)}), TwoOfficers(), time_));
  EXPECT_EQ(first.order.state, OrderState::kRecheckFailed);
  EXPECT_THAT(first.open, ElementsAre(Finding(2)));
  EXPECT_EQ(first.order.OpenDueDate(), absl::CivilDay(2023, 1, 28));
  const absl::Time later = At(2023, 1, 30);
  ASSERT_OK_AND_ASSIGN(Rechecked second, RecordRecheck(first.order, RecheckOf(first.order, later),
                                                       TwoOfficers(), later));
  EXPECT_EQ(second.order.state, OrderState::kClosed);
  EXPECT_THAT(second.rectified, ElementsAre(Finding(2)));
}

// On time_ the term of the first item has ended, that of the second one runs until the 28th.
TEST_F(RecheckTest, CoversTheItemsWhoseTermHasEndedEachOnceAndNoOthers) {
  auto refused = [&](const Recheck& recheck) {
    const auto result = RecordRecheck(served_, recheck, TwoOfficers(), time_);
    EXPECT_THAT(result, StatusIs(kPrecondition, "RECHECK_INCOMPLETE"));
    EXPECT_EQ(DetailOf(result.status())->metadata.at("needed"), Finding(1));
  };
  refused(RecheckOf(served_, time_, {}, {Finding(1)}));
  refused(RecheckOf(served_, time_, {}, {Finding(1), Finding(2)}));
  Recheck recheck = RecheckOf(served_, time_);
  recheck.results.push_back(recheck.results.front());
  refused(recheck);
  recheck = RecheckOf(served_, time_);
  recheck.results.back().finding = Finding(9);
  refused(recheck);
  EXPECT_OK(
      RecordRecheck(served_, RecheckOf(served_, time_, {}, {Finding(2)}), TwoOfficers(), time_));
}

TEST_F(RecheckTest, OnItsLastDayATermStillRuns) {
  const absl::Time last_day = At(2023, 1, 13, 23);
  EXPECT_OK(RecordRecheck(served_, RecheckOf(served_, last_day, {}, {Finding(1)}), TwoOfficers(),
                          last_day));
  EXPECT_THAT(RecordRecheck(served_, RecheckOf(served_, At(2023, 1, 14, 0), {}, {Finding(1)}),
                            TwoOfficers(), time_),
              StatusIs(kPrecondition, "RECHECK_INCOMPLETE"));
}

TEST_F(RecheckTest, CoversEveryOpenItemWhenThePartyHasApplied) {
  ASSERT_OK_AND_ASSIGN(Order order,
                       ReportRectified(served_, {At(2023, 1, 12), "m", "已更换"}, time_));
  EXPECT_THAT(RecordRecheck(order, RecheckOf(order, time_, {}, {Finding(2)}), TwoOfficers(), time_),
              StatusIs(kPrecondition, "RECHECK_INCOMPLETE"));
  // The recheck answers the application; the next one may leave out what still runs.
  ASSERT_OK_AND_ASSIGN(Rechecked answered,
                       RecordRecheck(order, RecheckOf(order, time_, {Finding(1), Finding(2)}),
                                     TwoOfficers(), time_));
  const absl::Time later = At(2023, 1, 18);
  EXPECT_OK(RecordRecheck(answered.order, RecheckOf(answered.order, later, {}, {Finding(2)}),
                          TwoOfficers(), later));
}

TEST_F(RecheckTest, WhatIsLeftOutStaysOpenAndTheStateSaysWhatWasFound) {
  ASSERT_OK_AND_ASSIGN(
      Rechecked passed,
      RecordRecheck(served_, RecheckOf(served_, time_, {}, {Finding(2)}), TwoOfficers(), time_));
  EXPECT_EQ(passed.order.state, OrderState::kServed);
  EXPECT_THAT(passed.rectified, ElementsAre(Finding(1)));
  EXPECT_THAT(passed.open, IsEmpty());
  EXPECT_THAT(passed.remaining, ElementsAre(Finding(2)));
  EXPECT_EQ(passed.order.close_time, std::nullopt);
  EXPECT_EQ(passed.order.OpenDueDate(), absl::CivilDay(2023, 1, 28));
  ASSERT_OK_AND_ASSIGN(Rechecked failed,
                       RecordRecheck(served_, RecheckOf(served_, time_, {Finding(1)}, {Finding(2)}),
                                     TwoOfficers(), time_));
  EXPECT_EQ(failed.order.state, OrderState::kRecheckFailed);
  EXPECT_THAT(failed.open, ElementsAre(Finding(1)));
  EXPECT_THAT(failed.remaining, ElementsAre(Finding(2)));
  const absl::Time later = At(2023, 1, 30);
  ASSERT_OK_AND_ASSIGN(Rechecked closed, RecordRecheck(passed.order, RecheckOf(passed.order, later),
                                                       TwoOfficers(), later));
  EXPECT_EQ(closed.order.state, OrderState::kClosed);
}

TEST_F(RecheckTest, RecordedAfterANewApplicationTheOrderStillWaitsForItsAnswer) {
  ASSERT_OK_AND_ASSIGN(
      Order order, ReportRectified(served_, {At(2023, 1, 16, 11), "m", "x"}, At(2023, 1, 16, 11)));
  ASSERT_OK_AND_ASSIGN(Rechecked result,
                       RecordRecheck(order, RecheckOf(order, time_, {}, {Finding(2)}),
                                     TwoOfficers(), At(2023, 1, 16, 12)));
  EXPECT_EQ(result.order.state, OrderState::kReported);
}

TEST_F(RecheckTest, LiesBetweenServiceAndNowAndAfterEarlierRechecks) {
  for (const absl::Time wrong : {At(2023, 1, 6, 14), time_ + absl::Minutes(1)}) {
    EXPECT_THAT(RecordRecheck(served_, RecheckOf(served_, wrong), TwoOfficers(), time_),
                StatusIs(kPrecondition, "DATE_ORDER"));
  }
  ASSERT_OK_AND_ASSIGN(
      Rechecked failed,
      RecordRecheck(served_, RecheckOf(served_, time_, {Finding(1)}), TwoOfficers(), time_));
  EXPECT_THAT(RecordRecheck(failed.order, RecheckOf(failed.order, At(2023, 1, 15)), TwoOfficers(),
                            At(2023, 1, 17)),
              StatusIs(kPrecondition, "DATE_ORDER"));
}

TEST_F(RecheckTest, IsAnActOfTwoQualifiedOfficers) {
  Recheck recheck = RecheckOf(served_, time_);
  recheck.officers = {kLi};
  EXPECT_THAT(RecordRecheck(served_, recheck, TwoOfficers(), time_),
              StatusIs(kPrecondition, "TOO_FEW_OFFICERS"));
}

TEST_F(RecheckTest, NeedsAServedOrder) {
  const Order order = Issued(Drafted());
  EXPECT_THAT(RecordRecheck(order, RecheckOf(order, time_), TwoOfficers(), time_),
              StatusIs(kPrecondition, "ORDER_STATE"));
}

TEST_F(RecheckTest, AReportComesAfterServiceAndAgainAfterAFailedRecheck) {
  const Report report{time_, "users/manager", "已更换"};
  EXPECT_THAT(ReportRectified(Issued(Drafted()), report, time_),
              StatusIs(kPrecondition, "ORDER_STATE"));
  ASSERT_OK_AND_ASSIGN(Order order, ReportRectified(served_, report, time_));
  EXPECT_EQ(order.state, OrderState::kReported);
  ASSERT_OK_AND_ASSIGN(Rechecked failed, RecordRecheck(order, RecheckOf(order, time_, {Finding(1)}),
                                                       TwoOfficers(), time_));
  ASSERT_OK_AND_ASSIGN(order, ReportRectified(failed.order, report, time_));
  EXPECT_EQ(order.state, OrderState::kReported);
  ASSERT_OK_AND_ASSIGN(Rechecked closed,
                       RecordRecheck(order, RecheckOf(order, time_), TwoOfficers(), time_));
  EXPECT_THAT(ReportRectified(closed.order, report, time_), StatusIs(kPrecondition, "ORDER_STATE"));
  EXPECT_THAT(closed.open, IsEmpty());
}

}  // namespace
}  // namespace rectify::deadline::domain

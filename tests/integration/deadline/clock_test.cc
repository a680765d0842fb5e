#include "libs/rpc/convert.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::kInvalid;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ClockRpcTest : public DeadlineTest {};

TEST_F(ClockRpcTest, AClockThatStartsCarriesAllThatAReminderNeeds) {
  const std::string order = Inspect({TermFinding(1, 7)});
  system_.AdvanceTo(At(2023, 1, 5));
  ASSERT_OK(SubmitAndServe(order));
  v1::ClockStarted started;
  for (const auto& event : Events()) {
    if (event.type() != v1::ClockStarted::descriptor()->full_name()) continue;
    ASSERT_TRUE(started.ParseFromString(event.payload()));
    if (started.kind() == "correction_term") break;
  }
  EXPECT_EQ(started.kind(), "correction_term");
  EXPECT_EQ(started.subject(), order);
  EXPECT_EQ(started.owner(), venue_);
  EXPECT_EQ(started.handling_officer(), li_);
  EXPECT_EQ(started.venue(), venue_);
  EXPECT_EQ(started.party(), "北方五金城𠮷（示例）");
  EXPECT_EQ(started.street(), kStreet);
  EXPECT_EQ(started.document_number(), "津丽消限字〔2023〕第0001号");
  EXPECT_THAT(started.hazards(), ElementsAre("西区一层：第1处消火栓箱门损坏"));
  EXPECT_EQ(started.due_date().day(), 12);
  EXPECT_EQ(started.basis(), "消防法第十六条第一款第二项");
  EXPECT_EQ(started.reminder_ladder(), "correction_term");
}

TEST_F(ClockRpcTest, AnOverdueClockIsAnnouncedOnceAndStaysOverdueUntilItIsMet) {
  const std::string order = Inspect({TermFinding(1, 7)});
  const v1::Clock clock = Running("order_make_and_serve");
  EXPECT_FALSE(clock.overdue());
  system_.AdvanceTo(At(2023, 1, 9, 23, 59));
  EXPECT_FALSE(Running("order_make_and_serve").overdue());
  EXPECT_THAT(EventTypesOf(clock.name()), ElementsAre("ClockStarted"));
  system_.AdvanceTo(At(2023, 1, 12));
  EXPECT_TRUE(Running("order_make_and_serve").overdue());
  EXPECT_THAT(RunningKinds("overdue = true"), ElementsAre("order_make_and_serve"));
  EXPECT_THAT(RunningKinds("overdue = false"), IsEmpty());
  EXPECT_THAT(EventTypesOf(clock.name()), ElementsAre("ClockStarted", "ClockOverdue"));
  // At the first instant after the last day.
  const event::v1::EventEnvelope announced = Events().back();
  EXPECT_EQ(rpc::ToTime(announced.occur_time()), At(2023, 1, 10, 0) + absl::Microseconds(1));
  ASSERT_OK(SubmitAndServe(order));
  EXPECT_THAT(EventTypesOf(clock.name()), ElementsAre("ClockStarted", "ClockOverdue", "ClockMet"));
  v1::GetClockRequest request;
  request.set_name(clock.name());
  ASSERT_OK_AND_ASSIGN(const v1::Clock met, Call<v1::Clock>(li(), "GetClock", request));
  EXPECT_EQ(met.state(), v1::Clock::STATE_MET);
  EXPECT_FALSE(met.met_in_time());
  EXPECT_FALSE(met.overdue());
}

TEST_F(ClockRpcTest, OverdueClocksAreFoundAfterADowntimeToo) {
  Inspect({TermFinding(1, 7)});
  const v1::Clock clock = Running("order_make_and_serve");
  system_.Stop("deadline");
  system_.clock().Jump(At(2023, 2, 1));
  host_ = &system_.Start("deadline", Migrations(),
                         [&](service::Host& host) { return RegisterDeadline(host, {}); });
  system_.Settle();
  EXPECT_THAT(EventTypesOf(clock.name()), ElementsAre("ClockStarted", "ClockOverdue"));
}

TEST_F(ClockRpcTest, TheQueueOfAPostPagesSoonestFirstAndStaysStableWhileItGrows) {
  for (int n = 1; n <= 5; ++n) {
    Inspect({TermFinding(n, 7)}, n);
    system_.clock().Jump(system_.clock().Now() + absl::Hours(24));
  }
  const std::string filter = "owner = \"" + li_ + "\" AND state = RUNNING";
  std::vector<std::string> seen;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, ListClocks(filter, 2, token));
    EXPECT_LE(page.clocks_size(), 2);
    for (const v1::Clock& clock : page.clocks()) seen.push_back(clock.findings(0));
    token = page.next_page_token();
    if (seen.size() == 2) Inspect({TransferFinding(9)}, 9);
    system_.clock().Jump(system_.clock().Now() + absl::Minutes(1));
  } while (!token.empty());
  EXPECT_THAT(seen,
              ElementsAre(Finding(1), Finding(2), Finding(3), Finding(4), Finding(5), Finding(9)));
}

TEST_F(ClockRpcTest, ClocksAreFoundByWhatTheyAreAbout) {
  const std::string order = Inspect({TermFinding(1, 7), TermFinding(2, 7)});
  Inspect({TransferFinding(3)}, 2);
  EXPECT_THAT(RunningKinds("finding = \"" + Finding(2) + "\""),
              ElementsAre("order_make_and_serve"));
  EXPECT_THAT(RunningKinds("subject = \"" + order + "\""), ElementsAre("order_make_and_serve"));
  EXPECT_THAT(RunningKinds("venue = \"" + venue_ + "\" AND kind = transfer"),
              ElementsAre("transfer"));
  EXPECT_THAT(RunningKinds("provisional = true"), IsEmpty());
  EXPECT_THAT(RunningKinds("state = MET"), IsEmpty());
  EXPECT_THAT(ListClocks("colour = red"), StatusIs(kInvalid, "INVALID_FILTER"));
  EXPECT_THAT(ListClocks("kind = transfer", 1, "nonsense"),
              StatusIs(kInvalid, "INVALID_PAGE_TOKEN"));
}

TEST_F(ClockRpcTest, OrdersAreFoundByEachField) {
  const std::string order = Inspect({TermFinding(1, 7)});
  ASSERT_OK_AND_ASSIGN(const v1::Order served, SubmitAndServe(order));
  auto find = [&](const std::string& filter) {
    v1::ListOrdersRequest request;
    request.set_parent(kParent);
    request.set_filter(filter);
    const auto response = Call<v1::ListOrdersResponse>(li(), "ListOrders", request);
    EXPECT_OK(response) << filter;
    return response.ok() ? response->orders_size() : -1;
  };
  for (const std::string& filter :
       {std::string("state = SERVED"), std::string("kind = TERM"), "venue = \"" + venue_ + "\"",
        std::string("street = \"") + kStreet + "\"", "inspection = \"" + served.inspection() + "\"",
        "handling_officer = \"" + li_ + "\"",
        "document_number = \"" + served.document_number() + "\"",
        std::string("overdue = false AND state != CLOSED")}) {
    EXPECT_EQ(find(filter), 1) << filter;
  }
  EXPECT_EQ(find("overdue = true"), 0);
  EXPECT_EQ(find("handling_officer = \"" + wang_ + "\""), 0);
  system_.AdvanceTo(At(2023, 1, 12, 0, 0));
  EXPECT_EQ(find("overdue = true"), 1);
}

TEST_F(ClockRpcTest, ADateIsComputedAndExplainedDayByDay) {
  v1::ComputeDeadlineRequest request;
  request.mutable_period()->set_amount(3);
  request.mutable_period()->set_unit(v1::PERIOD_UNIT_WORKDAYS);
  *request.mutable_start_time() = rpc::ToTimestamp(At(2023, 9, 28));
  ASSERT_OK_AND_ASSIGN(const auto explained,
                       Call<v1::DeadlineExplanation>(li(), "ComputeDeadline", request));
  EXPECT_EQ(explained.due_date_text(), "2023年10月9日（含当日）");
  EXPECT_FALSE(explained.provisional());
  ASSERT_EQ(explained.days_size(), 12);
  EXPECT_EQ(explained.days(0).remark(), "起算日不计");
  EXPECT_EQ(explained.days(1).day_class(), v1::DAY_CLASS_HOLIDAY);
  EXPECT_EQ(explained.days(1).notice(), "国办发明电〔2022〕16号");
  EXPECT_EQ(explained.days(9).day_class(), v1::DAY_CLASS_MAKE_UP_WORKDAY);
  EXPECT_EQ(explained.days(11).count(), 3);
  request.mutable_period()->set_amount(0);
  EXPECT_THAT(Call<v1::DeadlineExplanation>(li(), "ComputeDeadline", request),
              HasViolation("period.amount"));
  *request.mutable_start_time() = rpc::ToTimestamp(At(2026, 12, 30));
  request.mutable_period()->set_amount(5);
  ASSERT_OK_AND_ASSIGN(const auto open,
                       Call<v1::DeadlineExplanation>(li(), "ComputeDeadline", request));
  EXPECT_TRUE(open.provisional());
  EXPECT_THAT(open.missing_years(), ElementsAre(2027));
  request.set_firm(true);
  EXPECT_THAT(Call<v1::DeadlineExplanation>(li(), "ComputeDeadline", request),
              StatusIs(absl::StatusCode::kFailedPrecondition, "CALENDAR_MISSING"));
}

TEST_F(ClockRpcTest, AClockExplainsTheDateItHas) {
  hazard::v1::FindingFacts stated = TermFinding(1, 0);
  *stated.mutable_stated_due_date() = Date(2023, 1, 22);
  const std::string order = Inspect({stated});
  ASSERT_OK(SubmitAndServe(order));
  for (const std::string kind : {"recheck", "correction_term"}) {
    const v1::Clock clock = Running(kind);
    v1::ExplainDeadlineRequest request;
    request.set_name(clock.name());
    ASSERT_OK_AND_ASSIGN(const auto explained,
                         Call<v1::DeadlineExplanation>(li(), "ExplainDeadline", request));
    EXPECT_EQ(explained.due_date().DebugString(), clock.due_date().DebugString());
    EXPECT_EQ(explained.due_time().DebugString(), clock.due_time().DebugString());
    EXPECT_EQ(explained.calendar_version(), clock.calendar_version());
    EXPECT_EQ(explained.has_period(), kind == "recheck");
    EXPECT_EQ(explained.days(explained.days_size() - 1).day().day(), clock.due_date().day());
  }
  v1::ExplainDeadlineRequest request;
  request.set_name("districts/120110/clocks/" + Uuid(404));
  EXPECT_THAT(Call<v1::DeadlineExplanation>(li(), "ExplainDeadline", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::deadline

#include "libs/rpc/convert.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::rectify::testing::kPrecondition;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class OrderLifeTest : public DeadlineTest {
 protected:
  void ExpectNothingFellThrough(int open) {
    const auto fallen = FallenThrough();
    EXPECT_THAT(fallen.findings(), IsEmpty());
    EXPECT_EQ(fallen.open_finding_count(), open);
  }
};

TEST_F(OrderLifeTest, AnInspectionDraftsItsOrdersAndStartsTheirClocks) {
  Inspect({TermFinding(1, 7), AtOnceFinding(2), TermFinding(3, 15), TransferFinding(4),
           CorrectedFinding(5)});
  v1::ListOrdersRequest request;
  request.set_parent(kParent);
  ASSERT_OK_AND_ASSIGN(const auto orders,
                       Call<v1::ListOrdersResponse>(li(), "ListOrders", request));
  ASSERT_EQ(orders.orders_size(), 2);
  std::vector<int> kinds;
  for (const v1::Order& order : orders.orders()) {
    kinds.push_back(order.kind());
    EXPECT_EQ(order.party(), "北方五金城𠮷（示例）");
    EXPECT_EQ(order.street(), kStreet);
    EXPECT_EQ(order.state(), v1::Order::STATE_DRAFTED);
    EXPECT_EQ(order.items_size(), order.kind() == v1::ORDER_KIND_TERM ? 2 : 1);
    EXPECT_EQ(order.approvals_size(), order.kind() == v1::ORDER_KIND_TERM ? 3 : 0);
    EXPECT_THAT(EventTypesOf(order.name()), ElementsAre("OrderDrafted"));
  }
  EXPECT_THAT(kinds, UnorderedElementsAre(v1::ORDER_KIND_IMMEDIATE, v1::ORDER_KIND_TERM));
  EXPECT_THAT(RunningKinds(),
              ElementsAre("immediate_order_serve", "order_make_and_serve", "transfer"));
  ExpectNothingFellThrough(4);
}

TEST_F(OrderLifeTest, RunsFromTheInspectionToTheClosing) {
  const std::string name = Inspect({TermFinding(1, 7), TermFinding(2, 15)});
  system_.AdvanceTo(At(2023, 1, 6, 15));
  ASSERT_OK_AND_ASSIGN(v1::Order order, SubmitAndServe(name));
  EXPECT_EQ(order.state(), v1::Order::STATE_SERVED);
  EXPECT_EQ(order.document_number(), "津丽消限字〔2023〕第0001号");
  EXPECT_EQ(order.items(0).due_date().day(), 13);
  EXPECT_EQ(order.items(1).due_date().day(), 28);
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "correction_term", "recheck"));
  ExpectNothingFellThrough(2);

  system_.AdvanceTo(At(2023, 1, 12));
  ASSERT_OK_AND_ASSIGN(order, Report(name));
  EXPECT_EQ(order.state(), v1::Order::STATE_REPORTED);
  EXPECT_EQ(order.reports(0).reporter(), "users/manager");
  const v1::Clock recheck = Running("recheck");
  EXPECT_EQ(recheck.due_date().day(), 17);
  EXPECT_EQ(recheck.first_due_date().day(), 18);
  ASSERT_EQ(recheck.changes_size(), 1);
  EXPECT_EQ(recheck.changes(0).reason(), "EARLIER_START");

  system_.AdvanceTo(At(2023, 1, 13));
  ASSERT_OK_AND_ASSIGN(order, Recheck(name, {Finding(2)}));
  EXPECT_EQ(order.state(), v1::Order::STATE_RECHECK_FAILED);
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "recheck"));
  ExpectNothingFellThrough(1);

  system_.AdvanceTo(At(2023, 1, 29));
  ASSERT_OK_AND_ASSIGN(order, Get(name));
  EXPECT_TRUE(order.overdue());
  ASSERT_OK_AND_ASSIGN(order, Recheck(name));
  EXPECT_EQ(order.state(), v1::Order::STATE_CLOSED);
  EXPECT_FALSE(order.overdue());
  EXPECT_THAT(RunningKinds(), IsEmpty());
  ExpectNothingFellThrough(0);
  EXPECT_THAT(EventTypesOf(name),
              ElementsAre("OrderDrafted", "OrderReviewed", "OrderReviewed", "OrderReviewed",
                          "OrderReviewed", "OrderIssued", "OrderServed", "RectificationReported",
                          "RecheckFailed", "RecheckPassed"));
  // The second item was overdue, the first was not.
  ASSERT_OK_AND_ASSIGN(const auto terms, ListClocks("kind = correction_term"));
  ASSERT_EQ(terms.clocks_size(), 2);
  EXPECT_TRUE(terms.clocks(0).met_in_time());
  EXPECT_FALSE(terms.clocks(1).met_in_time());
}

TEST_F(OrderLifeTest, ARecheckOfTheEndedTermLeavesTheOtherTermItsClocks) {
  const std::string name = Inspect({TermFinding(1, 7), TermFinding(2, 15)});
  ASSERT_OK(SubmitAndServe(name));  // due on 01-11 and 01-19
  system_.AdvanceTo(At(2023, 1, 12));
  ASSERT_OK_AND_ASSIGN(v1::Order order, Get(name));
  v1::RecordRecheckRequest request = RecheckRequest(order);
  request.mutable_results()->RemoveLast();
  ASSERT_OK_AND_ASSIGN(order, Verb(li(), "RecordRecheck", name, request));
  EXPECT_EQ(order.state(), v1::Order::STATE_SERVED);
  EXPECT_TRUE(order.items(0).rectified());
  EXPECT_FALSE(order.items(1).rectified());
  EXPECT_THAT(EventTypesOf(name).back(), "ItemsRectified");
  EXPECT_EQ(LastAudit(name, "RecordRecheck").summary(),
            "复查，已改正 1 项，未改正 0 项，期限未届满未复查 1 项");
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "recheck"));
  EXPECT_THAT(Running("recheck").findings(), ElementsAre(Finding(2)));
  EXPECT_EQ(Running("recheck").due_date().day(), 29);  // three working days after the 19th
  ExpectNothingFellThrough(1);
  system_.AdvanceTo(At(2023, 1, 20));
  ExpectNothingFellThrough(1);
  ASSERT_OK_AND_ASSIGN(order, Recheck(name));
  EXPECT_EQ(order.state(), v1::Order::STATE_CLOSED);
  ExpectNothingFellThrough(0);
}

TEST_F(OrderLifeTest, AnImmediateOrderNeedsNoApproval) {
  const std::string name = Inspect({AtOnceFinding(1)});
  ASSERT_OK_AND_ASSIGN(v1::Order order, SubmitAndServe(name));
  EXPECT_EQ(order.document_number(), "津丽消即字〔2023〕第0001号");
  EXPECT_EQ(order.items(0).due_date().day(), 4);
  ASSERT_OK_AND_ASSIGN(order, Recheck(name));
  EXPECT_EQ(order.state(), v1::Order::STATE_CLOSED);
}

TEST_F(OrderLifeTest, TheTrailOfAFindingTellsItsWholeStory) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(name));
  ASSERT_OK(Recheck(name));
  std::vector<std::string> actions;
  for (const auto& entry : AuditOf(Finding(1))) {
    actions.push_back(entry.action());
    EXPECT_FALSE(entry.summary().empty());
    EXPECT_EQ(entry.DebugString().find("㙍"), std::string::npos);
  }
  EXPECT_THAT(actions, UnorderedElementsAre(
                           "DraftOrder", "StartClock", "SubmitOrder", "ApproveOrder",
                           "ApproveOrder", "ApproveOrder", "IssueOrder", "ServeOrder", "MeetClock",
                           "StartClock", "StartClock", "RecordRecheck", "MeetClock", "MeetClock"));
}

TEST_F(OrderLifeTest, AnEditVoidsTheApprovals) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(Submit(name));
  ASSERT_OK(Approve(head(), name));
  v1::UpdateOrderRequest request;
  ASSERT_OK_AND_ASSIGN(*request.mutable_order(), Get(name));
  request.mutable_order()->mutable_items(0)->set_description("改写后的描述");
  request.mutable_update_mask()->add_paths("items");
  ASSERT_OK_AND_ASSIGN(const v1::Order order, Call<v1::Order>(li(), "UpdateOrder", request));
  EXPECT_EQ(order.state(), v1::Order::STATE_DRAFTED);
  EXPECT_EQ(order.items(0).description(), "改写后的描述");
  EXPECT_EQ(order.approvals(0).approver(), "");
  // The etag is now an old one.
  EXPECT_THAT(Call<v1::Order>(li(), "UpdateOrder", request),
              StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request.mutable_update_mask()->add_paths("state");
  EXPECT_THAT(Call<v1::Order>(li(), "UpdateOrder", request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

TEST_F(OrderLifeTest, AReturnedOrderStartsTheChainAgain) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(Submit(name));
  ASSERT_OK(Approve(head(), name));
  v1::ReturnOrderRequest request;
  request.set_reason("依据条款不准确");
  ASSERT_OK_AND_ASSIGN(const v1::Order order, Verb(legal(), "ReturnOrder", name, request));
  EXPECT_EQ(order.state(), v1::Order::STATE_DRAFTED);
  EXPECT_THAT(Verb(legal(), "ReturnOrder", name, request), StatusIs(kPrecondition, "ORDER_STATE"));
  EXPECT_EQ(AuditOf(name).back().details().at("reason"), "依据条款不准确");
  ASSERT_OK(SubmitAndIssue(name));
}

TEST_F(OrderLifeTest, AVoidedOrderIsReplacedAndItsNumberStaysUsed) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndIssue(name));
  v1::VoidOrderRequest request;
  request.set_reason("当事人名称有误");
  system_.AdvanceTo(At(2023, 1, 5));
  ASSERT_OK_AND_ASSIGN(const v1::Order voided, Verb(chief(), "VoidOrder", name, request));
  EXPECT_EQ(voided.state(), v1::Order::STATE_VOIDED);
  EXPECT_EQ(voided.void_reason(), "当事人名称有误");
  EXPECT_EQ(Value("select state || reason from document_numbers"), "VOIDED当事人名称有误");
  ASSERT_OK_AND_ASSIGN(const v1::Order draft, Get(voided.replacement()));
  EXPECT_EQ(draft.state(), v1::Order::STATE_DRAFTED);
  EXPECT_EQ(draft.items(0).finding(), Finding(1));
  // From the inspection, not from the new draft.
  const v1::Clock clock = Running("order_make_and_serve");
  EXPECT_EQ(clock.subject(), draft.name());
  EXPECT_EQ(clock.due_date().day(), 9);
  ExpectNothingFellThrough(1);
  ASSERT_OK_AND_ASSIGN(const v1::Order served, SubmitAndServe(draft.name()));
  EXPECT_EQ(served.document_number(), "津丽消限字〔2023〕第0002号");
  EXPECT_THAT(Verb(chief(), "VoidOrder", draft.name(), request),
              StatusIs(kPrecondition, "ORDER_STATE"));
}

TEST_F(OrderLifeTest, ATransferEndsWhenTheOtherDepartmentHasTakenOver) {
  Inspect({TransferFinding(4)});
  const v1::Clock clock = Running("transfer");
  EXPECT_EQ(clock.subject(), Finding(4));
  EXPECT_EQ(clock.owner(), li_);
  hazard::v1::FindingTransferred event;
  event.set_finding(Finding(4));
  event.set_department("districts/120110/departments/zhujian");
  event.set_outcome("已受理");
  system_.AdvanceTo(At(2023, 1, 6));
  Emit(Finding(4), 2, event);
  system_.Settle();
  EXPECT_THAT(RunningKinds(), IsEmpty());
  EXPECT_THAT(EventTypesOf(clock.name()), ElementsAre("ClockStarted", "ClockMet"));
  ExpectNothingFellThrough(0);
}

TEST_F(OrderLifeTest, AnInspectionWaitsForItsVenue) {
  hazard::v1::InspectionRecorded inspection = Inspection({TermFinding(1, 7)});
  inspection.set_venue("districts/120110/venues/" + Uuid(8));
  Emit(inspection.inspection(), 1, inspection);
  venue::v1::Venue venue;
  venue.set_name(inspection.venue());
  venue.set_display_name("后来登记的场所");
  venue.set_street(kStreet);
  venue.set_etag("\"1\"");
  registry_.Announce(venue);
  system_.Settle();
  v1::ListOrdersRequest request;
  request.set_parent(kParent);
  request.set_filter("venue = \"" + inspection.venue() + "\"");
  ASSERT_OK_AND_ASSIGN(const auto orders,
                       Call<v1::ListOrdersResponse>(li(), "ListOrders", request));
  ASSERT_EQ(orders.orders_size(), 1);
  EXPECT_EQ(orders.orders(0).party(), "后来登记的场所");
}

TEST_F(OrderLifeTest, TheFeedsOfOthersCarryWhatConcernsThem) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(name));
  ASSERT_OK(Report(name));
  ASSERT_OK(Recheck(name));
  auto types = [&](const std::string& feed) {
    std::vector<std::string> found;
    for (const auto& event : Events(feed)) {
      found.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return found;
  };
  EXPECT_THAT(types("departments"),
              ElementsAre("OrderServed", "RectificationReported", "RecheckPassed"));
  EXPECT_THAT(types("discipline"), UnorderedElementsAre("OrderServed", "ClockMet", "RecheckPassed",
                                                        "ClockMet", "ClockMet"));
}

}  // namespace
}  // namespace rectify::deadline

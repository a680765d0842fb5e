#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::kPrecondition;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
const absl::Time kNow = At(2023, 1, 5);

TEST(DraftTest, PutsWhatMustBeDoneAtOnceInAnOrderOfItsOwn) {
  FindingFacts at_once = TermFinding(1, 0), on_spot = TermFinding(3, 0),
               transfer = TermFinding(4, 0);
  at_once.at_once = true;
  on_spot.disposition = Disposition::kCorrectedOnSpot;
  transfer.disposition = Disposition::kTransfer;
  const auto orders =
      DraftOrders(InspectionOf({at_once, TermFinding(2, 15), on_spot, transfer, TermFinding(5, 7)}),
                  ShippedPolicy(), kNow);
  ASSERT_THAT(orders, SizeIs(2));
  EXPECT_EQ(orders[0].kind, OrderKind::kImmediate);
  EXPECT_THAT(orders[0].Findings(), ElementsAre(Finding(1)));
  EXPECT_THAT(orders[0].approvals, IsEmpty());
  EXPECT_EQ(orders[1].kind, OrderKind::kTerm);
  EXPECT_THAT(orders[1].Findings(), ElementsAre(Finding(2), Finding(5)));
  EXPECT_THAT(orders[1].approvals, SizeIs(3));
  EXPECT_EQ(orders[1].items[0].description, "西区一层：室内消火栓箱门损坏");
}

TEST(DraftTest, AnInspectionWithoutOrdersDraftsNone) {
  EXPECT_THAT(DraftOrders(InspectionOf({}), ShippedPolicy(), kNow), IsEmpty());
}

TEST(SubmitTest, AnOrderWithoutStepsIsApprovedAtOnce) {
  ASSERT_OK_AND_ASSIGN(Order term, Submit(Drafted(), Handler(), kNow));
  EXPECT_EQ(term.state, OrderState::kInReview);
  EXPECT_EQ(term.version, 2);
  ASSERT_OK_AND_ASSIGN(Order immediate, Submit(DraftedImmediate(), Handler(), kNow));
  EXPECT_EQ(immediate.state, OrderState::kApproved);
}

TEST(ApproveTest, ThreeDifferentPeopleSignInTurn) {
  ASSERT_OK_AND_ASSIGN(Order order, Submit(Drafted(), Handler(), kNow));
  EXPECT_THAT(Approve(order, SignerOf("CHIEF"), "", kNow),
              StatusIs(absl::StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  ASSERT_OK_AND_ASSIGN(order, Approve(order, SignerOf("DEPARTMENT_HEAD"), "同意", kNow));
  EXPECT_EQ(order.state, OrderState::kInReview);
  ASSERT_OK_AND_ASSIGN(order, Approve(order, SignerOf("LEGAL_REVIEWER"), "", kNow));
  ASSERT_OK_AND_ASSIGN(order, Approve(order, SignerOf("CHIEF"), "", kNow));
  EXPECT_EQ(order.state, OrderState::kApproved);
  EXPECT_EQ(order.approvals[0].opinion, "同意");
  EXPECT_THAT(Approve(order, SignerOf("CHIEF"), "", kNow), StatusIs(kPrecondition, "ORDER_STATE"));
}

TEST(ApproveTest, NobodySignsTwiceAndNoOfficerOfTheOrderSigns) {
  ASSERT_OK_AND_ASSIGN(Order order, Submit(Drafted(), Handler(), kNow));
  Signer handling{kLi, {kLi}, {"DEPARTMENT_HEAD"}};
  EXPECT_THAT(Approve(order, handling, "", kNow), StatusIs(kPrecondition, "APPROVER_NOT_DISTINCT"));
  Signer both = SignerOf("DEPARTMENT_HEAD");
  both.roles.push_back("LEGAL_REVIEWER");
  ASSERT_OK_AND_ASSIGN(order, Approve(order, both, "", kNow));
  EXPECT_THAT(Approve(order, both, "", kNow), StatusIs(kPrecondition, "APPROVER_NOT_DISTINCT"));
  Signer second_post{"districts/120110/officers/other", {both.name}, {"LEGAL_REVIEWER"}};
  EXPECT_THAT(Approve(order, second_post, "", kNow),
              StatusIs(kPrecondition, "APPROVER_NOT_DISTINCT"));
}

TEST(EditTest, VoidsTheApprovals) {
  Order order = Approved(Drafted({7}));
  std::vector<OrderItem> items = order.items;
  items[0].required_action = "更换箱门并张贴标识";
  items[0].stated_due_date = absl::CivilDay(2023, 2, 1);
  ASSERT_OK_AND_ASSIGN(Order edited, Edit(order, items, kNow));
  EXPECT_EQ(edited.state, OrderState::kDrafted);
  for (const Approval& approval : edited.approvals) EXPECT_EQ(approval.approver, "");
  EXPECT_EQ(edited.items[0].required_action, "更换箱门并张贴标识");
  EXPECT_EQ(edited.items[0].term_days, 0);
  EXPECT_EQ(edited.version, order.version + 1);
  EXPECT_EQ(edited.items[0].finding, Finding(1));
}

TEST(EditTest, NeitherDropsNorReordersItems) {
  const Order order = Drafted({7, 15});
  EXPECT_THAT(Edit(order, {order.items[0]}, kNow), HasViolation("order.items"));
  EXPECT_THAT(Edit(order, {order.items[1], order.items[0]}, kNow),
              HasViolation("order.items[1].finding"));
}

TEST(EditTest, RefusesTermsThatTheKindCannotHave) {
  Order order = Drafted({7, 15});
  order.items[0].term_days = 0;
  order.items[1].stated_due_date = absl::CivilDay(2023, 1, 4);
  const auto edited = Edit(order, order.items, kNow);
  EXPECT_THAT(edited, HasViolation("order.items[0].term_days"));
  EXPECT_THAT(edited, HasViolation("order.items[1].stated_due_date"));
  Order immediate = DraftedImmediate();
  immediate.items[0].term_days = 3;
  EXPECT_THAT(Edit(immediate, immediate.items, kNow), HasViolation("order.items[0].term_days"));
}

TEST(EditTest, AnIssuedOrderIsNotEdited) {
  const Order order = Issued(Drafted());
  const auto edited = Edit(order, order.items, kNow);
  ASSERT_THAT(edited, StatusIs(kPrecondition, "ORDER_STATE"));
  const auto detail = DetailOf(edited.status());
  EXPECT_EQ(detail->metadata.at("state"), "ISSUED");
  EXPECT_EQ(detail->metadata.at("allowed"), "DRAFTED,IN_REVIEW,APPROVED");
}

TEST(ReturnTest, SendsBackAndVoidsTheApprovals) {
  ASSERT_OK_AND_ASSIGN(Order order, Return(Approved(Drafted()), "依据有误", kNow));
  EXPECT_EQ(order.state, OrderState::kDrafted);
  EXPECT_EQ(order.approvals[0].approver, "");
  EXPECT_THAT(Return(order, "依据有误", kNow), StatusIs(kPrecondition, "ORDER_STATE"));
}

TEST(IssueTest, OnlyAnApprovedOrderGetsANumber) {
  EXPECT_THAT(Issue(Drafted(), "n", kNow), StatusIs(kPrecondition, "ORDER_STATE"));
  const Order order = Issued(Drafted());
  EXPECT_EQ(order.state, OrderState::kIssued);
  EXPECT_EQ(order.document_number, "津丽消限字〔2023〕第0001号");
}

TEST(VoidTest, DraftsAReplacementWithTheSameItems) {
  const Order order = Issued(Drafted({7, 15}));
  ASSERT_OK_AND_ASSIGN(Voided result, Void(order, "当事人名称有误", "districts/120110/orders/o2",
                                           ShippedPolicy(), kNow));
  EXPECT_EQ(result.voided.state, OrderState::kVoided);
  EXPECT_EQ(result.voided.void_reason, "当事人名称有误");
  EXPECT_EQ(result.voided.replacement, "districts/120110/orders/o2");
  EXPECT_EQ(result.voided.document_number, order.document_number);
  EXPECT_EQ(result.replacement.state, OrderState::kDrafted);
  EXPECT_EQ(result.replacement.document_number, "");
  EXPECT_EQ(result.replacement.Findings(), order.Findings());
  EXPECT_EQ(result.replacement.inspect_time, order.inspect_time);
  EXPECT_EQ(result.replacement.version, 1);
}

TEST(VoidTest, AServedOrderIsNotVoided) {
  const Order order = Served(Drafted(), At(2023, 1, 6, 15));
  EXPECT_THAT(Void(order, "x", "y", ShippedPolicy(), kNow), StatusIs(kPrecondition, "ORDER_STATE"));
}

}  // namespace
}  // namespace rectify::deadline::domain

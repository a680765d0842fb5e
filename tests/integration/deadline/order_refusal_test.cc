#include "libs/rpc/convert.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::kDenied;
using ::rectify::testing::kInvalid;
using ::rectify::testing::kPrecondition;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class OrderRefusalTest : public DeadlineTest {
 protected:
  void SetUp() override { name_ = Inspect({TermFinding(1, 7), TermFinding(2, 7)}); }

  // Everything that a refused call might have left behind.
  int64_t Rows() {
    return Count("orders") + Count("clocks") + Count("audit_entry") + Count("idempotency") +
           Count("document_numbers") + Count("document_counters") + Count("rechecks") +
           Count("order_reports") + Count("event_log") + Count("outbox");
  }

  std::string name_;
};

TEST_F(OrderRefusalTest, EveryVerbNamesTheStateAndTheStatesItNeeds) {
  system_.Settle();
  const int64_t before = Rows();
  v1::ReportRectificationRequest report;
  report.set_statement("x");
  v1::ReturnOrderRequest back;
  back.set_reason("x");
  ASSERT_OK_AND_ASSIGN(const v1::Order draft, Get(name_));
  for (const auto& refused : {Approve(head(), name_), Issue(name_), Serve(name_, Service()),
                              Verb(manager(), "ReportRectification", name_, report),
                              Verb(li(), "RecordRecheck", name_, RecheckRequest(draft)),
                              Verb(chief(), "ReturnOrder", name_, back)}) {
    ASSERT_THAT(refused, StatusIs(kPrecondition, "ORDER_STATE"));
    const auto detail = DetailOf(refused.status());
    EXPECT_EQ(detail->metadata.at("state"), "DRAFTED");
    EXPECT_FALSE(detail->metadata.at("allowed").empty());
  }
  EXPECT_EQ(Rows(), before);
  ASSERT_OK(SubmitAndServe(name_));
  v1::VoidOrderRequest request;
  request.set_reason("x");
  EXPECT_THAT(Verb(chief(), "VoidOrder", name_, request), StatusIs(kPrecondition, "ORDER_STATE"));
  EXPECT_THAT(Submit(name_), StatusIs(kPrecondition, "ORDER_STATE"));
}

TEST_F(OrderRefusalTest, OnlyTheOrdersOwnOfficersHandleIt) {
  rpc::Client& stranger = As("users/sun", {"INSPECTOR"}, {"districts/120110/officers/" + Uuid(3)});
  EXPECT_THAT(Verb<v1::SubmitOrderRequest>(stranger, "SubmitOrder", name_),
              StatusIs(kDenied, "NOT_YOUR_TASK"));
  v1::UpdateOrderRequest update;
  ASSERT_OK_AND_ASSIGN(*update.mutable_order(), Get(name_));
  update.mutable_update_mask()->add_paths("items");
  EXPECT_THAT(Call<v1::Order>(stranger, "UpdateOrder", update), StatusIs(kDenied, "NOT_YOUR_TASK"));
  ASSERT_OK(SubmitAndIssue(name_));
  EXPECT_THAT(Verb(stranger, "ServeOrder", name_, Service()), StatusIs(kDenied, "NOT_YOUR_TASK"));
  ASSERT_OK(Serve(name_, Service()));
  v1::ReportRectificationRequest report;
  report.set_statement("x");
  EXPECT_THAT(Verb(stranger, "ReportRectification", name_, report),
              StatusIs(kDenied, "NOT_YOUR_TASK"));
  rpc::Client& other_venue =
      As("users/other", {"VENUE_MANAGER"}, {"districts/120110/venues/" + Uuid(8)});
  EXPECT_THAT(Verb(other_venue, "ReportRectification", name_, report),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_OK(Verb(li(), "ReportRectification", name_, report));
}

TEST_F(OrderRefusalTest, EachStepIsSignedByItsRoleAndByAnotherPerson) {
  ASSERT_OK(Submit(name_));
  EXPECT_THAT(Approve(legal(), name_), StatusIs(kDenied, "NOT_YOUR_TASK"));
  EXPECT_THAT(Approve(li(), name_), StatusIs(kDenied, "ROLE_MISSING"));
  rpc::Client& head_and_officer = As("users/wang", {"DEPARTMENT_HEAD"}, {wang_});
  EXPECT_THAT(Approve(head_and_officer, name_), StatusIs(kPrecondition, "APPROVER_NOT_DISTINCT"));
  const std::string zhou = "districts/120110/officers/" + Uuid(5);
  rpc::Client& all_roles = As("users/zhou", {"DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF"}, {zhou});
  ASSERT_OK_AND_ASSIGN(const v1::Order order, Approve(all_roles, name_));
  EXPECT_EQ(order.approvals(0).approver(), zhou);
  EXPECT_THAT(Approve(all_roles, name_), StatusIs(kPrecondition, "APPROVER_NOT_DISTINCT"));
}

TEST_F(OrderRefusalTest, AVenueSeesItsOwnOrdersOnly) {
  EXPECT_OK(Verb<v1::GetOrderRequest>(manager(), "GetOrder", name_));
  rpc::Client& other = As("users/other", {"VENUE_MANAGER"}, {"districts/120110/venues/" + Uuid(8)});
  const auto foreign = Verb<v1::GetOrderRequest>(other, "GetOrder", name_);
  const auto missing =
      Verb<v1::GetOrderRequest>(other, "GetOrder", "districts/120110/orders/" + Uuid(404));
  EXPECT_THAT(foreign, StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(missing, StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  rpc::Client& elsewhere =
      system_.As("deadline", "users/wai", {"CHIEF"}, {}, /*district=*/"120111");
  EXPECT_THAT(Verb<v1::GetOrderRequest>(elsewhere, "GetOrder", name_),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(OrderRefusalTest, WhoReceivedADocumentIsEncryptedAndShownToEnforcementOnly) {
  ASSERT_OK_AND_ASSIGN(const v1::Order answer, SubmitAndServe(name_));
  // Answers of commands are kept for repeats, so they never carry it.
  EXPECT_EQ(answer.service().receiver(), "㙍**");
  ASSERT_OK_AND_ASSIGN(const v1::Order seen, Get(name_));
  EXPECT_EQ(seen.service().receiver(), "㙍某某（店长）");
  ASSERT_OK_AND_ASSIGN(const v1::Order masked,
                       Verb<v1::GetOrderRequest>(manager(), "GetOrder", name_));
  EXPECT_EQ(masked.service().receiver(), "㙍**");
  EXPECT_EQ(Count("orders where position(convert_to('某某', 'UTF8') in receiver) > 0"), 0);
  for (const auto& event : Events()) EXPECT_THAT(event.payload(), Not(HasSubstr("某某")));
}

TEST_F(OrderRefusalTest, ServiceHasProofInOrderOfTime) {
  ASSERT_OK(SubmitAndIssue(name_));
  v1::ServeOrderRequest request = Service();
  request.mutable_service()->clear_proof();
  EXPECT_THAT(Serve(name_, request), HasViolation("service.proof"));
  request = Service();
  request.mutable_service()->set_method(v1::SERVICE_METHOD_LEFT);
  const auto left = Serve(name_, request);
  for (const char* field : {"service.refusal", "service.place", "service.witness"}) {
    EXPECT_THAT(left, HasViolation(field));
  }
  EXPECT_THAT(Serve(name_, Service(At(2023, 1, 4, 7))), StatusIs(kPrecondition, "DATE_ORDER"));
  EXPECT_THAT(Serve(name_, Service(At(2023, 1, 4, 9))), StatusIs(kPrecondition, "DATE_ORDER"));
  request = Service();
  request.mutable_service()->mutable_officers()->RemoveLast();
  EXPECT_THAT(Serve(name_, request), StatusIs(kPrecondition, "TOO_FEW_OFFICERS"));
  request.mutable_service()->clear_receiver();
  EXPECT_THAT(Serve(name_, request), StatusIs(kInvalid, "INVALID_FIELD"));
}

TEST_F(OrderRefusalTest, EveryProofOfAServiceIsKeptAndItsPeopleAreForEnforcementOnly) {
  ASSERT_OK(SubmitAndIssue(name_));
  v1::ServeOrderRequest request = Service();
  v1::ServiceRecord& service = *request.mutable_service();
  service.set_method(v1::SERVICE_METHOD_LEFT);
  service.set_refusal("拒绝签收");
  service.set_place("值班室");
  service.set_witness("㙍见证（社区）");
  service.set_video("示例录像");
  service.set_tracking_number("示例回执");
  service.set_entrusted_organ("示例机关");
  service.set_consent("示例确认书");
  service.set_publication("示例报");
  *service.mutable_publish_date() = Date(2023, 1, 4);
  ASSERT_OK_AND_ASSIGN(const v1::Order answer, Serve(name_, request));
  EXPECT_EQ(answer.service().witness(), "㙍**");
  ASSERT_OK_AND_ASSIGN(const v1::Order seen, Get(name_));
  EXPECT_EQ(seen.service().DebugString(), service.DebugString());
  ASSERT_OK_AND_ASSIGN(const v1::Order masked,
                       Verb<v1::GetOrderRequest>(manager(), "GetOrder", name_));
  EXPECT_EQ(masked.service().witness(), "㙍**");
  EXPECT_EQ(Count("orders where position(convert_to('见证', 'UTF8') in serve_witness) > 0"), 0);
  // A later change writes the order anew, never the people.
  ASSERT_OK(Report(name_));
  ASSERT_OK_AND_ASSIGN(const v1::Order later, Get(name_));
  EXPECT_EQ(later.service().DebugString(), service.DebugString());
}

TEST_F(OrderRefusalTest, AnOfficerWhoseEventIsLateIsAskedFromTheRegistry) {
  ASSERT_OK(SubmitAndIssue(name_));
  venue::v1::Officer officer;
  officer.set_name("districts/120110/officers/" + Uuid(3));
  officer.set_display_name("示例监督员赵");
  *officer.mutable_certificate_start() = Date(2020, 1, 1);
  *officer.mutable_certificate_end() = Date(2023, 1, 3);
  *officer.mutable_post_start() = Date(2020, 1, 1);
  registry_.Put(officer);
  v1::ServeOrderRequest request = Service();
  request.mutable_service()->set_officers(1, officer.name());
  const auto expired = Serve(name_, request);
  ASSERT_THAT(expired, StatusIs(kPrecondition, "OFFICER_NOT_QUALIFIED"));
  EXPECT_EQ(DetailOf(expired.status())->metadata.at("officer"), officer.name());
  *officer.mutable_certificate_end() = Date(2023, 1, 4);
  registry_.Put(officer);
  EXPECT_OK(Serve(name_, request));
  request.mutable_service()->set_officers(1, "districts/120110/officers/" + Uuid(404));
  EXPECT_THAT(Serve(name_, request), StatusIs(kPrecondition, "ORDER_STATE"));
}

TEST_F(OrderRefusalTest, ARecheckCoversEveryOpenItemThatThePartyAppliedFor) {
  ASSERT_OK(SubmitAndServe(name_));
  ASSERT_OK(Report(name_));
  system_.AdvanceTo(At(2023, 1, 5));
  ASSERT_OK_AND_ASSIGN(const v1::Order order, Get(name_));
  v1::RecordRecheckRequest request = RecheckRequest(order);
  request.mutable_results()->RemoveLast();
  const auto refused = Verb(li(), "RecordRecheck", name_, request);
  ASSERT_THAT(refused, StatusIs(kPrecondition, "RECHECK_INCOMPLETE"));
  EXPECT_EQ(DetailOf(refused.status())->metadata.at("needed"), Finding(1) + "," + Finding(2));
  request = RecheckRequest(order);
  *request.mutable_recheck_time() = rpc::ToTimestamp(At(2023, 1, 4, 7));
  EXPECT_THAT(Verb(li(), "RecordRecheck", name_, request), StatusIs(kPrecondition, "DATE_ORDER"));
  request = RecheckRequest(order);
  request.mutable_officers()->RemoveLast();
  EXPECT_THAT(Verb(li(), "RecordRecheck", name_, request),
              StatusIs(kPrecondition, "TOO_FEW_OFFICERS"));
  request.add_officers("districts/120110/officers/" + Uuid(404));
  EXPECT_THAT(Verb(li(), "RecordRecheck", name_, request),
              StatusIs(kPrecondition, "OFFICER_NOT_QUALIFIED"));
}

TEST_F(OrderRefusalTest, ARepeatedRequestGetsTheFirstAnswerAndChangesNothing) {
  v1::SubmitOrderRequest request;
  request.set_request_id("8a1f2c3d-0000-4000-8000-000000000001");
  ASSERT_OK_AND_ASSIGN(const v1::Order first, Verb(li(), "SubmitOrder", name_, request));
  ASSERT_OK(Approve(head(), name_));
  ASSERT_OK_AND_ASSIGN(const v1::Order again, Verb(li(), "SubmitOrder", name_, request));
  EXPECT_EQ(first.SerializeAsString(), again.SerializeAsString());
  EXPECT_THAT(EventTypesOf(name_), ElementsAre("OrderDrafted", "OrderReviewed", "OrderReviewed"));
  const std::string other = Inspect({TermFinding(9, 7)}, 2);
  EXPECT_THAT(Verb(li(), "SubmitOrder", other, request), StatusIs(kInvalid, "REQUEST_ID_REUSED"));
}

TEST_F(OrderRefusalTest, AStaleEtagChangesNothing) {
  v1::SubmitOrderRequest request;
  request.set_etag("\"7\"");
  const auto refused = Verb(li(), "SubmitOrder", name_, request);
  ASSERT_THAT(refused, StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(DetailOf(refused.status())->metadata.at("etag"), "\"1\"");
  request.set_etag("\"1\"");
  EXPECT_OK(Verb(li(), "SubmitOrder", name_, request));
}

// Only 2023 is loaded.
class NoNextYearTest : public DeadlineTest {
 protected:
  NoNextYearTest() : DeadlineTest({.policy = "", .calendars = "", .calendar_years = {2023}}) {}
};

TEST_F(NoNextYearTest, ADateThatMayStillMoveIsNotPrinted) {
  const std::string name = Inspect({TermFinding(1, 365)});
  ASSERT_OK(SubmitAndIssue(name));
  const auto refused = Serve(name, Service());
  ASSERT_THAT(refused, StatusIs(kPrecondition, "CALENDAR_MISSING"));
  EXPECT_EQ(DetailOf(refused.status())->metadata.at("year"), "2024");
}

}  // namespace
}  // namespace rectify::deadline

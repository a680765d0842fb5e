// Who answered is read by two people together, once, and every step is kept.
#include "tests/integration/followup/fixture.h"

namespace rectify::followup {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class RevealTest : public FollowupTest {
 protected:
  RevealTest() {
    TellPenalties(4);
    AddVisitors(3);
    RunDraw();
    visit_ = PlannedVisits().at(0);
    v1::RecordVisitRequest request = GoodRecord(visit_);
    request.mutable_respondent()->set_person_name("示例店长");
    request.mutable_respondent()->set_mobile("13800001234");
    request.mutable_respondent()->set_position("店长");
    EXPECT_OK(RecordVisit(request, visit_));
  }

  absl::StatusOr<v1::Reveal> Request(rpc::Client& client, const std::vector<std::string>& fields = {
                                                              "person_name", "mobile"}) {
    v1::RequestRevealRequest request;
    request.set_parent(visit_.name());
    request.set_reason("核实宴请线索");
    for (const std::string& field : fields) request.add_fields(field);
    return Visits<v1::Reveal>(client, "RequestReveal", request);
  }
  absl::StatusOr<v1::Reveal> Approve(rpc::Client& client, const v1::Reveal& reveal) {
    v1::ApproveRevealRequest request;
    request.set_name(reveal.name());
    return Visits<v1::Reveal>(client, "ApproveReveal", request);
  }
  absl::StatusOr<v1::Reveal> Refuse(rpc::Client& client, const v1::Reveal& reveal) {
    v1::RefuseRevealRequest request;
    request.set_name(reveal.name());
    request.set_reason("理由不足");
    return Visits<v1::Reveal>(client, "RefuseReveal", request);
  }
  absl::StatusOr<v1::Respondent> Read(rpc::Client& client, const v1::Reveal& reveal,
                                      const std::string& request_id = "") {
    v1::ReadRevealRequest request;
    request.set_name(reveal.name());
    request.set_request_id(request_id);
    const auto response = Visits<v1::ReadRevealResponse>(client, "ReadReveal", request);
    if (!response.ok()) return response.status();
    return response->respondent();
  }
  // "ACTION actor" of the only reveal.
  std::vector<std::string> Register() {
    v1::ListRevealsRequest request;
    request.set_parent(kParent);
    const auto response = Visits<v1::ListRevealsResponse>(bai(), "ListReveals", request);
    EXPECT_OK(response);
    EXPECT_THAT(response->reveals(), SizeIs(1));
    std::vector<std::string> entries;
    for (const v1::RevealEntry& entry : response->reveals(0).entries()) {
      entries.push_back(absl::StrCat(entry.action(), " ", entry.actor()));
    }
    return entries;
  }

  v1::Visit visit_;
};

TEST_F(RevealTest, OneAsksAnotherApprovesTheFirstReadsOnce) {
  ASSERT_OK_AND_ASSIGN(const v1::Reveal reveal, Request(ji()));
  ASSERT_OK_AND_ASSIGN(const v1::Reveal approved, Approve(bai(), reveal));
  EXPECT_EQ(approved.state(), v1::Reveal::STATE_APPROVED);
  ASSERT_OK_AND_ASSIGN(const v1::Respondent respondent, Read(ji(), reveal));
  EXPECT_EQ(respondent.person_name(), "示例店长");
  EXPECT_EQ(respondent.mobile(), "13800001234");
  EXPECT_EQ(respondent.position(), "") << "was not asked for";
  EXPECT_THAT(Read(ji(), reveal), StatusIs(StatusCode::kFailedPrecondition, "REVEAL_STATE"));
  EXPECT_THAT(Register(), ElementsAre("REQUESTED users/ji.wei", "APPROVED users/bai.lin",
                                      "VIEWED users/ji.wei", "DENIED users/ji.wei"));
}

TEST_F(RevealTest, OneCredentialAloneNeverReads) {
  ASSERT_OK_AND_ASSIGN(const v1::Reveal reveal, Request(ji()));
  EXPECT_THAT(Read(ji(), reveal), StatusIs(StatusCode::kFailedPrecondition, "REVEAL_STATE"));
  EXPECT_THAT(Approve(ji(), reveal), StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  EXPECT_THAT(Refuse(ji(), reveal), StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  EXPECT_THAT(Read(bai(), reveal), StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  EXPECT_THAT(Register(),
              ElementsAre("REQUESTED users/ji.wei", "DENIED users/ji.wei", "DENIED users/ji.wei",
                          "DENIED users/ji.wei", "DENIED users/bai.lin"));
  ASSERT_OK(Approve(bai(), reveal));
  EXPECT_THAT(Read(bai(), reveal), StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"))
      << "who approved does not read";
}

TEST_F(RevealTest, ARefusalStands) {
  ASSERT_OK_AND_ASSIGN(const v1::Reveal reveal, Request(ji()));
  ASSERT_OK(Refuse(bai(), reveal));
  EXPECT_THAT(Approve(bai(), reveal), StatusIs(StatusCode::kFailedPrecondition, "REVEAL_STATE"));
  EXPECT_THAT(Read(ji(), reveal), StatusIs(StatusCode::kFailedPrecondition, "REVEAL_STATE"));
}

TEST_F(RevealTest, TheWindowEnds) {
  ASSERT_OK_AND_ASSIGN(const v1::Reveal reveal, Request(ji()));
  ASSERT_OK(Approve(bai(), reveal));
  system_.AdvanceTo(At(3, 21, 10, 1));
  EXPECT_THAT(Read(ji(), reveal), StatusIs(StatusCode::kFailedPrecondition, "REVEAL_STATE"));
}

TEST_F(RevealTest, ARepeatedRequestDoesNotShowItAgain) {
  ASSERT_OK_AND_ASSIGN(const v1::Reveal reveal, Request(ji()));
  ASSERT_OK(Approve(bai(), reveal));
  ASSERT_OK(Read(ji(), reveal, Uuid(5)));
  EXPECT_THAT(Read(ji(), reveal, Uuid(5)),
              StatusIs(StatusCode::kFailedPrecondition, "REVEAL_STATE"));
}

TEST_F(RevealTest, TheRegisterCannotBeChangedInTheDatabase) {
  ASSERT_OK(Request(ji()));
  for (const char* sql :
       {"update reveal_entries set actor = 'users/nobody'", "delete from reveal_entries",
        "truncate reveal_entries", "update reveals set state = 2, approver = requester"}) {
    EXPECT_FALSE(followup_->pool()
                     .Transact("test.sql", {}, [&](pg::Tx& tx) { return tx.ExecScript(sql); })
                     .ok())
        << sql;
  }
}

TEST_F(RevealTest, OnlyKnownFieldsAndKeptIdentitiesCanBeAskedFor) {
  EXPECT_THAT(Request(ji(), {"answers"}), HasViolation("fields"));
  EXPECT_THAT(Request(ji(), {"mobile", "mobile"}), HasViolation("fields"));
  visit_ = PlannedVisits().at(0);
  EXPECT_THAT(Request(ji()), StatusIs(StatusCode::kFailedPrecondition, "VISIT_STATE"));
  EXPECT_THAT(Register(), ElementsAre("REQUESTED users/ji.wei", "DENIED users/ji.wei"))
      << "who asked in vain is kept as well";
}

}  // namespace
}  // namespace rectify::followup

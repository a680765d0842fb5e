#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/seal_events.pb.h"
#include "rectify/deadline/v1/seal_service.pb.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

using ::rectify::testing::kPrecondition;

class SealTest : public DeadlineTest {
 protected:
  static std::string Person(int n) { return "districts/120110/officers/" + Uuid(n); }

  template <typename Request>
  absl::StatusOr<v1::Seal> SealVerb(rpc::Client& client, absl::string_view method,
                                    const Request& request) {
    return client.Unary<v1::Seal>(absl::StrCat("rectify.deadline.v1.Seals.", method), request);
  }

  v1::ProposeSealRequest Proposal() {
    v1::ProposeSealRequest request;
    request.set_parent(kParent);
    v1::Seal& seal = *request.mutable_seal();
    seal.set_venue(venue_);
    *seal.mutable_inspect_time() = rpc::ToTimestamp(system_.clock().Now());
    seal.add_officers(li_);
    seal.add_officers(wang_);
    seal.set_ground(v1::SEAL_GROUND_EXITS);
    seal.set_facts("两部疏散楼梯均被货物堵死");
    seal.add_parts("西侧疏散楼梯");
    seal.add_parts("二层通道");
    seal.add_findings(Finding(1));
    seal.set_term_days(30);
    return request;
  }

  v1::ProposeSealRequest UrgentProposal() {
    v1::ProposeSealRequest request = Proposal();
    v1::UrgentSealing& urgent = *request.mutable_seal()->mutable_urgent();
    urgent.set_approver(Person(5));
    *urgent.mutable_approve_time() = rpc::ToTimestamp(system_.clock().Now());
    *urgent.mutable_seal_time() = rpc::ToTimestamp(system_.clock().Now());
    urgent.set_reason("正在营业，人员密集");
    return request;
  }

  std::string Propose(const v1::ProposeSealRequest& request) {
    const auto seal = SealVerb(li(), "ProposeSeal", request);
    EXPECT_OK(seal);
    return seal.ok() ? seal->name() : "";
  }

  absl::StatusOr<v1::Seal> Study(const std::string& name, bool justified = true) {
    v1::RecordSealStudyRequest request;
    request.set_name(name);
    v1::SealStudy& study = *request.mutable_study();
    *study.mutable_study_time() = rpc::ToTimestamp(system_.clock().Now());
    study.set_chair(Person(5));
    for (const int n : {3, 4, 5}) {
      v1::SealOpinion& opinion = *study.add_opinions();
      opinion.set_officer(Person(n));
      opinion.set_agrees(justified);
      opinion.set_opinion(justified ? "应当查封" : "可以当场改正");
    }
    study.set_justified(justified);
    study.set_conclusion("查封二处，三十日");
    return SealVerb(chief(), "RecordSealStudy", request);
  }

  absl::StatusOr<v1::Seal> ApproveSeal(rpc::Client& client, const std::string& name) {
    v1::ApproveSealRequest request;
    request.set_name(name);
    request.set_opinion("同意");
    return SealVerb(client, "ApproveSeal", request);
  }

  absl::StatusOr<v1::Seal> Decide(const std::string& name) {
    if (auto studied = Study(name); !studied.ok()) return studied;
    if (auto first = ApproveSeal(head(), name); !first.ok()) return first;
    if (auto second = ApproveSeal(legal(), name); !second.ok()) return second;
    return ApproveSeal(chief(), name);
  }

  absl::StatusOr<v1::Seal> ServeSeal(const std::string& name) {
    v1::ServeSealRequest request;
    request.set_name(name);
    v1::SealService& service = *request.mutable_service();
    *service.mutable_serve_time() = rpc::ToTimestamp(system_.clock().Now());
    service.add_officers(li_);
    service.add_officers(wang_);
    service.set_receiver("㙍某某（店长）");
    service.set_proof("现场笔录 1 号，封条 0001 至 0004");
    return SealVerb(li(), "ServeSeal", request);
  }

  absl::StatusOr<v1::Seal> Apply(const std::string& name) {
    v1::ApplySealLiftRequest request;
    request.set_name(name);
    request.set_statement("货物已全部清除");
    return SealVerb(manager(), "ApplySealLift", request);
  }

  absl::StatusOr<v1::Seal> Check(const std::string& name, bool removed) {
    v1::CheckSealLiftRequest request;
    request.set_name(name);
    *request.mutable_check()->mutable_check_time() = rpc::ToTimestamp(system_.clock().Now());
    request.mutable_check()->add_officers(li_);
    request.mutable_check()->add_officers(wang_);
    request.mutable_check()->set_removed(removed);
    request.mutable_check()->set_note("逐处核查");
    return SealVerb(li(), "CheckSealLift", request);
  }

  absl::StatusOr<v1::Seal> Lift(const std::string& name, bool lifted) {
    v1::DecideSealLiftRequest request;
    request.set_name(name);
    request.set_lifted(lifted);
    request.set_reason(lifted ? "隐患已经消除" : "隐患尚未消除");
    return SealVerb(chief(), "DecideSealLift", request);
  }

  v1::Clock ClockOf(const std::string& seal, const std::string& kind) {
    const auto clocks = ListClocks("subject = \"" + seal + "\" AND kind = " + kind);
    EXPECT_OK(clocks);
    EXPECT_EQ(clocks->clocks_size(), 1) << kind;
    return clocks->clocks_size() > 0 ? clocks->clocks(clocks->clocks_size() - 1) : v1::Clock();
  }
};

TEST_F(SealTest, ASealIsDecidedTogetherServedAndLiftedUnderItsClocks) {
  const std::string seal = Propose(Proposal());  // Wednesday 2023-01-04
  ASSERT_THAT(RunningKinds(), ElementsAre("seal_decide_and_serve"));
  EXPECT_EQ(Running("seal_decide_and_serve").due_date().day(), 9);
  EXPECT_EQ(Running("seal_decide_and_serve").subject_title(), "临时查封：西侧疏散楼梯等 2 处");
  system_.AdvanceTo(At(2023, 1, 5));
  ASSERT_OK(Decide(seal));
  ASSERT_OK_AND_ASSIGN(const v1::Seal served, ServeSeal(seal));
  EXPECT_EQ(served.state(), v1::Seal::STATE_SEALED);
  EXPECT_EQ(served.last_day().DebugString(), Date(2023, 2, 4).DebugString());
  ASSERT_THAT(RunningKinds(), ElementsAre("seal_term"));
  // A Saturday in the term's own count: it never moves.
  EXPECT_EQ(Running("seal_term").due_date().DebugString(), Date(2023, 2, 4).DebugString());
  EXPECT_EQ(Running("seal_term").party(), "北方五金城𠮷（示例）");
  EXPECT_EQ(ClockOf(seal, "seal_decide_and_serve").outcome(), v1::CLOCK_OUTCOME_MET_IN_TIME);
  system_.AdvanceTo(At(2023, 1, 9));
  ASSERT_OK(Apply(seal));
  EXPECT_EQ(Running("seal_lift_check").due_date().day(), 12);
  system_.AdvanceTo(At(2023, 1, 10));
  ASSERT_OK(Check(seal, /*removed=*/true));
  EXPECT_EQ(Running("seal_lift_decide").due_date().day(), 13);
  EXPECT_EQ(Running("seal_lift_decide").owner(), "districts/120110/posts/chief");
  ASSERT_OK_AND_ASSIGN(const v1::Seal lifted, Lift(seal, true));
  EXPECT_EQ(lifted.state(), v1::Seal::STATE_LIFTED);
  EXPECT_THAT(RunningKinds(), IsEmpty());
  EXPECT_THAT(EventTypesOf(seal), ElementsAre("SealProposed", "SealReviewed", "SealReviewed",
                                              "SealReviewed", "SealReviewed", "SealServed",
                                              "SealLiftApplied", "SealLiftChecked", "SealLifted"));
  // Nine acts, and the start and end of each of its four clocks.
  EXPECT_EQ(AuditOf(seal).size(), 17u);
}

TEST_F(SealTest, SealedOnTheSpotItMustBeStudiedAndServedWithinTwentyFourHours) {
  const std::string seal = Propose(UrgentProposal());
  ASSERT_THAT(RunningKinds(), ElementsAre("seal_urgent_study"));
  EXPECT_EQ(rpc::ToTime(Running("seal_urgent_study").due_time()), At(2023, 1, 5, 8));
  system_.AdvanceTo(At(2023, 1, 5, 9));
  EXPECT_THAT(RunningKinds("overdue = true"), ElementsAre("seal_urgent_study"));
  ASSERT_OK(Decide(seal));
  ASSERT_OK_AND_ASSIGN(const v1::Seal served, ServeSeal(seal));
  // The term runs from the sealing, not from the late decision.
  EXPECT_EQ(served.last_day().DebugString(), Date(2023, 2, 3).DebugString());
  EXPECT_EQ(ClockOf(seal, "seal_urgent_study").outcome(), v1::CLOCK_OUTCOME_MET_LATE);
  EXPECT_EQ(ClockOf(seal, "seal_urgent_study").margin_minutes(), -60);
}

TEST_F(SealTest, ASealThatTheStudyFindsNotJustifiedIsLiftedAtOnce) {
  const std::string seal = Propose(UrgentProposal());
  ASSERT_OK(Study(seal, /*justified=*/false));
  ASSERT_OK(ApproveSeal(head(), seal));
  ASSERT_OK(ApproveSeal(legal(), seal));
  EXPECT_THAT(ApproveSeal(chief(), seal), StatusIs(kPrecondition, "STUDY_INCOMPLETE"));
  v1::RefuseSealRequest request;
  request.set_name(seal);
  request.set_reason("集体研究认为不应查封");
  ASSERT_OK_AND_ASSIGN(const v1::Seal refused, SealVerb(chief(), "RefuseSeal", request));
  EXPECT_EQ(refused.state(), v1::Seal::STATE_REFUSED);
  EXPECT_EQ(ClockOf(seal, "seal_urgent_study").outcome(), v1::CLOCK_OUTCOME_MET_IN_TIME);
  EXPECT_THAT(ServeSeal(seal), StatusIs(kPrecondition, "SEAL_STATE"));
}

TEST_F(SealTest, ARefusedApplicationLeavesTheTermAsItWas) {
  const std::string seal = Propose(Proposal());
  ASSERT_OK(Decide(seal));
  ASSERT_OK(ServeSeal(seal));
  ASSERT_OK(Apply(seal));
  EXPECT_THAT(Apply(seal), StatusIs(kPrecondition, "SEAL_STATE"));
  ASSERT_OK(Check(seal, /*removed=*/false));
  ASSERT_OK_AND_ASSIGN(const v1::Seal still, Lift(seal, false));
  EXPECT_EQ(still.state(), v1::Seal::STATE_SEALED);
  EXPECT_THAT(RunningKinds(), ElementsAre("seal_term"));
  ASSERT_OK(Apply(seal));
  EXPECT_THAT(RunningKinds(), UnorderedElementsAre("seal_lift_check", "seal_term"));
}

TEST_F(SealTest, TheSameDangerIsSealedAgainOnlyByANewDecisionThatNamesTheFormer) {
  const std::string former = Propose(Proposal());
  ASSERT_OK(Decide(former));
  ASSERT_OK(ServeSeal(former));
  v1::ProposeSealRequest again = Proposal();
  again.mutable_seal()->set_former(former);
  EXPECT_THAT(SealVerb(li(), "ProposeSeal", again), StatusIs(kPrecondition, "SEAL_STATE"));
  system_.AdvanceTo(At(2023, 2, 4));
  *again.mutable_seal()->mutable_inspect_time() = rpc::ToTimestamp(At(2023, 2, 4, 9));
  ASSERT_OK_AND_ASSIGN(const v1::Seal next, SealVerb(li(), "ProposeSeal", again));
  EXPECT_EQ(next.former(), former);
  // The former one is overdue until somebody takes its strips off.
  EXPECT_THAT(RunningKinds("overdue = true"), ElementsAre("seal_term"));
}

TEST_F(SealTest, RefusesPeopleWhoMayNot) {
  const auto denied = absl::StatusCode::kPermissionDenied;
  rpc::Client& zhao = As("users/zhao", {"INSPECTOR"}, {Person(9)});
  EXPECT_THAT(SealVerb(zhao, "ProposeSeal", Proposal()), StatusIs(denied, "NOT_YOUR_TASK"));
  const std::string seal = Propose(Proposal());
  EXPECT_THAT(ApproveSeal(legal(), seal), StatusIs(denied, "NOT_YOUR_TASK"));
  rpc::Client& both = As("users/li", {"DEPARTMENT_HEAD"}, {li_});
  EXPECT_THAT(ApproveSeal(both, seal), StatusIs(kPrecondition, "APPROVER_NOT_DISTINCT"));
  ASSERT_OK(Decide(seal));
  ASSERT_OK(ServeSeal(seal));
  v1::ApplySealLiftRequest request;
  request.set_name(seal);
  request.set_statement("x");
  rpc::Client& other = As("users/other", {"VENUE_MANAGER"}, {"districts/120110/venues/" + Uuid(8)});
  EXPECT_THAT(SealVerb(other, "ApplySealLift", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(SealTest, WhoReceivedTheDecisionIsEncryptedAndShownOnlyToThoseWhoOpenTheSeal) {
  const std::string seal = Propose(Proposal());
  ASSERT_OK(Decide(seal));
  ASSERT_OK_AND_ASSIGN(const v1::Seal served, ServeSeal(seal));
  EXPECT_THAT(served.service().receiver(), Not(HasSubstr("某某")));
  EXPECT_EQ(Count("seals where position(convert_to('某', 'UTF8') in receiver) > 0"), 0);
  v1::GetSealRequest request;
  request.set_name(seal);
  ASSERT_OK_AND_ASSIGN(const v1::Seal shown, SealVerb(li(), "GetSeal", request));
  EXPECT_EQ(shown.service().receiver(), "㙍某某（店长）");
  EXPECT_EQ(shown.approvals_size(), 3);
  EXPECT_EQ(shown.study().opinions_size(), 3);
  v1::ListSealsRequest list;
  list.set_parent(kParent);
  list.set_filter("state = SEALED AND ground = EXITS AND handling_officer = \"" + li_ + "\"");
  ASSERT_OK_AND_ASSIGN(const auto page, li().Unary<v1::ListSealsResponse>(
                                            "rectify.deadline.v1.Seals.ListSeals", list));
  ASSERT_EQ(page.seals_size(), 1);
  EXPECT_THAT(page.seals(0).service().receiver(), Not(HasSubstr("某某")));
}

}  // namespace
}  // namespace rectify::deadline

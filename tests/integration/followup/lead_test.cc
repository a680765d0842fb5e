// Leads, analyses and referrals through the rpcs.
#include <nlohmann/json.hpp>

#include "libs/rpc/convert.h"
#include "rectify/followup/v1/lead_service.pb.h"
#include "tests/integration/followup/fixture.h"

namespace rectify::followup {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::SizeIs;

class LeadTest : public FollowupTest {
 protected:
  template <typename Response>
  absl::StatusOr<Response> Leads(absl::string_view method,
                                 const google::protobuf::Message& request) {
    return ji().Unary<Response>(absl::StrCat("rectify.followup.v1.FollowupLeads.", method),
                                request);
  }
  absl::StatusOr<v1::ProblemLead> Register(const std::string& request_id = "") {
    v1::RegisterLeadRequest request;
    request.set_parent(kParent);
    request.mutable_lead()->set_source(v1::ProblemLead::SOURCE_PETITION);
    request.mutable_lead()->set_summary("反映执法人员接受宴请");
    request.mutable_lead()->add_officers(Officer(1));
    *request.mutable_lead()->mutable_receive_date() = rpc::ToDate(absl::CivilDay(2023, 3, 17));
    request.set_request_id(request_id);
    return Leads<v1::ProblemLead>("RegisterLead", request);
  }
  absl::StatusOr<v1::Analysis> FreezeAnalysis(const std::string& reason = "") {
    v1::FreezeAnalysisRequest request;
    request.set_parent(kParent);
    request.set_quarter("2023Q1");
    request.set_reason(reason);
    return Leads<v1::Analysis>("FreezeAnalysis", request);
  }
};

TEST_F(LeadTest, ALeadGoesFromReceiptToItsForm) {
  ASSERT_OK_AND_ASSIGN(v1::ProblemLead lead, Register(Uuid(1)));
  EXPECT_EQ(lead.number(), "津丽消纪线〔2023〕第0001号");
  EXPECT_EQ(lead.summary(), "反映执法人员接受宴请");
  EXPECT_EQ(lead.proposal_due_date().day(), 17);
  EXPECT_EQ(lead.proposal_due_date().month(), 4);
  ASSERT_OK_AND_ASSIGN(const v1::ProblemLead again, Register(Uuid(1)));
  EXPECT_EQ(again.name(), lead.name());
  ASSERT_OK_AND_ASSIGN(const v1::ProblemLead second, Register());
  EXPECT_EQ(second.number(), "津丽消纪线〔2023〕第0002号");

  v1::DisposeLeadRequest dispose;
  dispose.set_name(lead.name());
  dispose.set_disposal(v1::ProblemLead::DISPOSAL_VERIFICATION);
  dispose.set_reason("线索具体，可查性强");
  dispose.set_etag(lead.etag());
  ASSERT_OK_AND_ASSIGN(lead, Leads<v1::ProblemLead>("DisposeLead", dispose));
  EXPECT_EQ(lead.state(), v1::ProblemLead::STATE_IN_DISPOSAL);
  EXPECT_THAT(Leads<v1::ProblemLead>("DisposeLead", dispose),
              StatusIs(StatusCode::kAborted, "ETAG_MISMATCH"));
  v1::ConcludeLeadRequest conclude;
  conclude.set_name(lead.name());
  conclude.set_outcome(v1::ProblemLead::OUTCOME_FIRST_FORM);
  conclude.set_note("谈话提醒");
  ASSERT_OK_AND_ASSIGN(lead, Leads<v1::ProblemLead>("ConcludeLead", conclude));
  EXPECT_EQ(lead.outcome_note(), "谈话提醒");

  v1::ListProblemLeadsRequest list;
  list.set_parent(kParent);
  list.set_filter("state = CONCLUDED");
  ASSERT_OK_AND_ASSIGN(const auto concluded,
                       Leads<v1::ListProblemLeadsResponse>("ListProblemLeads", list));
  EXPECT_THAT(concluded.leads(), SizeIs(1));
}

TEST_F(LeadTest, AReferralIsTheOnlyThingThatLeavesAndHasAReceipt) {
  ASSERT_OK_AND_ASSIGN(const v1::ProblemLead lead, Register());
  v1::IssueReferralRequest issue;
  issue.set_parent(kParent);
  issue.mutable_referral()->set_lead(lead.name());
  issue.mutable_referral()->set_receiver("支队党委");
  issue.mutable_referral()->set_title("关于某执法人员问题的移送函");
  issue.mutable_referral()->set_text("现将有关情况移送你单位处理。");
  ASSERT_OK_AND_ASSIGN(v1::Referral referral, Leads<v1::Referral>("IssueReferral", issue));
  EXPECT_EQ(referral.number(), "津丽消纪移〔2023〕第0001号");
  v1::RecordReferralReceiptRequest receipt;
  receipt.set_name(referral.name());
  receipt.set_receipt("支队党委 2023-03-20 签收");
  ASSERT_OK_AND_ASSIGN(referral, Leads<v1::Referral>("RecordReferralReceipt", receipt));
  EXPECT_TRUE(referral.has_receive_time());
  EXPECT_THAT(Leads<v1::Referral>("RecordReferralReceipt", receipt),
              StatusIs(StatusCode::kFailedPrecondition, "PROBLEM_LEAD_STATE"));
  v1::ListReferralsRequest list;
  list.set_parent(kParent);
  ASSERT_OK_AND_ASSIGN(const auto all, Leads<v1::ListReferralsResponse>("ListReferrals", list));
  ASSERT_THAT(all.referrals(), SizeIs(1));
  EXPECT_EQ(all.referrals(0).text(), "现将有关情况移送你单位处理。");
}

TEST_F(LeadTest, AnAnalysisIsFrozenAndACorrectionIsAnotherVersion) {
  TellPenalties(10);
  AddVisitors(3);
  RunDraw();
  const std::vector<v1::Visit> visits = PlannedVisits();
  for (size_t n = 0; n + 1 < visits.size(); ++n) {
    ASSERT_OK(RecordVisit(GoodRecord(visits[n]), visits[n]));
  }
  ASSERT_OK_AND_ASSIGN(const v1::Analysis first, FreezeAnalysis());
  EXPECT_EQ(first.version(), 1);
  auto document = nlohmann::json::parse(first.document());
  EXPECT_EQ(document["tables"]["visits"]["all"], 7);
  EXPECT_EQ(document["tables"]["item/gift_meal"]["clear"], 7);

  ASSERT_OK(RecordVisit(GoodRecord(visits.back()), visits.back()));
  EXPECT_THAT(FreezeAnalysis(), HasViolation("reason"));
  ASSERT_OK_AND_ASSIGN(const v1::Analysis second, FreezeAnalysis("补录一次回访"));
  EXPECT_EQ(second.version(), 2);
  document = nlohmann::json::parse(second.document());
  EXPECT_TRUE(document["tables"]["visits"]["all"].is_null())
      << "8 less the 7 published before would tell of one visit";

  v1::GetAnalysisRequest get;
  get.set_name(first.name());
  ASSERT_OK_AND_ASSIGN(const v1::Analysis kept, Leads<v1::Analysis>("GetAnalysis", get));
  EXPECT_EQ(kept.document(), first.document());
  EXPECT_FALSE(followup_->pool()
                   .Transact("test.sql", {},
                             [](pg::Tx& tx) { return tx.ExecScript("delete from analyses"); })
                   .ok());
  v1::ListAnalysesRequest list;
  list.set_parent(kParent);
  ASSERT_OK_AND_ASSIGN(const auto all, Leads<v1::ListAnalysesResponse>("ListAnalyses", list));
  std::vector<int> versions;
  for (const v1::Analysis& analysis : all.analyses()) versions.push_back(analysis.version());
  EXPECT_THAT(versions, ::testing::UnorderedElementsAre(1, 2));
}

}  // namespace
}  // namespace rectify::followup

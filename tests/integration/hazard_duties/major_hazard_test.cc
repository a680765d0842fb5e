// A major hazard from the suggestion of the standard to its delisting, with the clocks of both
// sides.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "rectify/hazard/v1/major_hazard_service.pb.h"
#include "tests/integration/hazard_duties/fixture.h"

namespace rectify::hazard {
namespace {

using deadline::v1::Clock;

class MajorHazardTest : public DutiesTest {
 protected:
  // A Wednesday; the Qingming festival is on 5 April 2023.
  MajorHazardTest() : DutiesTest(At(2023, 3, 29, 12)) {
    v1::RecordInspectionRequest request;
    request.set_parent(kParent);
    v1::Inspection& inspection = *request.mutable_inspection();
    inspection.set_venue(venue_);
    *inspection.mutable_inspect_time() = rpc::ToTimestamp(At(2023, 3, 29, 10));
    inspection.add_officers(zhang_);
    inspection.add_officers(li_);
    for (const char* code : {"C01", "B06", "B07"}) {
      v1::Finding& finding = *inspection.add_findings();
      finding.set_catalog_code(code);
      finding.set_description("现场情况（示例）");
      finding.set_disposition(v1::DISPOSITION_ORDER);
    }
    const auto recorded =
        Zhang().Unary<v1::Inspection>("rectify.hazard.v1.HazardFindings.RecordInspection", request);
    EXPECT_OK(recorded);
    inspection_ = recorded.value_or(v1::Inspection());
  }

  template <typename Response = v1::MajorHazard, typename Request>
  static absl::StatusOr<Response> Do(rpc::Client& client, const std::string& method,
                                     const Request& request) {
    return client.Unary<Response>(absl::StrCat("rectify.hazard.v1.MajorHazards.", method), request);
  }

  v1::ProposeMajorHazardRequest Proposal() const {
    v1::ProposeMajorHazardRequest request;
    request.set_parent(kParent);
    v1::MajorHazard& hazard = *request.mutable_major_hazard();
    hazard.set_inspection(inspection_.name());
    for (const v1::Finding& finding : inspection_.findings()) hazard.add_findings(finding.name());
    hazard.add_clauses("7.3.3");
    hazard.add_clauses("7.3.6");
    hazard.add_clauses("7.5");
    hazard.set_facts("安全出口封堵、防排烟与应急照明失效（示例）");
    return request;
  }
  v1::MajorHazard Proposed() {
    const auto hazard = Do(Zhang(), "ProposeMajorHazard", Proposal());
    EXPECT_OK(hazard);
    return hazard.value_or(v1::MajorHazard());
  }

  v1::Deliberation Meeting(bool agree) {
    v1::Deliberation meeting;
    *meeting.mutable_meet_time() = rpc::ToTimestamp(system_.clock().Now());
    meeting.set_chair(li_);
    meeting.set_minutes("会议纪要（示例）");
    for (const std::string& officer : {zhang_, li_, wang_}) {
      auto& participant = *meeting.add_participants();
      participant.set_officer(officer);
      participant.set_opinion("意见（示例）");
      participant.set_agrees(agree);
    }
    return meeting;
  }
  absl::StatusOr<v1::MajorHazard> Determine(const std::string& name, bool agree) {
    v1::RecordDeterminationRequest request;
    request.set_name(name);
    *request.mutable_deliberation() = Meeting(agree);
    return Do(Chief(), "RecordDetermination", request);
  }
  absl::StatusOr<v1::MajorHazard> Serve(const std::string& name) {
    v1::ServeMajorHazardNoticeRequest request;
    request.set_name(name);
    request.set_notice_number("津丽消重字〔2023〕第0001号");
    *request.mutable_serve_time() = rpc::ToTimestamp(system_.clock().Now());
    *request.mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 6, 30));
    return Do(Zhang(), "ServeMajorHazardNotice", request);
  }
  absl::StatusOr<v1::MajorHazard> Report(const std::string& name) {
    v1::ReportMajorHazardRequest request;
    request.set_name(name);
    request.set_document("示例报告〔2023〕1号");
    return Do(Chief(), "ReportMajorHazard", request);
  }
  absl::StatusOr<v1::MajorHazard> Supervise(const std::string& name) {
    v1::SuperviseMajorHazardRequest request;
    request.set_name(name);
    request.set_supervision("区人民政府挂牌督办（示例）");
    return Do(Chief(), "SuperviseMajorHazard", request);
  }
  absl::StatusOr<v1::MajorHazard> Recheck(const std::string& name, bool passed) {
    v1::RecheckMajorHazardRequest request;
    request.set_name(name);
    v1::MajorHazardRecheck& recheck = *request.mutable_recheck();
    *recheck.mutable_recheck_time() = rpc::ToTimestamp(system_.clock().Now());
    recheck.add_officers(zhang_);
    recheck.add_officers(wang_);
    recheck.set_passed(passed);
    recheck.set_text("复查情况（示例）");
    return Do(Zhang(), "RecheckMajorHazard", request);
  }
  absl::StatusOr<v1::MajorHazard> Delist(const std::string& name, bool agree) {
    v1::DelistMajorHazardRequest request;
    request.set_name(name);
    *request.mutable_deliberation() = Meeting(agree);
    return Do(Chief(), "DelistMajorHazard", request);
  }

  v1::Inspection inspection_;
};

TEST_F(MajorHazardTest, TheStandardSuggestsAndExplains) {
  v1::SuggestMajorHazardRequest request;
  request.set_parent(kParent);
  request.set_venue(venue_);
  request.add_venue_groups(v1::VENUE_GROUP_CROWDED);
  const auto response = Do<v1::SuggestMajorHazardResponse>(Zhang(), "SuggestMajorHazard", request);
  ASSERT_OK(response);
  ASSERT_EQ(response->suggestions_size(), 1);
  const v1::MajorHazardSuggestion& suggestion = response->suggestions(0);
  EXPECT_EQ(suggestion.rule_set(), "GB35181-2017");
  EXPECT_TRUE(suggestion.suggested());
  EXPECT_EQ(suggestion.evaluations(0).verdict().code(), "a");
  EXPECT_TRUE(suggestion.evaluations(0).reached());
  EXPECT_EQ(suggestion.exclusions_size(), 3);

  request.set_inspection(inspection_.name());
  EXPECT_EQ(
      ReasonOf(Do<v1::SuggestMajorHazardResponse>(Zhang(), "SuggestMajorHazard", request).status()),
      "INVALID_FIELD");
  request.clear_venue();
  EXPECT_OK(Do<v1::SuggestMajorHazardResponse>(Zhang(), "SuggestMajorHazard", request));
}

TEST_F(MajorHazardTest, GoesFromProposalToDelistingAndIsAlwaysSomebodysDuty) {
  const std::string name = Proposed().name();
  Clock clock = Running(name, "major_hazard_determine");
  // Seven working days from the inspection's day; 5 April is a holiday.
  EXPECT_EQ(rpc::ToCivilDay(clock.due_date()), absl::CivilDay(2023, 4, 10));
  EXPECT_EQ(clock.findings_size(), 3);

  system_.AdvanceTo(At(2023, 4, 4, 10));
  ASSERT_OK(Determine(name, true));
  EXPECT_TRUE(Last(name, "major_hazard_determine").met_in_time());
  clock = Running(name, "major_hazard_notice");
  EXPECT_EQ(rpc::ToCivilDay(clock.due_date()), absl::CivilDay(2023, 4, 10));
  EXPECT_EQ(clock.owner(), zhang_);
  EXPECT_EQ(Running(name, "major_hazard_government_report").owner(),
            "districts/120110/posts/chief");

  system_.AdvanceTo(At(2023, 4, 6, 10));
  ASSERT_OK(Serve(name));
  clock = Running(name, "major_hazard_rectify");
  EXPECT_EQ(rpc::ToCivilDay(clock.due_date()), absl::CivilDay(2023, 6, 30));
  EXPECT_EQ(clock.owner(), venue_);
  EXPECT_EQ(ReasonOf(Supervise(name).status()), "MAJOR_HAZARD_STATE");  // not reported yet
  ASSERT_OK(Report(name));
  EXPECT_EQ(ReasonOf(Report(name).status()), "MAJOR_HAZARD_STATE");
  EXPECT_TRUE(Last(name, "major_hazard_government_report").met_in_time());
  ASSERT_OK(Supervise(name));

  system_.AdvanceTo(At(2023, 5, 10, 10));
  auto hazard = Recheck(name, false);
  ASSERT_OK(hazard);
  EXPECT_EQ(hazard->state(), v1::MajorHazard::STATE_SUPERVISED);
  EXPECT_EQ(Running(name, "major_hazard_rectify").name(), clock.name());
  system_.AdvanceTo(At(2023, 6, 20, 10));
  ASSERT_OK(Recheck(name, true));
  EXPECT_TRUE(Last(name, "major_hazard_rectify").met_in_time());

  // The meeting is not satisfied: the venue's term is still the one of the notice.
  hazard = Delist(name, false);
  ASSERT_OK(hazard);
  EXPECT_EQ(hazard->state(), v1::MajorHazard::STATE_SUPERVISED);
  EXPECT_EQ(rpc::ToCivilDay(Running(name, "major_hazard_rectify").due_date()),
            absl::CivilDay(2023, 6, 30));
  system_.AdvanceTo(At(2023, 6, 25, 10));
  ASSERT_OK(Recheck(name, true));
  hazard = Delist(name, true);
  ASSERT_OK(hazard);
  EXPECT_EQ(hazard->state(), v1::MajorHazard::STATE_DELISTED);
  EXPECT_EQ(hazard->deliberations_size(), 3);
  EXPECT_EQ(hazard->deliberations(0).participants_size(), 3);
  EXPECT_EQ(hazard->rechecks_size(), 3);
  for (const Clock& each : Clocks(name)) EXPECT_NE(each.state(), Clock::STATE_RUNNING);
}

TEST_F(MajorHazardTest, AMeetingThatDoesNotAgreeEndsIt) {
  const std::string name = Proposed().name();
  const auto hazard = Determine(name, false);
  ASSERT_OK(hazard);
  EXPECT_EQ(hazard->state(), v1::MajorHazard::STATE_NOT_DETERMINED);
  EXPECT_TRUE(hazard->has_end_time());
  EXPECT_EQ(Last(name, "major_hazard_determine").state(), Clock::STATE_MET);
  EXPECT_EQ(ReasonOf(Serve(name).status()), "MAJOR_HAZARD_STATE");
}

TEST_F(MajorHazardTest, ExpertsGiveTenMoreWorkingDaysAndMustThenBeHeard) {
  v1::ProposeMajorHazardRequest request = Proposal();
  request.mutable_major_hazard()->set_expert_argument(true);
  const auto hazard = Do(Zhang(), "ProposeMajorHazard", request);
  ASSERT_OK(hazard);
  EXPECT_EQ(
      rpc::ToCivilDay(Running(hazard->name(), "major_hazard_determine_with_experts").due_date()),
      absl::CivilDay(2023, 4, 23));
  EXPECT_EQ(ReasonOf(Determine(hazard->name(), true).status()), "COLLECTIVE_TOO_SMALL");
}

TEST_F(MajorHazardTest, AProposalNamesClausesAndFindingsThatExist) {
  v1::ProposeMajorHazardRequest request = Proposal();
  request.mutable_major_hazard()->add_clauses("9.9");
  EXPECT_EQ(ReasonOf(Do(Zhang(), "ProposeMajorHazard", request).status()), "INVALID_FIELD");
  request = Proposal();
  request.mutable_major_hazard()->set_findings(
      0, "districts/120110/findings/01850000-0000-7000-8000-0000000000ff");
  EXPECT_EQ(ReasonOf(Do(Zhang(), "ProposeMajorHazard", request).status()), "INVALID_FIELD");
  rpc::Client& wang = system_.As("hazard", "users/wang", {"INSPECTOR"}, {wang_});
  EXPECT_EQ(ReasonOf(Do(wang, "ProposeMajorHazard", Proposal()).status()), "NOT_YOUR_TASK");
}

}  // namespace
}  // namespace rectify::hazard

// What each kind of inspection asks for, and the yearly cap.
#include "services/hazard_findings/domain/inspection_kind.h"

#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

constexpr char kLead[] = "districts/120110/leads/01850000-0000-7000-8000-0000000000aa";

InspectionDraft Draft(InspectionKind kind) {
  InspectionDraft draft = SampleDraft();
  draft.kind = kind;
  return draft;
}

Checklist OneItem() {
  Checklist list;
  list.code = "sample";
  list.version = 1;
  list.title = "示例清单";
  list.classes = {{"RJ", "人员密集场所", ""}};
  list.items = {{"Z1", "通道畅通", {}, {"C01"}}};
  return list;
}

// A campaign from 2023-02-01 to 2023-03-31.
References WithCampaign() {
  static const auto& list = *new Checklist(OneItem());
  References references = SampleReferences();
  Campaign campaign;
  campaign.district = kDistrict;
  campaign.code = "zx";
  campaign.phases = {{"整治", absl::CivilDay(2023, 2, 1), absl::CivilDay(2023, 3, 31)}};
  campaign.state = CampaignState::kActive;
  references.campaign = campaign;
  references.checklist = &list;
  return references;
}

InspectionDraft CampaignDraft() {
  InspectionDraft draft = Draft(InspectionKind::kCampaign);
  draft.campaign = CampaignName(kDistrict, "zx");
  return draft;
}

References WithCap(int counted) {
  static const auto& cap = *new InspectionCap{absl::CivilDay(2023, 1, 1),
                                              2,
                                              {InspectionKind::kRoutine, InspectionKind::kRandom},
                                              "公布的上限"};
  References references = SampleReferences();
  references.cap = &cap;
  references.counted_inspections = counted;
  return references;
}

TEST(InspectionKindTest, AComplaintIsVerifiedWithItsLead) {
  InspectionDraft draft = Draft(InspectionKind::kComplaint);
  EXPECT_EQ(ReasonOf(Record(draft).status()), "INVALID_FIELD");
  draft.lead = kLead;
  EXPECT_EQ(ReasonOf(Record(draft).status()), "NOT_FOUND");
  References references = SampleReferences();
  references.lead = LeadReference{kLead, kVenue};
  const auto recorded = Record(draft, references);
  ASSERT_OK(recorded);
  EXPECT_EQ(recorded->inspection.lead, kLead);
  references.lead->venue = "districts/120110/venues/01850000-0000-7000-8000-000000000002";
  EXPECT_EQ(ReasonOf(Record(draft, references).status()), "INVALID_FIELD");
}

TEST(InspectionKindTest, ACampaignInspectionNeedsACampaignInForceOnThatDay) {
  EXPECT_EQ(ReasonOf(Record(Draft(InspectionKind::kCampaign)).status()), "INVALID_FIELD");
  InspectionDraft draft = CampaignDraft();
  EXPECT_OK(Record(draft, WithCampaign()));
  EXPECT_EQ(ReasonOf(Record(draft, SampleReferences()).status()), "NOT_FOUND");
  draft.inspect_time = At(2023, 4, 1);
  EXPECT_EQ(ReasonOf(Record(draft, WithCampaign()).status()), "CAMPAIGN_NOT_IN_FORCE");
  draft.kind = InspectionKind::kRoutine;
  EXPECT_EQ(ReasonOf(Record(draft, WithCampaign()).status()), "INVALID_FIELD");
}

TEST(InspectionKindTest, AnswersBelongToACampaignAndPointToItsFindings) {
  InspectionDraft draft = CampaignDraft();
  draft.answers = {{"Z1", AnswerResult::kFail, "", {0}, false}};
  const auto recorded = Record(draft, WithCampaign());
  ASSERT_OK(recorded);
  EXPECT_EQ(recorded->inspection.answers.size(), 1u);
  draft.answers[0].findings = {1};
  EXPECT_EQ(ReasonOf(Record(draft, WithCampaign()).status()), "INVALID_FIELD");
  draft.answers[0].findings = {0};
  draft.kind = InspectionKind::kRandom;
  draft.campaign = "";
  EXPECT_EQ(ReasonOf(Record(draft, SampleReferences()).status()), "INVALID_FIELD");
}

TEST(InspectionKindTest, ATeachingInspectionOrdersNothing) {
  InspectionDraft draft = Draft(InspectionKind::kTeaching);
  EXPECT_EQ(ReasonOf(Record(draft).status()), "DISPOSITION_NOT_ALLOWED");
  draft.findings[0].disposition = Disposition::kCorrectedOnSpot;
  draft.advice = {"宜增加疏散演练次数"};
  EXPECT_OK(Record(draft));
  draft.findings.clear();
  EXPECT_OK(Record(draft));
}

TEST(InspectionKindTest, TheCapStopsWhatCountsAndNothingElse) {
  EXPECT_OK(Record(Draft(InspectionKind::kRoutine), WithCap(1)));
  const auto stopped = Record(Draft(InspectionKind::kRoutine), WithCap(2));
  EXPECT_EQ(ReasonOf(stopped.status()), "INSPECTION_CAP_REACHED");
  EXPECT_EQ(DetailOf(stopped.status())->metadata.at("cap"), "2");
  InspectionDraft accident = Draft(InspectionKind::kRoutine);
  accident.accident = "2月1日起火";
  InspectionDraft lead = Draft(InspectionKind::kRandom);
  lead.lead = kLead;
  References known = WithCap(2);
  known.lead = LeadReference{kLead, ""};
  EXPECT_EQ(Record(accident, WithCap(2))->inspection.cap_exception, CapException::kAccident);
  EXPECT_EQ(Record(lead, known)->inspection.cap_exception, CapException::kLead);
  EXPECT_EQ(Record(Draft(InspectionKind::kRecheck), WithCap(2))->inspection.cap_exception,
            CapException::kRecheck);
  EXPECT_EQ(Record(Draft(InspectionKind::kOpening), WithCap(2))->inspection.cap_exception,
            CapException::kKind);
}

TEST(InspectionKindTest, CapsHoldFromTheirFirstDayOn) {
  const auto caps = InspectionCaps::Create(
      {{absl::CivilDay(2025, 1, 1), 2, {}, ""}, {absl::CivilDay(2024, 1, 1), 4, {}, ""}});
  ASSERT_OK(caps);
  EXPECT_EQ(caps->On(absl::CivilDay(2023, 12, 31)), nullptr);
  EXPECT_EQ(caps->On(absl::CivilDay(2024, 12, 31))->max_per_year, 4);
  EXPECT_EQ(caps->On(absl::CivilDay(2025, 1, 1))->max_per_year, 2);
  EXPECT_EQ(ReasonOf(InspectionCaps::Create({{absl::CivilDay(2025, 1, 1), 0, {}, ""}}).status()),
            "INVALID_FIELD");
}

}  // namespace
}  // namespace rectify::hazard::domain

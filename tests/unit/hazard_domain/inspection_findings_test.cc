// The rules of the findings of an inspection: catalogue, dispositions, terms, departments.
#include "libs/testing/status_matchers.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;

// What becomes of one finding.
absl::StatusOr<Finding> RecordOne(const FindingDraft& finding) {
  InspectionDraft draft = SampleDraft();
  draft.findings = {finding};
  absl::StatusOr<RecordedInspection> recorded = Record(draft);
  if (!recorded.ok()) return recorded.status();
  return recorded->inspection.findings[0];
}

FindingDraft Transfer(const std::string& code, const std::string& department) {
  FindingDraft finding = Order(code);
  finding.disposition = Disposition::kTransfer;
  finding.transfer_department = department;
  return finding;
}

FindingDraft OnSpot(const std::string& code) {
  FindingDraft finding = Order(code);
  finding.disposition = Disposition::kCorrectedOnSpot;
  return finding;
}

TEST(RecordFindingTest, TheLongestUsualTermIsTheDefault) {
  ASSERT_OK_AND_ASSIGN(const Finding finding, RecordOne(Order("B02")));
  EXPECT_EQ(finding.term_days, 15);
  EXPECT_EQ(finding.title, "名称");
  EXPECT_EQ(finding.catalog_version, 1);
}

TEST(RecordFindingTest, TheCatalogueOfTheDayCounts) {
  InspectionDraft draft = SampleDraft();
  draft.inspect_time = At(2023, 7, 1, 0);
  ASSERT_OK_AND_ASSIGN(const RecordedInspection recorded, Record(draft));
  EXPECT_EQ(recorded.inspection.findings[0].catalog_version, 2);
  EXPECT_EQ(recorded.inspection.findings[0].term_days, 10);
  draft.findings = {Order("C01")};
  EXPECT_THAT(Record(draft), StatusIs(StatusCode::kInvalidArgument, "CATALOG_CODE_UNKNOWN"));
  draft.inspect_time = At(2021, 12, 31);
  EXPECT_THAT(Record(draft), StatusIs(StatusCode::kInvalidArgument, "CATALOG_CODE_UNKNOWN"));
}

TEST(RecordFindingTest, AnOfficerMayStateATermOrADate) {
  FindingDraft finding = Order("B02");
  finding.term_days = 365;
  EXPECT_EQ(RecordOne(finding)->term_days, 365);
  finding.term_days = 0;
  finding.stated_due_date = absl::CivilDay(2023, 2, 2);
  ASSERT_OK_AND_ASSIGN(const Finding stated, RecordOne(finding));
  EXPECT_EQ(stated.term_days, 0);
  EXPECT_EQ(stated.stated_due_date, absl::CivilDay(2023, 2, 2));
}

TEST(RecordFindingTest, WhatMustBeCorrectedAtOnceHasNoTerm) {
  FindingDraft finding = Order("C01");
  finding.term_days = 7;
  EXPECT_EQ(RecordOne(finding)->term_days, 0);
  finding.term_days = 0;
  finding.stated_due_date = absl::CivilDay(2023, 2, 3);
  EXPECT_THAT(RecordOne(finding), HasViolation("inspection.findings[0].stated_due_date"));
}

TEST(RecordFindingTest, RefusesImpossibleTermsAndDates) {
  FindingDraft finding = Order("B02");
  for (int days : {-1, 366}) {
    finding.term_days = days;
    EXPECT_THAT(RecordOne(finding), HasViolation("inspection.findings[0].term_days")) << days;
  }
  finding.term_days = 0;
  for (absl::CivilDay day : {absl::CivilDay(2023, 2, 1), absl::CivilDay(2024, 2, 2)}) {
    finding.stated_due_date = day;
    EXPECT_THAT(RecordOne(finding), HasViolation("inspection.findings[0].stated_due_date")) << day;
  }
  finding.stated_due_date = absl::CivilDay(2023, 3, 1);
  finding.term_days = 5;
  EXPECT_THAT(RecordOne(finding), HasViolation("inspection.findings[0].term_days"));
}

TEST(RecordFindingTest, TermAndDateBelongToOrdersOnly) {
  FindingDraft finding = OnSpot("B02");
  finding.term_days = 5;
  EXPECT_THAT(RecordOne(finding), HasViolation("inspection.findings[0].term_days"));
  finding = Transfer("E03", kHousing);
  finding.stated_due_date = absl::CivilDay(2023, 3, 1);
  EXPECT_THAT(RecordOne(finding), HasViolation("inspection.findings[0].stated_due_date"));
}

TEST(RecordFindingTest, CorrectedOnTheSpotIsRectifiedFromTheStart) {
  ASSERT_OK_AND_ASSIGN(const Finding finding, RecordOne(OnSpot("C01")));
  EXPECT_EQ(finding.state, FindingState::kRectified);
  EXPECT_EQ(finding.close_time, SampleDraft().inspect_time);
  EXPECT_EQ(finding.version, 1);
}

TEST(RecordFindingTest, AnyKindCanBeTransferredToADepartment) {
  for (const char* code : {"E03", "D04", "B02"}) {
    ASSERT_OK_AND_ASSIGN(const Finding finding, RecordOne(Transfer(code, kHousing)));
    EXPECT_EQ(finding.state, FindingState::kOpen) << code;
    EXPECT_EQ(finding.transfer_department, kHousing);
    EXPECT_EQ(finding.term_days, 0);
  }
}

TEST(RecordFindingTest, ATransferNamesAKnownDepartmentAndNothingElseDoes) {
  const auto names_field = HasViolation("inspection.findings[0].transfer_department");
  EXPECT_THAT(RecordOne(Transfer("E03", "")), names_field);
  EXPECT_THAT(RecordOne(Transfer("E03", "districts/120110/departments/none")), names_field);
  FindingDraft finding = Order("B02");
  finding.transfer_department = kHousing;
  EXPECT_THAT(RecordOne(finding), names_field);
}

TEST(RecordFindingTest, AnotherDepartmentsPowerCanOnlyBeTransferred) {
  for (const FindingDraft& finding : {Order("E03"), OnSpot("E03")}) {
    const auto refused = RecordOne(finding);
    EXPECT_THAT(refused, StatusIs(StatusCode::kFailedPrecondition, "DISPOSITION_NOT_ALLOWED"));
    EXPECT_THAT(refused, HasViolation("inspection.findings[0].disposition"));
  }
  EXPECT_OK(RecordOne(Order("D04")));
}

TEST(RecordFindingTest, TellsTheMistakesOfAllFindingsInOneAnswer) {
  InspectionDraft draft = SampleDraft();
  draft.findings = {Order("B02"), Order("X99"), Order("E03"), Transfer("E03", "")};
  draft.findings[0].term_days = 400;
  const auto refused = Record(draft);
  EXPECT_THAT(refused, StatusIs(StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(refused, HasViolation("inspection.findings[0].term_days"));
  EXPECT_THAT(refused, HasViolation("inspection.findings[1].catalog_code"));
  EXPECT_THAT(refused, HasViolation("inspection.findings[2].disposition"));
  EXPECT_THAT(refused, HasViolation("inspection.findings[3].transfer_department"));
  EXPECT_EQ(DetailOf(refused.status())->violations.size(), 4u);
}

TEST(RecordFindingTest, AReasonOfItsOwnNeedsThatAllMistakesHaveIt) {
  InspectionDraft draft = SampleDraft();
  draft.findings = {Order("X98"), Order("X99")};
  EXPECT_THAT(Record(draft), StatusIs(StatusCode::kInvalidArgument, "CATALOG_CODE_UNKNOWN"));
  draft.findings = {Order("E03"), Order("E03")};
  EXPECT_THAT(Record(draft), StatusIs(StatusCode::kFailedPrecondition, "DISPOSITION_NOT_ALLOWED"));
}

}  // namespace
}  // namespace rectify::hazard::domain

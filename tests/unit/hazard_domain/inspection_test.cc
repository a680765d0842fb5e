#include "services/hazard_findings/domain/inspection.h"

#include "libs/testing/status_matchers.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;

TEST(RecordInspectionTest, MakesTheInspectionWithItsFindings) {
  InspectionDraft draft = SampleDraft();
  draft.findings = {Order("B02"), Order("C01")};
  ASSERT_OK_AND_ASSIGN(const RecordedInspection recorded, Record(draft));
  const Inspection& inspection = recorded.inspection;
  EXPECT_EQ(inspection.name(), "districts/120110/inspections/id-of-inspection");
  EXPECT_THAT(inspection.officers, ElementsAre(kZhang, kLi));
  EXPECT_EQ(inspection.create_time, At(2023, 8, 1));
  ASSERT_EQ(inspection.findings.size(), 2u);
  const Finding& second = inspection.findings[1];
  EXPECT_EQ(second.name(), "districts/120110/findings/id-of-finding/1");
  EXPECT_EQ(second.inspection(), inspection.name());
  EXPECT_EQ(second.ordinal, 1);
  EXPECT_EQ(second.venue, kVenue);
  EXPECT_EQ(second.find_time, inspection.inspect_time);
  EXPECT_EQ(second.state, FindingState::kOpen);
  EXPECT_EQ(second.version, 1);
  EXPECT_EQ(recorded.types[1]->code, "C01");
}

TEST(RecordInspectionTest, KeepsTheIdThatTheClientChose) {
  InspectionDraft draft = SampleDraft();
  draft.id = "01850000-0000-7000-8000-0000000000ff";
  ASSERT_OK_AND_ASSIGN(const RecordedInspection recorded, Record(draft));
  EXPECT_EQ(recorded.inspection.id, draft.id);
  draft.id = "not-a-uuid";
  EXPECT_THAT(Record(draft), HasViolation("inspection_id"));
}

TEST(RecordInspectionTest, NoFindingIsAResultToo) {
  InspectionDraft draft = SampleDraft();
  draft.findings.clear();
  ASSERT_OK_AND_ASSIGN(const RecordedInspection recorded, Record(draft));
  EXPECT_TRUE(recorded.inspection.findings.empty());
}

TEST(RecordInspectionTest, RefusesTheFutureButNotThePast) {
  InspectionDraft draft = SampleDraft();
  draft.findings.clear();
  EXPECT_OK(Record(draft, SampleReferences(), draft.inspect_time));
  const auto early = Record(draft, SampleReferences(), draft.inspect_time - absl::Microseconds(1));
  EXPECT_THAT(early, StatusIs(StatusCode::kInvalidArgument, "IN_THE_FUTURE"));
  EXPECT_THAT(early, HasViolation("inspection.inspect_time"));
  EXPECT_OK(Record(draft, SampleReferences(), At(2033, 1, 1)));
}

TEST(RecordInspectionTest, NeedsTwoDifferentOfficers) {
  const auto refused = StatusIs(StatusCode::kFailedPrecondition, "TOO_FEW_OFFICERS");
  InspectionDraft draft = SampleDraft();
  draft.officers = {kZhang};
  EXPECT_THAT(Record(draft), refused);
  draft.officers = {kZhang, kZhang};
  EXPECT_THAT(Record(draft), refused);
  EXPECT_THAT(Record(draft), HasViolation("inspection.officers"));
}

TEST(RecordInspectionTest, AnOfficerTwiceAmongSeveralIsAMistake) {
  InspectionDraft draft = SampleDraft();
  draft.officers = {kZhang, kLi, kZhang};
  EXPECT_THAT(Record(draft), StatusIs(StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(Record(draft), HasViolation("inspection.officers[2]"));
}

TEST(RecordInspectionTest, NamesTheOfficerOrVenueThatDoesNotExist) {
  References references = SampleReferences();
  references.officers.erase(kLi);
  const auto no_officer = Record(SampleDraft(), references);
  EXPECT_THAT(no_officer, StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_EQ(DetailOf(no_officer.status())->metadata["name"], kLi);
  references = SampleReferences();
  references.venue.reset();
  const auto no_venue = Record(SampleDraft(), references);
  EXPECT_THAT(no_venue, StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_EQ(DetailOf(no_venue.status())->metadata["name"], kVenue);
}

TEST(RecordInspectionTest, VenueAndOfficersMustLieInTheDistrict) {
  InspectionDraft draft = SampleDraft();
  draft.venue = "districts/120101/venues/01850000-0000-7000-8000-000000000001";
  draft.officers[1] = "districts/120101/officers/01850000-0000-7000-8000-000000000012";
  const auto refused = Record(draft);
  EXPECT_THAT(refused, HasViolation("inspection.venue"));
  EXPECT_THAT(refused, HasViolation("inspection.officers[1]"));
}

TEST(RecordInspectionTest, AClosedVenueCanOnlyHaveEarlierInspections) {
  const InspectionDraft draft = SampleDraft();
  References references = SampleReferences();
  references.venue->close_time = draft.inspect_time;
  EXPECT_THAT(Record(draft, references), StatusIs(StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
  references.venue->close_time = draft.inspect_time + absl::Seconds(1);
  EXPECT_OK(Record(draft, references));
}

TEST(QualificationTest, TheCertificateIsValidFromItsFirstToItsLastDay) {
  Officer officer = SampleOfficer(kLi);
  officer.certificate_start = absl::CivilDay(2023, 1, 1);
  officer.certificate_end = absl::CivilDay(2023, 2, 1);
  EXPECT_FALSE(IsQualified(officer, absl::CivilDay(2022, 12, 31)));
  EXPECT_TRUE(IsQualified(officer, absl::CivilDay(2023, 1, 1)));
  EXPECT_TRUE(IsQualified(officer, absl::CivilDay(2023, 2, 1)));
  EXPECT_FALSE(IsQualified(officer, absl::CivilDay(2023, 2, 2)));
}

TEST(QualificationTest, OnlyStaffInPostMaySign) {
  Officer officer = SampleOfficer(kLi);
  officer.post_start = absl::CivilDay(2022, 3, 1);
  EXPECT_FALSE(IsQualified(officer, absl::CivilDay(2022, 2, 28)));
  EXPECT_TRUE(IsQualified(officer, absl::CivilDay(2022, 3, 1)));
  officer.post_end = absl::CivilDay(2023, 6, 30);
  EXPECT_TRUE(IsQualified(officer, absl::CivilDay(2023, 6, 30)));
  EXPECT_FALSE(IsQualified(officer, absl::CivilDay(2023, 7, 1)));
}

// 2023-02-01 23:59 in China is still 15:59 of that day in UTC; 00:00 is the day before there.
TEST(QualificationTest, TheDayIsChinas) {
  References references = SampleReferences();
  references.officers[kLi].certificate_end = absl::CivilDay(2023, 2, 1);
  InspectionDraft draft = SampleDraft();
  draft.inspect_time = StartOfDay(absl::CivilDay(2023, 2, 2)) - absl::Seconds(1);
  EXPECT_OK(Record(draft, references));
  draft.inspect_time = StartOfDay(absl::CivilDay(2023, 2, 2));
  EXPECT_THAT(Record(draft, references),
              StatusIs(StatusCode::kFailedPrecondition, "OFFICER_NOT_QUALIFIED"));
}

TEST(QualificationTest, TellsEveryOfficerWhoIsNotQualified) {
  References references = SampleReferences();
  references.officers[kLi].certificate_end = absl::CivilDay(2023, 1, 31);
  references.officers[kWang].post_end = absl::CivilDay(2022, 1, 31);
  InspectionDraft draft = SampleDraft();
  draft.officers = {kZhang, kLi, kWang};
  const auto refused = Record(draft, references);
  EXPECT_THAT(refused, StatusIs(StatusCode::kFailedPrecondition, "OFFICER_NOT_QUALIFIED"));
  EXPECT_THAT(refused, HasViolation("inspection.officers[1]"));
  EXPECT_THAT(refused, HasViolation("inspection.officers[2]"));
  auto metadata = DetailOf(refused.status())->metadata;
  EXPECT_EQ(metadata["officer"], kLi);
  EXPECT_EQ(metadata["date"], "2023-02-01");
}

}  // namespace
}  // namespace rectify::hazard::domain

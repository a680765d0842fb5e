#include "services/hazard_findings/domain/major_hazard.h"

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "tests/unit/hazard_domain/rule_book.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using rectify::testing::HasViolation;
using State = MajorHazardState;

Inspection SampleInspection() {
  InspectionDraft draft = SampleDraft();
  draft.findings = {Order("B02"), Order("B02")};
  draft.findings[1].disposition = Disposition::kCorrectedOnSpot;
  return Record(draft)->inspection;
}

MajorHazard DraftHazard() {
  const Inspection inspection = SampleInspection();
  MajorHazard draft;
  draft.district = kDistrict;
  draft.id = "hazard";
  draft.inspection_id = inspection.id;
  draft.findings = {inspection.findings[0].name()};
  draft.clauses = {"7.3.3"};
  return draft;
}

MajorHazard Proposed() {
  return *ProposeMajorHazard(DraftHazard(), SampleInspection(), Book(), At(2023, 2, 1, 12));
}

Deliberation Meeting(int day, bool agree) {
  Deliberation meeting;
  meeting.meet_time = At(2023, 2, day);
  meeting.chair = kLi;
  for (const char* officer : {kZhang, kLi, kWang}) {
    meeting.participants.push_back({officer, "意见", agree});
  }
  return meeting;
}

MajorHazardRecheck Look(int day, bool passed) {
  return {At(2023, 2, day), {kZhang, kLi}, passed, "复查情况"};
}

// One hazard in each state.
MajorHazard In(State state) {
  const References known = SampleReferences();
  const absl::Time now = At(2023, 2, 20);
  MajorHazard hazard = Proposed();
  if (state == State::kProposed) return hazard;
  if (state == State::kNotDetermined) {
    return *RecordDetermination(hazard, Meeting(2, false), known, now);
  }
  hazard = *RecordDetermination(hazard, Meeting(2, true), known, now);
  if (state == State::kDetermined) return hazard;
  hazard = *ServeNotice(hazard, "1", At(2023, 2, 3), absl::CivilDay(2023, 6, 30), now);
  if (state == State::kServed) return hazard;
  hazard = *Supervise(*ReportToGovernment(hazard, "文件", now), "区政府", now);
  if (state == State::kSupervised) return hazard;
  hazard = *Recheck(hazard, Look(4, true), known, now);
  if (state == State::kRecheckPassed) return hazard;
  return *Delist(hazard, Meeting(5, true), known, now);
}

TEST(MajorHazardTest, VerbsStartOnlyFromTheirStates) {
  const References known = SampleReferences();
  const absl::Time now = At(2023, 2, 20);
  const auto allowed = [](const absl::StatusOr<MajorHazard>& result) {
    EXPECT_EQ(ReasonOf(result.status()), result.ok() ? "" : "MAJOR_HAZARD_STATE");
    return result.ok();
  };
  for (int number = 1; number <= 7; ++number) {
    const auto state = static_cast<State>(number);
    const MajorHazard hazard = In(state);
    ASSERT_EQ(hazard.state, state);
    EXPECT_EQ(allowed(RecordDetermination(hazard, Meeting(6, true), known, now)),
              state == State::kProposed);
    EXPECT_EQ(allowed(ServeNotice(hazard, "1", At(2023, 2, 6), absl::CivilDay(2023, 6, 30), now)),
              state == State::kDetermined);
    // The supervised one is reported already.
    EXPECT_EQ(allowed(ReportToGovernment(hazard, "文件", now)),
              state == State::kDetermined || state == State::kServed);
    EXPECT_EQ(allowed(Recheck(hazard, Look(6, true), known, now)),
              state == State::kServed || state == State::kSupervised);
    EXPECT_EQ(allowed(Delist(hazard, Meeting(6, true), known, now)),
              state == State::kRecheckPassed);
    // Without a report there is no supervision.
    EXPECT_FALSE(allowed(Supervise(hazard, "区政府", now)));
  }
}

TEST(MajorHazardTest, ConsistsOfOpenFindingsOfItsInspection) {
  MajorHazard draft = DraftHazard();
  draft.findings = {SampleInspection().findings[1].name()};
  EXPECT_THAT(ProposeMajorHazard(draft, SampleInspection(), Book(), At(2023, 2, 1, 12)),
              HasViolation("major_hazard.findings[0]"));
  draft.findings = {DraftHazard().findings[0], DraftHazard().findings[0]};
  EXPECT_THAT(ProposeMajorHazard(draft, SampleInspection(), Book(), At(2023, 2, 1, 12)),
              HasViolation("major_hazard.findings[1]"));
}

TEST(MajorHazardTest, IsJudgedByTheEditionOfItsDay) {
  EXPECT_EQ(Proposed().rule_set, "GB35181-2017");
  MajorHazard draft = DraftHazard();
  draft.clauses = {"5.1"};
  EXPECT_THAT(ProposeMajorHazard(draft, SampleInspection(), Book(), At(2023, 2, 1, 12)),
              HasViolation("major_hazard.clauses[0]"));
}

TEST(MajorHazardTest, TheNoticeStatesADayAfterItsService) {
  const MajorHazard hazard = In(State::kDetermined);
  const absl::Time now = At(2023, 2, 20);
  EXPECT_THAT(ServeNotice(hazard, "1", At(2023, 2, 3), absl::CivilDay(2023, 2, 3), now),
              HasViolation("due_date"));
  EXPECT_OK(ServeNotice(hazard, "1", At(2023, 2, 3), absl::CivilDay(2023, 2, 4), now));
  EXPECT_THAT(ServeNotice(hazard, "1", At(2023, 2, 3), absl::CivilDay(2026, 2, 4), now),
              HasViolation("due_date"));
  EXPECT_THAT(ServeNotice(hazard, "1", At(2023, 2, 1), absl::CivilDay(2023, 2, 4), now),
              HasViolation("serve_time"));
}

TEST(MajorHazardTest, TwoQualifiedOfficersLookAgain) {
  const MajorHazard hazard = In(State::kServed);
  MajorHazardRecheck recheck = Look(6, true);
  recheck.officers = {kZhang, kZhang};
  EXPECT_EQ(ReasonOf(Recheck(hazard, recheck, SampleReferences(), At(2023, 2, 20)).status()),
            "TOO_FEW_OFFICERS");
  References expired = SampleReferences();
  expired.officers[kLi].certificate_end = absl::CivilDay(2023, 2, 5);
  EXPECT_EQ(ReasonOf(Recheck(hazard, Look(6, true), expired, At(2023, 2, 20)).status()),
            "OFFICER_NOT_QUALIFIED");
}

TEST(MajorHazardTest, AMeetingThatDoesNotDelistSendsItBackToWhereItWas) {
  const References known = SampleReferences();
  const absl::Time now = At(2023, 2, 20);
  EXPECT_EQ(Delist(In(State::kRecheckPassed), Meeting(6, false), known, now)->state,
            State::kSupervised);
  const MajorHazard unsupervised = *Recheck(In(State::kServed), Look(6, true), known, now);
  EXPECT_EQ(Delist(unsupervised, Meeting(6, false), known, now)->state, State::kServed);
}

}  // namespace
}  // namespace rectify::hazard::domain

// Units, visitors and whole draws for tests. All names are invented (示例).
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/testing/status_matchers.h"
#include "services/followup_visits/domain/draw.h"

namespace rectify::followup::domain {

inline std::string Id(int n) { return absl::StrFormat("01850000-0000-7000-8000-%012d", n); }
inline std::string OfficerName(int n) {
  return absl::StrCat("districts/120110/officers/", Id(1000 + n));
}

inline PenalisedUnit SampleUnit(int n, CaseKind kind = CaseKind::kPenalty,
                                Quarter entry = {2023, 1}) {
  PenalisedUnit unit;
  unit.district = "120110";
  unit.id = Id(n);
  unit.decision_number = absl::StrCat("津丽消行罚决字〔2023〕第", n, "号");
  unit.decision_date = absl::CivilDay(2023, 2, 3);
  unit.case_kind = kind;
  unit.party = absl::StrCat("示例单位", n);
  unit.venue = absl::StrCat("districts/120110/venues/", Id(2000 + n));
  unit.officers = {OfficerName(n % 5), OfficerName((n + 1) % 5)};
  unit.entry_quarter = entry;
  return unit;
}

inline Visitor SampleVisitor(int n, std::vector<std::string> officers = {}) {
  Visitor visitor;
  visitor.district = "120110";
  visitor.code = absl::StrCat("v", n);
  visitor.display_name = absl::StrCat("示例人员", n);
  visitor.user = absl::StrCat("users/v", n);
  visitor.officers = std::move(officers);
  return visitor;
}

inline DrawPolicy SamplePolicy() {
  DrawPolicy policy;
  policy.strata = {{"opening", "开业前检查", {CaseKind::kOpeningCheck}, {}, 100},
                   {"penalty", "行政处罚", {CaseKind::kPenalty}, {}, 80},
                   {"inspection", "监督检查", {CaseKind::kInspection}, {}, 5}};
  return policy;
}

inline absl::Time SampleTime(int hour = 10) {
  return absl::FromCivil(absl::CivilHour(2023, 3, 20, hour), ChinaZone());
}

// `count` penalties, five visitors without ties, two officials.
inline FrameDraft SampleFrame(int count) {
  FrameDraft draft;
  draft.district = "120110";
  draft.draw = Id(9000);
  draft.number = 1;
  draft.quarter = {2023, 1};
  for (int n = 0; n < count; ++n) draft.units.push_back(SampleUnit(n));
  for (int n = 0; n < 5; ++n) draft.visitors.push_back(SampleVisitor(n));
  draft.officials = {"users/ji.a", "users/ji.b"};
  draft.now = SampleTime();
  return draft;
}

inline std::string SampleSalt(const PenalisedUnit& unit) { return "salt of " + unit.id; }

inline Draw SampleDraw(const FrameDraft& draft) {
  Draw draw;
  draw.district = draft.district;
  draw.id = draft.draw;
  draw.quarter = draft.quarter;
  draw.create_time = draft.now;
  draw.version = 1;
  return draw;
}

inline std::string SampleHalf(char c) { return std::string(40, c); }

// From the frame to the record, with two halves.
inline absl::StatusOr<FinishedDraw> RunDraw(const FrameDraft& draft, const DrawPolicy& policy,
                                            char first = 'a', char second = 'b') {
  ASSIGN_OR_RETURN(const FrozenFrame frame, FreezeFrame(draft, policy, SampleSalt));
  ASSIGN_OR_RETURN(Draw draw, Freeze(SampleDraw(draft), frame.terms, draft.now));
  const std::string halves[] = {SampleHalf(first), SampleHalf(second)};
  for (int i = 0; i < 2; ++i) {
    ASSIGN_OR_RETURN(draw, CommitHalf(draw, draft.officials[i], HashOf(halves[i]), draft.now));
  }
  for (int i = 0; i < 2; ++i) {
    ASSIGN_OR_RETURN(draw, RevealHalf(draw, draft.officials[i], halves[i], draft.now));
  }
  return DrawSample(draw, frame.rows, draft.now);
}

}  // namespace rectify::followup::domain

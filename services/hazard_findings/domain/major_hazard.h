// A major fire hazard (重大火灾隐患) and its life:
//
//   PROPOSED → DETERMINED → SERVED → SUPERVISED → RECHECK_PASSED → DELISTED
//   PROPOSED → NOT_DETERMINED; SERVED → RECHECK_PASSED without supervision;
//   RECHECK_PASSED → SUPERVISED or SERVED when the meeting does not delist it
//
// It is apart from its findings, which keep their own orders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/hazard_findings/domain/deliberation.h"
#include "services/hazard_findings/domain/inspection.h"
#include "services/hazard_findings/domain/major_hazard_rules.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract and of the tables.
enum class MajorHazardState {
  kProposed = 1,
  kNotDetermined = 2,
  kDetermined = 3,
  kServed = 4,
  kSupervised = 5,
  kRecheckPassed = 6,
  kDelisted = 7
};

std::string MajorHazardName(absl::string_view district, absl::string_view id);

struct MajorHazardRecheck {
  absl::Time recheck_time;
  std::vector<std::string> officers;
  bool passed = false;
  std::string text;
};

struct MajorHazard {
  std::string district, id;
  std::string inspection_id;
  std::string venue;
  std::vector<std::string> findings;  // resource names
  std::string rule_set;
  std::vector<std::string> clauses;
  std::string facts;
  bool expert_argument = false;
  std::string handling_officer;
  MajorHazardState state = MajorHazardState::kProposed;
  absl::Time propose_time, inspect_time;
  std::vector<Deliberation> deliberations;
  std::string notice_number;
  std::optional<absl::Time> serve_time;
  std::optional<absl::CivilDay> due_date;
  std::optional<absl::Time> report_time;
  std::string report_document;
  std::optional<absl::Time> supervise_time;
  std::string supervision;
  std::vector<MajorHazardRecheck> rechecks;
  std::optional<absl::Time> end_time;
  int64_t version = 1;

  std::string name() const { return MajorHazardName(district, id); }
  std::string inspection() const { return InspectionName(district, inspection_id); }
};

// A proposal without id: findings, clauses, facts and expert_argument of `draft`, the rest of the
// inspection. INVALID_ARGUMENT (paths below "major_hazard"): findings must be open ones of the
// inspection, clauses must be of the edition in force on its day.
absl::StatusOr<MajorHazard> ProposeMajorHazard(MajorHazard draft, const Inspection& inspection,
                                               const RuleBook& book, absl::Time now);

// The verbs. FAILED_PRECONDITION MAJOR_HAZARD_STATE (metadata `state`) from another state than the
// contract allows; besides what Decide fails with, and INVALID_ARGUMENT, TOO_FEW_OFFICERS,
// OFFICER_NOT_QUALIFIED, NOT_FOUND as the contract says.
absl::StatusOr<MajorHazard> RecordDetermination(MajorHazard hazard, Deliberation deliberation,
                                                const References& references, absl::Time now);
absl::StatusOr<MajorHazard> ServeNotice(MajorHazard hazard, absl::string_view number,
                                        absl::Time serve_time, absl::CivilDay due_date,
                                        absl::Time now);
absl::StatusOr<MajorHazard> ReportToGovernment(MajorHazard hazard, absl::string_view document,
                                               absl::Time now);
absl::StatusOr<MajorHazard> Supervise(MajorHazard hazard, absl::string_view supervision,
                                      absl::Time now);
absl::StatusOr<MajorHazard> Recheck(MajorHazard hazard, const MajorHazardRecheck& recheck,
                                    const References& references, absl::Time now);
absl::StatusOr<MajorHazard> Delist(MajorHazard hazard, Deliberation deliberation,
                                   const References& references, absl::Time now);

}  // namespace rectify::hazard::domain

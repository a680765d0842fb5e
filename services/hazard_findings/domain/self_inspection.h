// What a venue finds at itself under a campaign (自查自改) and its life:
//
//   REQUESTED → REPORTED → CONFIRMED → CLOSED, REPORTED → CLOSED when nothing is left to rectify,
//   REPORTED → REQUESTED by a return with a new due date
//
// A problem that a venue tells of itself is no finding and starts no order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/hazard_findings/domain/references.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract and of the tables.
enum class SelfInspectionState { kRequested = 1, kReported = 2, kConfirmed = 3, kClosed = 4 };

std::string SelfInspectionName(absl::string_view district, absl::string_view id);

struct SelfFoundProblem {
  std::string item, description, location;
  std::optional<absl::CivilDay> rectified_date, planned_date;
  std::string rectification;

  bool open() const { return !rectified_date.has_value(); }
};

struct SelfInspection {
  std::string district, id;
  std::string campaign, venue;  // resource names
  std::string target_class;
  std::string officer;
  absl::CivilDay due_date, first_due_date;
  SelfInspectionState state = SelfInspectionState::kRequested;
  std::vector<ChecklistAnswer> answers;
  std::vector<SelfFoundProblem> problems;
  std::optional<absl::Time> report_time;
  std::string return_reason;
  int return_count = 0;
  absl::Time create_time;
  std::optional<absl::Time> confirm_time, close_time;
  int64_t version = 1;

  std::string name() const { return SelfInspectionName(district, id); }
  int open_problems() const;
  // The first date that the venue planned for a problem that is open; absent when none is.
  std::optional<absl::CivilDay> next_planned_date() const;
};

struct SelfInspectionRequest {
  std::string district, campaign, officer;
  absl::CivilDay due_date;
  struct Target {
    std::string venue, target_class;
  };
  std::vector<Target> targets;
};

// Judges a request for a set of venues. INVALID_FIELD with all wrong fields ("targets[2].venue");
// NOT_FOUND (campaign, officer, venue), CAMPAIGN_NOT_IN_FORCE, VENUE_CLOSED.
absl::Status CheckRequest(const SelfInspectionRequest& request, const References& references,
                          const std::map<std::string, Venue>& venues, absl::Time now);

// FAILED_PRECONDITION SELF_INSPECTION_STATE (metadata `state`) from another state than the contract
// allows; INVALID_FIELD with all wrong fields.
absl::StatusOr<SelfInspection> ReportSelfInspection(SelfInspection self,
                                                    std::vector<ChecklistAnswer> answers,
                                                    std::vector<SelfFoundProblem> problems,
                                                    const Checklist& checklist, absl::Time now);
absl::StatusOr<SelfInspection> RectifySelfFoundProblem(SelfInspection self, int problem,
                                                       absl::string_view rectification,
                                                       absl::Time now);
absl::StatusOr<SelfInspection> ConfirmSelfInspection(SelfInspection self, absl::Time now);
absl::StatusOr<SelfInspection> ReturnSelfInspection(SelfInspection self, absl::string_view reason,
                                                    absl::CivilDay due_date, absl::Time now);

}  // namespace rectify::hazard::domain

// Inspections in the database.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/inspection.h"
#include "services/hazard_findings/domain/recurrence.h"
#include "services/hazard_findings/domain/references.h"

namespace rectify::hazard::store {

// Of one district, with officers, answers and findings. Returns the ids that were taken already;
// nothing is written of those.
absl::StatusOr<std::set<std::string>> AddInspections(
    pg::Tx& tx, absl::string_view district,
    const std::vector<const domain::Inspection*>& inspections);

// By name of the venue: its inspections, under each of its names, in a calendar year that count
// against the cap. Until the transaction ends nobody else can ask for the same venues.
absl::StatusOr<std::map<std::string, int>> CountedInspections(
    pg::Tx& tx, absl::string_view district, const std::vector<const domain::Venue*>& venues,
    int64_t year);

struct PastOf {
  const domain::Inspection& inspection;
  const domain::Venue& venue;
  absl::Time from;
};
// For each: what is known of the codes of the inspection's findings at its venue, under each of its
// names, found from `from` on and before the inspection.
absl::StatusOr<std::vector<std::vector<domain::PastFindings>>> PastFindingsOf(
    pg::Tx& tx, absl::string_view district, const std::vector<PastOf>& wanted);

// With officers and findings. NOT_FOUND when it does not exist.
absl::StatusOr<domain::Inspection> GetInspection(pg::Tx& tx, absl::string_view district,
                                                 absl::string_view id);

// One page, newest first, with officers and findings, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Inspection>, std::string>> ListInspections(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

}  // namespace rectify::hazard::store

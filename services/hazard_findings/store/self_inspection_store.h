// Self-inspections in the database.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/self_inspection.h"
#include "services/hazard_findings/store/lead_store.h"

namespace rectify::hazard::store {

// The venues that `names` mean, as far as they are known here, by each of these names and by their
// own: that of a merged one means the venue that goes on.
absl::StatusOr<std::map<std::string, domain::Venue>> KnownVenues(
    pg::Tx& tx, absl::string_view district, const std::vector<std::string>& names);

// Of one campaign, in one statement. ALREADY_EXISTS (targets) when a venue has one already.
absl::Status AddSelfInspections(pg::Tx& tx, const std::vector<domain::SelfInspection>& all);

// With answers and problems. NOT_FOUND when it does not exist or is of none of `venues`.
absl::StatusOr<domain::SelfInspection> GetSelfInspection(pg::Tx& tx, absl::string_view district,
                                                         absl::string_view id, const Desks& venues);
absl::StatusOr<domain::SelfInspection> LockSelfInspection(pg::Tx& tx, absl::string_view district,
                                                          absl::string_view id);

// Writes what the verbs change; `with_parts`: answers and problems too.
absl::Status SaveSelfInspection(pg::Tx& tx, const domain::SelfInspection& self, bool with_parts);

// One page by due date without answers and problems, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::SelfInspection>, std::string>> ListSelfInspections(
    pg::Tx& tx, absl::string_view district, const Desks& venues, absl::string_view filter,
    int page_size, absl::string_view page_token);

struct Progress {
  struct Count {
    std::string target_class;
    int state = 0, count = 0;
  };
  std::vector<Count> self_inspections, department_tasks;  // by class and state
  int inspections = 0;
};
// What has been done under a campaign, in one statement.
absl::StatusOr<Progress> CampaignProgress(pg::Tx& tx, absl::string_view district,
                                          absl::string_view campaign);

}  // namespace rectify::hazard::store

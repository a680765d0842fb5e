// Findings in the database.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/finding.h"

namespace rectify::hazard::store {

// Of one district, in one statement that travels with what follows (Tx::Send).
absl::Status AddFindings(pg::Tx& tx, absl::string_view district,
                         const std::vector<const domain::Finding*>& findings);

// Those that exist, in any order.
absl::StatusOr<std::vector<domain::Finding>> GetFindings(pg::Tx& tx, absl::string_view district,
                                                         const std::vector<std::string>& ids);

// Locks findings of one district by resource name, in an order that two commands agree on.
// NOT_FOUND naming the first one that does not exist.
absl::StatusOr<std::vector<domain::Finding>> LockFindings(pg::Tx& tx, absl::string_view district,
                                                          const std::vector<std::string>& names);

// Writes what the verbs change: state, order, close time, outcome, version. All of one district.
absl::Status SaveFindings(pg::Tx& tx, const std::vector<domain::Finding>& findings);

// Of several inspections, ordered by inspection id and place.
absl::StatusOr<std::vector<domain::Finding>> FindingsOf(
    pg::Tx& tx, absl::string_view district, const std::vector<std::string>& inspection_ids);

// Open and ordered ones of a venue, oldest first, at most 1000.
absl::StatusOr<std::vector<domain::Finding>> OpenFindingsOf(pg::Tx& tx, absl::string_view district,
                                                            absl::string_view venue);

// One page, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Finding>, std::string>> ListFindings(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

}  // namespace rectify::hazard::store

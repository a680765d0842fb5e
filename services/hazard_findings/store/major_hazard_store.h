// Major hazards in the database, with their meetings and rechecks.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/major_hazard.h"

namespace rectify::hazard::store {

absl::Status AddMajorHazard(pg::Tx& tx, const domain::MajorHazard& hazard);

// With meetings and rechecks. NOT_FOUND when it does not exist.
absl::StatusOr<domain::MajorHazard> GetMajorHazard(pg::Tx& tx, absl::string_view district,
                                                   absl::string_view id);
absl::StatusOr<domain::MajorHazard> LockMajorHazard(pg::Tx& tx, absl::string_view district,
                                                    absl::string_view id);

// Writes what the verbs change; adds the meetings and rechecks that are not there yet.
absl::Status SaveMajorHazard(pg::Tx& tx, const domain::MajorHazard& hazard);

// One page, newest first, with meetings and rechecks, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::MajorHazard>, std::string>> ListMajorHazards(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

}  // namespace rectify::hazard::store

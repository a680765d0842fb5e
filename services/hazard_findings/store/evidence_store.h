// Evidence in the database: what each file is about.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/evidence.h"

namespace rectify::hazard::store {

// What is known of `subject`, whose kind is `kind` (SubjectKind).
absl::StatusOr<domain::EvidenceSubject> FindSubject(pg::Tx& tx, absl::string_view district,
                                                    absl::string_view kind,
                                                    absl::string_view subject);

absl::Status AddEvidence(pg::Tx& tx, const domain::Evidence& evidence);

// NOT_FOUND when it does not exist.
absl::StatusOr<domain::Evidence> GetEvidence(pg::Tx& tx, absl::string_view district,
                                             absl::string_view id);

// One page, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Evidence>, std::string>> ListEvidence(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

}  // namespace rectify::hazard::store

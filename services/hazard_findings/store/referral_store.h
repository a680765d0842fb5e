// Letters to departments and streets in the database.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/referral.h"
#include "services/hazard_findings/store/lead_store.h"

namespace rectify::hazard::store {

// What exists of the names that a new referral mentions; only of its own district.
absl::StatusOr<domain::ReferralReferences> LoadReferralReferences(pg::Tx& tx,
                                                                  const domain::Referral& referral);

absl::Status AddReferral(pg::Tx& tx, const domain::Referral& referral);
// Writes what the verbs change.
absl::Status SaveReferral(pg::Tx& tx, const domain::Referral& referral);

// NOT_FOUND when it does not exist or is none of `desks`.
absl::StatusOr<domain::Referral> GetReferral(pg::Tx& tx, absl::string_view district,
                                             absl::string_view id, const Desks& desks);
absl::StatusOr<domain::Referral> LockReferral(pg::Tx& tx, absl::string_view district,
                                              absl::string_view id);

// One page, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Referral>, std::string>> ListReferrals(
    pg::Tx& tx, absl::string_view district, const Desks& desks, absl::string_view filter,
    int page_size, absl::string_view page_token);

}  // namespace rectify::hazard::store

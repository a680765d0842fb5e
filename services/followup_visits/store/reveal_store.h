// Reveals and their register, whose entries are never changed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/followup_visits/domain/reveal.h"

namespace rectify::followup::store {

absl::Status AddReveal(pg::Tx& tx, const domain::Reveal& reveal);
// With its entries. NOT_FOUND when it does not exist.
absl::StatusOr<domain::Reveal> LockReveal(pg::Tx& tx, absl::string_view district,
                                          absl::string_view id);
// Writes what the verbs change.
absl::Status SaveReveal(pg::Tx& tx, const domain::Reveal& reveal);
// Adds to the register; the reveal must be locked.
absl::Status AddEntry(pg::Tx& tx, const domain::Reveal& reveal, const domain::RevealEntry& entry);
// One page with entries, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Reveal>, std::string>> ListReveals(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

}  // namespace rectify::followup::store

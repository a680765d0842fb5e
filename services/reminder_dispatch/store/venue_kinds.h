// What venues are used for, as far as the registry has told.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/pool.h"

namespace rectify::reminder::store {

// `kind` is a number of the registry's contract.
absl::Status SaveVenueKind(pg::Tx& tx, const std::string& venue, int kind);
// 0 for a venue that is not known.
absl::StatusOr<int> ReadVenueKind(pg::Tx& tx, const std::string& venue);

}  // namespace rectify::reminder::store

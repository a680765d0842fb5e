// What venues are used for, as far as the registry has told.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/pool.h"

namespace rectify::reminder::store {

// `kind` is a number of the registry's contract.
absl::Status SaveVenueKind(pg::Tx& tx, const std::string& venue, int kind);
// By venue; those that are not known are left out.
absl::StatusOr<std::map<std::string, int>> ReadVenueKinds(pg::Tx& tx,
                                                          const std::vector<std::string>& venues);

}  // namespace rectify::reminder::store

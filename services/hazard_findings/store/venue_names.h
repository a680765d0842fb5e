// The names of a venue. When the registry merges two venues, the old one's name means the one that
// goes on; what was recorded before keeps the name that it was recorded under and is found by each
// name of the venue.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/pool.h"

// SQL condition: `column` is a name of the venue that `value` names. $1 is the district.
#define RECTIFY_OF_VENUE(column, value)                                                 \
  column " = any(array(select " value                                                   \
         "::text union all select a.name from venues n join venues a using (district, " \
         "survivor) where n.district = $1::text and n.name = " value "::text))"

namespace rectify::hazard::store {

// The registry merged `source` into `target`, both of one district. Names that were merged into the
// source follow.
absl::Status SaveMerge(pg::Tx& tx, const std::string& source, const std::string& target);

// The name under which the venue goes on: its own unless it was merged. Unknown ones stay.
absl::StatusOr<std::string> SurvivorOf(pg::Tx& tx, const std::string& venue);

// Whether both name one venue.
absl::StatusOr<bool> SameVenue(pg::Tx& tx, const std::string& one, const std::string& other);

// The names, each venue among them with all of its own: whoever speaks for a venue speaks for it
// under each.
absl::StatusOr<std::vector<std::string>> WithFormerNames(pg::Tx& tx,
                                                         const std::vector<std::string>& names);

}  // namespace rectify::hazard::store

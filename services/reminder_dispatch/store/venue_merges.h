// Venues that the registry merged into others. Reminders keep the venue that they were planned for
// and are found by each name of it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/pg/pool.h"

// SQL condition: `column` is a name of the venue that `value` names. $1 is the district.
#define RECTIFY_OF_VENUE(column, value)                                                     \
  column                                                                                    \
      " = any(array(with venue as (select coalesce((select survivor from venue_merges "     \
      "where district = $1::text and name = " value "::text), " value                       \
      "::text) as name) "                                                                   \
      "select name from venue union all select m.name from venue_merges m join venue v on " \
      "m.survivor = v.name where m.district = $1::text))"

namespace rectify::reminder::store {

// `source` was merged into `target`. Names that were merged into the source follow.
absl::Status SaveMerge(pg::Tx& tx, const std::string& source, const std::string& target);

}  // namespace rectify::reminder::store

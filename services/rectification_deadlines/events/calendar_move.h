// Moves exactly the open clocks that another calendar affects.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "libs/events/command.h"
#include "libs/workday/calendar.h"
#include "services/rectification_deadlines/domain/clock.h"

namespace rectify::deadline::events {

// The new national calendar: the notices of all years, to which each district adds its closures.
struct CalendarMove {
  std::vector<workday::YearNotice> notices;
  absl::CivilDay from, to;  // the days whose class may have changed
  std::string district;     // whose closures changed; empty: a notice did, for all
  std::string why;          // for the audit trail: 放假通知载入
};

// One DueDateChanged for each clock whose date moves or becomes firm; returns how many. The
// closures are those that the transaction sees. Runs under CalendarStore::LockForImport.
absl::StatusOr<int> MoveClocks(::rectify::events::Change& change, const CalendarMove& move);

}  // namespace rectify::deadline::events

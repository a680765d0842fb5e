// Loads holiday notices and moves exactly the open clocks that they affect.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/events/command.h"
#include "libs/workday/calendar.h"
#include "services/rectification_deadlines/store/calendar_store.h"

namespace rectify::deadline::events {

// INVALID_ARGUMENT CALENDAR_INVALID naming fields of `notice`: it contradicts itself or another
// year, or its version is not newer than the one loaded. Due dates printed in served orders stay as
// they were printed; what moves are the clocks.
absl::StatusOr<store::CalendarYear> ImportNotice(::rectify::events::Change& change,
                                                 store::CalendarStore& calendars,
                                                 const workday::YearNotice& notice);

// Imports those of the notices that are newer than what is loaded, each in a transaction of its
// own. For the start of the service; replicas may start together.
absl::Status ImportNewer(::rectify::events::Commands& commands, store::CalendarStore& calendars,
                         const std::vector<workday::YearNotice>& notices);

}  // namespace rectify::deadline::events

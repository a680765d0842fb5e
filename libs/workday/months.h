// Counting in calendar months.
#pragma once

#include "absl/time/civil_time.h"

namespace rectify::workday {

// The day of the same number, or the last one of a month that has none of it.
absl::CivilDay AddMonths(absl::CivilDay day, int months);

}  // namespace rectify::workday

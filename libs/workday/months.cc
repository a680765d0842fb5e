#include "libs/workday/months.h"

namespace rectify::workday {

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay same_number(month.year(), month.month(), day.day());
  if (absl::CivilMonth(same_number) == month) return same_number;
  return absl::CivilDay(month + 1) - 1;
}

}  // namespace rectify::workday

// Quarters of a year, the rhythm of draws and analyses.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace rectify::followup::domain {

struct Quarter {
  int year = 1970;
  int number = 1;  // 1 to 4

  int index() const { return year * 4 + number - 1; }
  absl::CivilDay FirstDay() const { return absl::CivilDay(year, number * 3 - 2, 1); }
  absl::CivilDay LastDay() const { return absl::CivilDay(year, number * 3 + 1, 1) - 1; }
  std::string text() const;  // "2023Q1"
  friend bool operator==(const Quarter&, const Quarter&) = default;
};

Quarter QuarterOf(absl::CivilDay day);
// "2023Q1", years 2000 to 2099; INVALID_ARGUMENT on `field` for anything else.
absl::StatusOr<Quarter> ParseQuarter(absl::string_view text, absl::string_view field);

}  // namespace rectify::followup::domain

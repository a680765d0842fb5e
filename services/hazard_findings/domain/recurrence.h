// Recurrence (屡改屡犯): the same kind of hazard at the same venue again within 24 months.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/hazard_findings/domain/finding.h"

namespace rectify::hazard::domain {

inline constexpr int kRecurrenceYears = 2;

// From when on an earlier finding counts: the same day 24 months before, 00:00.
absl::Time RecurrenceStart(absl::Time find_time);

// What a venue's past says about one code of the catalogue.
struct PastFindings {
  std::string catalog_code;
  std::string latest_id;
  absl::Time latest_time;
  int count = 0;
};

// Links each finding to the latest earlier one with its code. Findings of one inspection never
// recur on each other. `past`: of the findings' venue, between RecurrenceStart and the inspection;
// older entries link nothing.
void LinkRecurrences(std::vector<Finding>& findings, const std::vector<PastFindings>& past);

}  // namespace rectify::hazard::domain

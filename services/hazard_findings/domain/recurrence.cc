#include "services/hazard_findings/domain/recurrence.h"

#include "libs/base/clock.h"

namespace rectify::hazard::domain {

absl::Time RecurrenceStart(absl::Time find_time) {
  const absl::CivilDay day = CivilDayOf(find_time);
  return StartOfDay(absl::CivilDay(day.year() - kRecurrenceYears, day.month(), day.day()));
}

void LinkRecurrences(std::vector<Finding>& findings, const std::vector<PastFindings>& past) {
  for (Finding& finding : findings) {
    for (const PastFindings& earlier : past) {
      if (earlier.catalog_code != finding.catalog_code ||
          earlier.latest_time < RecurrenceStart(finding.find_time) ||
          earlier.latest_time >= finding.find_time) {
        continue;
      }
      finding.recurrence_of_id = earlier.latest_id;
      finding.recurrence_count = earlier.count;
    }
  }
}

}  // namespace rectify::hazard::domain

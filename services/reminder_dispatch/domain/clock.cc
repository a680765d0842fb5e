#include "services/reminder_dispatch/domain/clock.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "libs/base/clock.h"

namespace rectify::reminder::domain {

std::string TrackedClock::district() const {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  return parts.size() > 1 ? parts[1] : "";
}

absl::CivilDay TrackedClock::DueDay() const { return due_date.value_or(CivilDayOf(due_time)); }

std::vector<std::string> TrackedClock::Related() const {
  std::vector<std::string> related = {name, subject, venue};
  related.insert(related.end(), findings.begin(), findings.end());
  std::vector<std::string> unique;
  for (std::string& each : related) {
    if (!each.empty() && std::find(unique.begin(), unique.end(), each) == unique.end()) {
      unique.push_back(std::move(each));
    }
  }
  return unique;
}

TrackedClock Moved(TrackedClock clock, std::optional<absl::CivilDay> due_date, absl::Time due_time,
                   bool earlier_start, absl::Time changed) {
  clock.due_date = due_date;
  clock.due_time = due_time;
  if (earlier_start) clock.start_time = std::min(clock.start_time, changed);
  return clock;
}

}  // namespace rectify::reminder::domain

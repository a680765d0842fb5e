// What the reminders know of a statutory clock: the facts of its ClockStarted event, moved by later
// ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rectify::reminder::domain {

struct TrackedClock {
  std::string name;  // districts/{district}/clocks/{uuid}
  std::string kind;
  std::string title, subject;
  std::vector<std::string> findings, hazards;
  std::string owner, handling_officer, venue, party, street;  // resource names; party is printed
  std::string department{};  // in charge of the venue's industry; a resource name or empty
  std::string document_number, basis;
  std::string ladder;
  absl::Time start_time, due_time;
  std::optional<absl::CivilDay> due_date;  // nullopt for periods in hours
  bool running = true;
  int schedule_version = 1;  // one more each time its reminders are planned anew

  std::string district() const;
  // The day that the steps are counted from.
  absl::CivilDay DueDay() const;
  // All that an audit record about it concerns, without duplicates.
  std::vector<std::string> Related() const;
};

// The clock after DueDateChanged. A clock that starts earlier (a recheck was applied for) starts at
// `changed`: the event does not carry the new start.
TrackedClock Moved(TrackedClock clock, std::optional<absl::CivilDay> due_date, absl::Time due_time,
                   bool earlier_start, absl::Time changed);

}  // namespace rectify::reminder::domain

// Which reminders a clock needs: a pure function of (ladder, clock, calendar, present instant).
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::domain {

// The reminders of the ladder by due time. Left out are steps of terms that are too short, steps
// before the clock's start and, of those whose time has passed, countdown steps with a newer one
// for the same recipient and channel. A recipient that the clock does not have is left out too; a
// step that would reach nobody goes to the department head.
//
// Steps in working days fall on natural days, marked provisional, as long as the calendar lacks a
// year they need. Of a repeating step there is the newest occurrence that has passed, if any, and
// the next one.
std::vector<Reminder> Plan(const Ladder& ladder, const TrackedClock& clock,
                           const workday::Calendar& calendar, absl::Time now);

// What of `planned` is still to be said when a clock passes to another venue: what lies ahead, and
// what was open of the former schedule. The rest was settled, and is not said again to whoever has
// the clock now.
std::vector<Reminder> StillOwed(std::vector<Reminder> planned, const std::vector<Reminder>& open,
                                absl::Time now);

// The first occurrence after both `due` and `now`.
absl::Time NextOccurrence(absl::Time due, int repeat_days, absl::Time now);
// The reminder that follows a repeating one; to a venue that the clock has passed from meanwhile,
// it goes to the venue that has it now.
Reminder Successor(const Reminder& reminder, const TrackedClock& clock, absl::Time now);

// What has to change when the calendar has: only steps in working days can move, those already
// passed stay as they are, and what was sent once for a due date is not sent again.
struct Adjustment {
  std::vector<std::string> cancel;  // ids of those that move
  std::vector<std::string> firm;    // ids of those that stay and are no longer provisional
  std::vector<Reminder> plan;
};
// `existing` are all reminders of the clock that were not cancelled; `planned` is Plan() by the new
// calendar.
Adjustment AdjustToCalendar(const std::vector<Reminder>& existing,
                            const std::vector<Reminder>& planned, absl::Time now);

}  // namespace rectify::reminder::domain

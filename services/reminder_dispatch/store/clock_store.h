// What is known of clocks and calendars.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/pool.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/domain/clock.h"

namespace rectify::reminder::store {

// Locks the clock for a change. Whoever changes a clock's reminders has its row first, so that no
// reminder is planned or put back for a clock that is just ending.
absl::StatusOr<std::optional<domain::TrackedClock>> LockClock(pg::Tx& tx, const std::string& name);
// The same for several, by name.
absl::StatusOr<std::map<std::string, domain::TrackedClock>> LockClocks(
    pg::Tx& tx, const std::vector<std::string>& names);
// Clocks by name, as they are at present.
absl::StatusOr<std::map<std::string, domain::TrackedClock>> ReadClocks(
    pg::Tx& tx, const std::vector<std::string>& names);
// What becomes of clocks that somebody is changing: waited for, or left out. The consumer of events
// locks many of them in the order of its events, so who shares many and waits may wait in a circle.
enum class Busy { kWait, kLeaveOut };
// Keeps the clocks as they are until the end of the transaction; by name.
absl::StatusOr<std::map<std::string, domain::TrackedClock>> ShareClocks(
    pg::Tx& tx, const std::vector<std::string>& names, Busy busy = Busy::kWait);
// Locks the running clocks that have reminders in working days that can still move.
absl::StatusOr<std::vector<domain::TrackedClock>> LockClocksByWorkdays(pg::Tx& tx);
// Inserts or replaces them.
absl::Status SaveClocks(pg::Tx& tx, const std::vector<const domain::TrackedClock*>& clocks);
// By clock, the version of its next event.
absl::StatusOr<std::map<std::string, int64_t>> NextClockEvents(
    pg::Tx& tx, const std::vector<std::string>& clocks);
absl::Status SetScheduleVersions(pg::Tx& tx, const std::vector<domain::TrackedClock>& clocks);

// Whether the notice was newer than what was known of its year.
absl::StatusOr<bool> SaveNotice(pg::Tx& tx, const workday::YearNotice& notice);
absl::StatusOr<workday::Calendar> ReadCalendar(pg::Tx& tx);

}  // namespace rectify::reminder::store

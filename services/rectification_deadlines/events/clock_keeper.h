// Runs the clock machine over the stored clocks: what happened to an order or finding becomes rows,
// audit entries and events in the same transaction.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/events/command.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/policy.h"
#include "services/rectification_deadlines/store/calendar_store.h"

namespace rectify::deadline::events {

// Thread-safe. `policy` and `calendars` outlive it.
class ClockKeeper {
 public:
  ClockKeeper(const domain::Policy& policy, store::CalendarStore& calendars)
      : policy_(policy), calendars_(calendars) {}

  // Tells the clocks of the subject what happened to it, in this order. At most once per subject
  // and change.
  absl::Status Tell(::rectify::events::Change& change, const domain::Subject& subject,
                    const std::vector<domain::Occurrence>& occurrences) const;

 private:
  const domain::Policy& policy_;
  store::CalendarStore& calendars_;
};

// Announces running clocks whose due time has passed, once for each due time, at most 500 at a
// time. Returns how many. Whether a clock is overdue never depends on it: that is computed when it
// is read.
absl::StatusOr<int> AnnounceOverdue(::rectify::events::Commands& commands);

}  // namespace rectify::deadline::events

// The rows that follow from a settled reminder.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::dispatch {

// Counts `state` among the outcomes.
void CountOutcome(domain::State state);

// Its audit record, its event and its next occurrence: an outcome is told by exactly one event, and
// a repeating reminder goes on as long as its clock does, whatever became of this occurrence.
// `delivery` is null when nothing left the house.
absl::Status Conclude(rectify::events::Change& change, const domain::Reminder& reminder,
                      const domain::TrackedClock& clock, const domain::Outcome& outcome,
                      const domain::Delivery* delivery);

}  // namespace rectify::reminder::dispatch

// The rows that follow from a settled reminder.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/events/command.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/reminder.h"
#include "services/reminder_dispatch/store/dispatch_store.h"

namespace rectify::reminder::dispatch {

// Counts `state` among the outcomes.
void CountOutcome(domain::State state);

// How a claimed reminder ends; `delivery` is null when nothing left the house.
struct Ending {
  store::Settlement settlement;
  const domain::Delivery* delivery = nullptr;
};

// Settles them, and writes of each its audit record, its event and its next occurrence: an outcome
// is told by exactly one event, and a repeating reminder goes on as long as its clock does,
// whatever became of this occurrence. The caller holds the clocks. Returns the ids that were
// settled; another dispatcher has settled or taken the others.
absl::StatusOr<std::vector<std::string>> Conclude(
    rectify::events::Change& change, const std::vector<Ending>& endings,
    const std::map<std::string, domain::TrackedClock>& clocks);

}  // namespace rectify::reminder::dispatch

// Moves findings by what happens to their orders: served → ORDERED, proved gone by a recheck →
// RECTIFIED.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::hazard::events {

// NOT_FOUND when the order names a finding that does not exist: the event is kept for a person.
absl::Status ApplyOrderEvent(rectify::events::Change& change,
                             const event::v1::EventEnvelope& envelope);

}  // namespace rectify::hazard::events

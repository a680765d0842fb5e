// Follows the registry's events as far as names and uses of venues go.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::reminder::events {

// The use of a venue tells which department is in charge of it. A merge makes one venue's reminders
// found by each of its names. Whom clocks are of after it is told by the clocks' own events.
absl::Status ApplyVenueEvent(rectify::events::Change& change,
                             const event::v1::EventEnvelope& event);

}  // namespace rectify::reminder::events

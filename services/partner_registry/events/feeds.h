// Feeds of partners: what other services tell departments goes on to each partner that may see it.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/events/command.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::partner::events {

// The effect of an event of another service.
absl::Status GoOn(rectify::events::Change& change, const event::v1::EventEnvelope& event);

// After a change of what a partner may see: brings its feed in line, some things at a time. Returns
// how many were looked at; 0: nothing was left to do.
absl::StatusOr<int> LookAtSome(rectify::events::Commands& commands);

}  // namespace rectify::partner::events

// Registers penalised units by what the deadline service tells of penalties.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::followup::events {

// INVALID_ARGUMENT when the event describes no unit that could be visited: it is kept for a person.
absl::Status ApplyPenaltyEvent(rectify::events::Change& change,
                               const event::v1::EventEnvelope& envelope);

}  // namespace rectify::followup::events

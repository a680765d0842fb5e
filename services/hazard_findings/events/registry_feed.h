// Keeps the copies of venues, officers and departments by the registry's events. They get no audit
// entries here: the registry has them.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::hazard::events {

absl::Status ApplyRegistryEvent(rectify::events::Change& change,
                                const event::v1::EventEnvelope& envelope);

}  // namespace rectify::hazard::events

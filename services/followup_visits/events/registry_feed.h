// Keeps the copies of venues and officers by the registry's events: names and streets for people.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::followup::events {

absl::Status ApplyRegistryEvent(rectify::events::Change& change,
                                const event::v1::EventEnvelope& envelope);

}  // namespace rectify::followup::events

// Keeps the copies of venues, officers and departments by the registry's events. They get no audit
// entries here: the registry has them.
#pragma once

#include "absl/status/status.h"
#include "libs/events/consumer.h"

namespace rectify::hazard::events {

absl::Status ApplyRegistryEvents(pg::Tx& tx, rectify::events::Run& run);

}  // namespace rectify::hazard::events

// The payload reader under this service's name.
#pragma once

#include "libs/events/payload.h"

namespace rectify::hazard::events {

using rectify::events::ReadPayload;

}  // namespace rectify::hazard::events

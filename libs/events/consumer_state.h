// What the parts of Consumer share. Used inside libs/events only.
#pragma once

#include "absl/status/status.h"
#include "libs/events/consumer.h"

namespace rectify::events {

struct Consumer::Outcome {
  int applied = 0;
  int parked = 0;
  bool handler_failed = false;
  absl::Status error;  // of the event that stopped the batch
};

}  // namespace rectify::events

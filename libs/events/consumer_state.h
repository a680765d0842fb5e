// What the parts of Consumer share. Used inside libs/events only.
#pragma once

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "libs/events/consumer.h"

namespace rectify::events {

struct Consumer::Outcome {
  int applied = 0;
  int parked = 0;
  bool acted = false;  // the handler was called with all together
  bool handler_failed = false;
  bool emitted = false;
  std::optional<Cursor> cursor;
  absl::Status error;  // of the event that stopped the batch
};

// What a consumer holds from the start of a transaction on.
struct Consumer::Held {
  Cursor cursor;
  absl::flat_hash_set<std::string> parked;  // aggregates with parked events
};

}  // namespace rectify::events

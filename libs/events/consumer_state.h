// What the parts of Consumer share. Used inside libs/events only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/events/consumer.h"

namespace rectify::events {

struct Consumer::Cursor {
  int32_t epoch = 0;
  int64_t position = 0;
  std::string chain;
  std::optional<int64_t> failed_position;
  int failed_attempts = 0;
  std::optional<absl::Time> first_failed_at;

  void Advance(const event::v1::EventEnvelope& event) {
    *this = Cursor{event.epoch(), event.position(), event.chain(), std::nullopt, 0, std::nullopt};
  }
};

struct Consumer::Outcome {
  int applied = 0;
  int parked = 0;
  bool handler_failed = false;
  absl::Status error;  // of the event that stopped the batch
};

}  // namespace rectify::events

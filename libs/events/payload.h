// Reads the payload of an event of a known type.
#pragma once

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::events {

// nullopt when the event is of another type; DATA_LOSS when it can't be read.
template <typename Payload>
absl::StatusOr<std::optional<Payload>> ReadPayload(const event::v1::EventEnvelope& envelope) {
  if (envelope.type() != Payload::descriptor()->full_name()) return std::optional<Payload>();
  Payload payload;
  if (!payload.ParseFromString(envelope.payload())) {
    return absl::DataLossError(
        absl::StrCat(envelope.source(), "/", envelope.position(), " is no ", envelope.type()));
  }
  return std::optional<Payload>(std::move(payload));
}

}  // namespace rectify::events

// Reads what any event says of a duty. Events are known by their types' descriptors: every contract
// is linked in, so an event that is new in this release needs no code here.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "rectify/common/v1/duty.pb.h"
#include "rectify/event/v1/event.pb.h"
#include "services/rectification_deadlines/domain/policy.h"

namespace rectify::deadline::events {

// nullopt when the type has no field `duty` of that type, or the payload does not set it.
std::optional<common::v1::DutyFacts> DutyOf(const google::protobuf::Message& payload);

// DATA_LOSS when its type is not known or it can't be read.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ReadAnyPayload(
    const event::v1::EventEnvelope& envelope);

// INVALID_ARGUMENT naming the event types of the rules that do not exist or carry no duty.
absl::Status CheckEventTypes(const domain::Policy& policy);

}  // namespace rectify::deadline::events

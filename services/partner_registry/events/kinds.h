// What the contracts say of events: what kind of thing they are about, who may read one, and whose
// desks it is on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rectify/event/v1/event.pb.h"
#include "services/partner_registry/domain/feed.h"

namespace rectify::partner::events {

// As far as this event tells it; nullopt: no method of the contract gets a thing of this name.
// DATA_LOSS when the payload can't be read; UNAVAILABLE when a newer version tells of something
// that this one does not know, because nothing would bring it back later.
absl::StatusOr<std::optional<domain::Thing>> ThingOf(const event::v1::EventEnvelope& event);

// Whether there are events of the type, or of a type of the package: `package.Type`, `package.*`.
bool IsEventType(absl::string_view event_type);

}  // namespace rectify::partner::events

// What a merge of two venues at the registry does here.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"

namespace rectify::deadline::events {

// The source's name means the target from now on, and its open clocks pass to the target, each with
// an audit entry and an event: a clock of a venue that is gone would be nobody's. Orders, findings
// and clocks that have ended keep the name that they were recorded under.
absl::Status MergeVenue(::rectify::events::Change& change, const venue::v1::VenueMerged& event);

}  // namespace rectify::deadline::events

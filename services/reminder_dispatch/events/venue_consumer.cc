#include "services/reminder_dispatch/events/venue_consumer.h"

#include "libs/base/status_macros.h"
#include "libs/events/payload.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "services/reminder_dispatch/store/venue_merges.h"

namespace rectify::reminder::events {

absl::Status ApplyVenueEvent(rectify::events::Change& change,
                             const event::v1::EventEnvelope& event) {
  ASSIGN_OR_RETURN(const auto merged, rectify::events::ReadPayload<venue::v1::VenueMerged>(event));
  if (!merged) return absl::OkStatus();
  return store::SaveMerge(change.sql(), merged->source().name(), merged->target().name());
}

}  // namespace rectify::reminder::events

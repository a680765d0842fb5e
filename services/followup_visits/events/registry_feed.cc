#include "services/followup_visits/events/registry_feed.h"

#include "libs/base/status_macros.h"
#include "libs/events/payload.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "services/followup_visits/store/unit_store.h"

namespace rectify::followup::events {
namespace {

using rectify::events::ReadPayload;

absl::Status SaveVenue(rectify::events::Change& change, const event::v1::EventEnvelope& envelope,
                       const venue::v1::VenueFacts& facts) {
  return store::SaveVenue(change.sql(), {.name = facts.name(),
                                         .display_name = facts.display_name(),
                                         .street = facts.street(),
                                         .version = envelope.aggregate_version()});
}

}  // namespace

absl::Status ApplyRegistryEvent(rectify::events::Change& change,
                                const event::v1::EventEnvelope& envelope) {
  ASSIGN_OR_RETURN(auto registered, ReadPayload<venue::v1::VenueRegistered>(envelope));
  if (registered) return SaveVenue(change, envelope, registered->venue());
  ASSIGN_OR_RETURN(auto updated, ReadPayload<venue::v1::VenueUpdated>(envelope));
  if (updated) return SaveVenue(change, envelope, updated->venue());
  ASSIGN_OR_RETURN(auto closed, ReadPayload<venue::v1::VenueClosed>(envelope));
  if (closed) return SaveVenue(change, envelope, closed->venue());
  ASSIGN_OR_RETURN(auto merged, ReadPayload<venue::v1::VenueMerged>(envelope));
  if (merged) {
    RETURN_IF_ERROR(SaveVenue(change, envelope, merged->source()));
    return store::SaveMerge(change.sql(), merged->source().name(), merged->target().name());
  }
  ASSIGN_OR_RETURN(auto officer, ReadPayload<venue::v1::OfficerUpdated>(envelope));
  if (officer) {
    return store::SaveOfficer(change.sql(), {.name = officer->name(),
                                             .display_name = officer->display_name(),
                                             .street = {},
                                             .version = envelope.aggregate_version()});
  }
  return absl::OkStatus();
}

}  // namespace rectify::followup::events

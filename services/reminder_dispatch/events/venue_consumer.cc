#include "services/reminder_dispatch/events/venue_consumer.h"

#include "libs/base/status_macros.h"
#include "libs/events/payload.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "services/reminder_dispatch/store/venue_kinds.h"
#include "services/reminder_dispatch/store/venue_merges.h"

namespace rectify::reminder::events {
namespace {

using rectify::events::Change;

template <typename Payload>
absl::Status NoteKind(Change& change, const event::v1::EventEnvelope& event) {
  ASSIGN_OR_RETURN(const auto told, rectify::events::ReadPayload<Payload>(event));
  if (!told) return absl::OkStatus();
  return store::SaveVenueKind(change.sql(), told->venue().name(), told->venue().kind());
}

}  // namespace

absl::Status ApplyVenueEvent(Change& change, const event::v1::EventEnvelope& event) {
  RETURN_IF_ERROR(NoteKind<venue::v1::VenueRegistered>(change, event));
  RETURN_IF_ERROR(NoteKind<venue::v1::VenueUpdated>(change, event));
  ASSIGN_OR_RETURN(const auto merged, rectify::events::ReadPayload<venue::v1::VenueMerged>(event));
  if (!merged) return absl::OkStatus();
  return store::SaveMerge(change.sql(), merged->source().name(), merged->target().name());
}

}  // namespace rectify::reminder::events

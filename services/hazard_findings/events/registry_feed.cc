#include "services/hazard_findings/events/registry_feed.h"

#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "services/hazard_findings/events/payload_reader.h"
#include "services/hazard_findings/store/reference_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::events {
namespace {

absl::Status SaveVenue(rectify::events::Change& change, const event::v1::EventEnvelope& envelope,
                       const venue::v1::VenueFacts& facts) {
  store::Versioned<domain::Venue> row;
  row.value = {facts.name(), facts.display_name(), facts.street(), std::nullopt};
  // A closed venue changes no more, so the event is the one that closed it.
  if (facts.state() == venue::v1::Venue::STATE_CLOSED) {
    row.value.close_time = rpc::ToTime(envelope.occur_time());
  }
  row.version = envelope.aggregate_version();
  return store::SaveVenues(change.sql(), {row});
}

absl::Status MergeVenue(rectify::events::Change& change, const event::v1::EventEnvelope& envelope,
                        const venue::v1::VenueMerged& event) {
  RETURN_IF_ERROR(SaveVenue(change, envelope, event.source()));
  return store::SaveMerge(change.sql(), event.source().name(), event.target().name());
}

absl::Status SaveOfficer(rectify::events::Change& change, const event::v1::EventEnvelope& envelope,
                         const venue::v1::OfficerUpdated& event) {
  store::Versioned<domain::Officer> row;
  row.value.name = event.name();
  row.value.display_name = event.display_name();
  row.value.certificate_start = rpc::ToCivilDay(event.certificate_start());
  row.value.certificate_end = rpc::ToCivilDay(event.certificate_end());
  row.value.post_start = rpc::ToCivilDay(event.post_start());
  if (event.has_post_end()) row.value.post_end = rpc::ToCivilDay(event.post_end());
  row.version = envelope.aggregate_version();
  return store::SaveOfficers(change.sql(), {row});
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
  if (merged) return MergeVenue(change, envelope, *merged);
  ASSIGN_OR_RETURN(auto officer, ReadPayload<venue::v1::OfficerUpdated>(envelope));
  if (officer) return SaveOfficer(change, envelope, *officer);
  ASSIGN_OR_RETURN(auto department, ReadPayload<venue::v1::DepartmentUpdated>(envelope));
  if (department) {
    return store::SaveDepartments(change.sql(), {{{department->name(), department->display_name()},
                                                  envelope.aggregate_version()}});
  }
  return absl::OkStatus();
}

}  // namespace rectify::hazard::events

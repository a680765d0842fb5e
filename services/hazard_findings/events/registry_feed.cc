#include "services/hazard_findings/events/registry_feed.h"

#include <map>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "services/hazard_findings/events/payload_reader.h"
#include "services/hazard_findings/store/reference_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::events {
namespace {

using event::v1::EventEnvelope;

domain::Venue ToVenue(const EventEnvelope& envelope, const venue::v1::VenueFacts& facts) {
  domain::Venue venue{facts.name(), facts.display_name(), facts.street(), std::nullopt};
  // A closed venue changes no more, so the event is the one that closed it.
  if (facts.state() == venue::v1::Venue::STATE_CLOSED) {
    venue.close_time = rpc::ToTime(envelope.occur_time());
  }
  return venue;
}

domain::Officer ToOfficer(const venue::v1::OfficerUpdated& event) {
  domain::Officer officer{event.name(),
                          event.display_name(),
                          rpc::ToCivilDay(event.certificate_start()),
                          rpc::ToCivilDay(event.certificate_end()),
                          rpc::ToCivilDay(event.post_start()),
                          std::nullopt};
  if (event.has_post_end()) officer.post_end = rpc::ToCivilDay(event.post_end());
  return officer;
}

// What a run of events makes of the copies, written as sets. Of several events of one thing the
// last one, whose version is the highest, tells all.
class Copies {
 public:
  absl::Status Take(pg::Tx& tx, const EventEnvelope& envelope) {
    ASSIGN_OR_RETURN(const auto registered, ReadPayload<venue::v1::VenueRegistered>(envelope));
    if (registered) Note(venues_, envelope, ToVenue(envelope, registered->venue()));
    ASSIGN_OR_RETURN(const auto updated, ReadPayload<venue::v1::VenueUpdated>(envelope));
    if (updated) Note(venues_, envelope, ToVenue(envelope, updated->venue()));
    ASSIGN_OR_RETURN(const auto closed, ReadPayload<venue::v1::VenueClosed>(envelope));
    if (closed) Note(venues_, envelope, ToVenue(envelope, closed->venue()));
    ASSIGN_OR_RETURN(const auto officer, ReadPayload<venue::v1::OfficerUpdated>(envelope));
    if (officer) Note(officers_, envelope, ToOfficer(*officer));
    ASSIGN_OR_RETURN(const auto department, ReadPayload<venue::v1::DepartmentUpdated>(envelope));
    if (department) {
      Note(departments_, envelope,
           domain::Department{department->name(), department->display_name()});
    }
    ASSIGN_OR_RETURN(const auto street, ReadPayload<venue::v1::StreetUpdated>(envelope));
    if (street) Note(streets_, envelope, domain::Street{street->name(), street->display_name()});
    ASSIGN_OR_RETURN(const auto merged, ReadPayload<venue::v1::VenueMerged>(envelope));
    if (!merged) return absl::OkStatus();
    Note(venues_, envelope, ToVenue(envelope, merged->source()));
    RETURN_IF_ERROR(Save(tx));
    return store::SaveMerge(tx, merged->source().name(), merged->target().name());
  }

  absl::Status Save(pg::Tx& tx) {
    RETURN_IF_ERROR(store::SaveVenues(tx, TakeAll(venues_)));
    RETURN_IF_ERROR(store::SaveOfficers(tx, TakeAll(officers_)));
    RETURN_IF_ERROR(store::SaveDepartments(tx, TakeAll(departments_)));
    return store::SaveStreets(tx, TakeAll(streets_));
  }

 private:
  template <typename T>
  using ByName = std::map<std::string, store::Versioned<T>>;

  template <typename T>
  static void Note(ByName<T>& copies, const EventEnvelope& envelope, T value) {
    std::string name = value.name;
    copies.insert_or_assign(std::move(name),
                            store::Versioned<T>{std::move(value), envelope.aggregate_version()});
  }

  template <typename T>
  static std::vector<store::Versioned<T>> TakeAll(ByName<T>& copies) {
    std::vector<store::Versioned<T>> all;
    all.reserve(copies.size());
    for (auto& [name, copy] : std::exchange(copies, {})) all.push_back(copy);
    return all;
  }

  ByName<domain::Venue> venues_;
  ByName<domain::Officer> officers_;
  ByName<domain::Department> departments_;
  ByName<domain::Street> streets_;
};

}  // namespace

absl::Status ApplyRegistryEvents(pg::Tx& tx, rectify::events::Run& run) {
  Copies copies;
  for (const rectify::events::Arrival& arrival : run) {
    RETURN_IF_ERROR(copies.Take(tx, arrival.event));
  }
  return copies.Save(tx);
}

}  // namespace rectify::hazard::events

#include "tests/integration/hazard/registry_stand_in.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"

namespace rectify::hazard {
namespace {

using namespace venue::v1;

template <typename Request, typename Response>
void Refuse(rpc::Server& server, absl::string_view method) {
  server.Unary<Request, Response>(
      absl::StrCat("rectify.venue.v1.VenueRegistry.", method),
      [](const rpc::Call&, const Request&) -> absl::StatusOr<Response> {
        return absl::UnimplementedError("the stand-in does not do this");
      });
}

// A server starts only when every method of its contract has a handler.
void RefuseTheRest(rpc::Server& server) {
  Refuse<CreateVenueRequest, Venue>(server, "CreateVenue");
  Refuse<ListVenuesRequest, ListVenuesResponse>(server, "ListVenues");
  Refuse<UpdateVenueRequest, Venue>(server, "UpdateVenue");
  Refuse<CloseVenueRequest, Venue>(server, "CloseVenue");
  Refuse<RevealContactsRequest, RevealContactsResponse>(server, "RevealContacts");
  Refuse<UpdateStreetRequest, Street>(server, "UpdateStreet");
  Refuse<UpdateDepartmentRequest, Department>(server, "UpdateDepartment");
  Refuse<CreateOfficerRequest, Officer>(server, "CreateOfficer");
  Refuse<ListOfficersRequest, ListOfficersResponse>(server, "ListOfficers");
  Refuse<UpdateOfficerRequest, Officer>(server, "UpdateOfficer");
  server.Stream("rectify.venue.v1.VenueRegistry.ImportVenues",
                [](const rpc::Call&) -> absl::StatusOr<std::unique_ptr<rpc::StreamSession>> {
                  return absl::UnimplementedError("the stand-in does not do this");
                });
}

VenueFacts FactsOf(const Venue& venue) {
  VenueFacts facts;
  facts.set_name(venue.name());
  facts.set_display_name(venue.display_name());
  facts.set_street(venue.street());
  facts.set_state(venue.state());
  return facts;
}

}  // namespace

template <typename T>
absl::StatusOr<T> RegistryStandIn::Find(const std::map<std::string, T>& all,
                                        const std::string& name) {
  ++calls_;
  auto found = all.find(name);
  if (found == all.end()) return NotFoundError(name);
  return found->second;
}

absl::Status RegistryStandIn::Register(service::Host& host) {
  host_ = &host;
  RefuseTheRest(host.server());
  host.server().Unary<GetVenueRequest, Venue>(
      "rectify.venue.v1.VenueRegistry.GetVenue",
      [this](const rpc::Call&, const GetVenueRequest& request) {
        absl::MutexLock lock(&mutex_);
        return Find(venues_, request.name());
      });
  host.server().Unary<GetOfficerRequest, Officer>(
      "rectify.venue.v1.VenueRegistry.GetOfficer",
      [this](const rpc::Call&, const GetOfficerRequest& request) {
        absl::MutexLock lock(&mutex_);
        return Find(officers_, request.name());
      });
  host.server().Unary<ListDepartmentsRequest, ListDepartmentsResponse>(
      "rectify.venue.v1.VenueRegistry.ListDepartments",
      [this](const rpc::Call&,
             const ListDepartmentsRequest&) -> absl::StatusOr<ListDepartmentsResponse> {
        absl::MutexLock lock(&mutex_);
        ++calls_;
        ListDepartmentsResponse response;
        for (const auto& [name, department] : departments_) {
          *response.add_departments() = department;
        }
        return response;
      });
  host.server().Unary<ListStreetsRequest, ListStreetsResponse>(
      "rectify.venue.v1.VenueRegistry.ListStreets",
      [this](const rpc::Call&, const ListStreetsRequest&) -> absl::StatusOr<ListStreetsResponse> {
        absl::MutexLock lock(&mutex_);
        ++calls_;
        ListStreetsResponse response;
        for (const auto& [name, street] : streets_) *response.add_streets() = street;
        return response;
      });
  return absl::OkStatus();
}

void RegistryStandIn::Put(const Venue& venue) {
  absl::MutexLock lock(&mutex_);
  venues_[venue.redirected_from().empty() ? venue.name() : venue.redirected_from()] = venue;
}

void RegistryStandIn::Put(const Officer& officer) {
  absl::MutexLock lock(&mutex_);
  officers_[officer.name()] = officer;
}

void RegistryStandIn::Put(const Department& department) {
  absl::MutexLock lock(&mutex_);
  departments_[department.name()] = department;
}

void RegistryStandIn::Put(const Street& street) {
  absl::MutexLock lock(&mutex_);
  streets_[street.name()] = street;
}

int RegistryStandIn::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

void RegistryStandIn::Emit(const std::string& aggregate, const std::string& etag,
                           const google::protobuf::Message& event) {
  int64_t version = 0;
  ASSERT_TRUE(absl::SimpleAtoi(absl::StrReplaceAll(etag, {{"\"", ""}}), &version)) << etag;
  ASSERT_OK(host_->commands().Act({"users/registrar", absl::StrCat(aggregate, etag), ""},
                                  "stand_in.emit", [&](rectify::events::Change& change) {
                                    change.Emit(aggregate, version, event);
                                    return absl::OkStatus();
                                  }));
}

void RegistryStandIn::AnnounceMerge(const Venue& source, const Venue& target) {
  VenueMerged event;
  *event.mutable_source() = FactsOf(source);
  event.mutable_source()->set_state(Venue::STATE_MERGED);
  event.mutable_source()->set_merged_into(target.name());
  *event.mutable_target() = FactsOf(target);
  event.set_reason("现场核实为同一单位");
  Emit(source.name(), source.etag(), event);
}

void RegistryStandIn::Announce(const Venue& venue) {
  const VenueFacts facts = FactsOf(venue);
  if (venue.state() == Venue::STATE_CLOSED) {
    VenueClosed event;
    *event.mutable_venue() = facts;
    Emit(venue.name(), venue.etag(), event);
  } else if (venue.etag() == "\"1\"") {
    VenueRegistered event;
    *event.mutable_venue() = facts;
    Emit(venue.name(), venue.etag(), event);
  } else {
    VenueUpdated event;
    *event.mutable_venue() = facts;
    Emit(venue.name(), venue.etag(), event);
  }
}

void RegistryStandIn::Announce(const Officer& officer) {
  OfficerUpdated event;
  event.set_name(officer.name());
  event.set_display_name(officer.display_name());
  event.set_post(officer.post());
  *event.mutable_certificate_start() = officer.certificate_start();
  *event.mutable_certificate_end() = officer.certificate_end();
  *event.mutable_post_start() = officer.post_start();
  if (officer.has_post_end()) *event.mutable_post_end() = officer.post_end();
  Emit(officer.name(), officer.etag(), event);
}

void RegistryStandIn::Announce(const Department& department) {
  DepartmentUpdated event;
  event.set_name(department.name());
  event.set_display_name(department.display_name());
  Emit(department.name(), department.etag(), event);
}

void RegistryStandIn::Announce(const Street& street) {
  StreetUpdated event;
  event.set_name(street.name());
  event.set_display_name(street.display_name());
  Emit(street.name(), street.etag(), event);
}

}  // namespace rectify::hazard

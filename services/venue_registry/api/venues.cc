// CreateVenue, GetVenue, ListVenues, UpdateVenue, CloseVenue.
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/service/get.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/api/venue_writes.h"
#include "services/venue_registry/events/payloads.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

using rectify::events::Change;

// NOT_FOUND for a building or unit of another district, as far as `paths` name them. What is
// registered in the district is asked for by id.
absl::Status CheckPartsAreOwn(const std::string& district, const v1::Venue& venue,
                              const std::vector<std::string>& paths) {
  if (Names(paths, "building") && !venue.building().empty() &&
      SplitName(venue.building()).district != district) {
    return NotFoundError(venue.building());
  }
  if (!Names(paths, "units")) return absl::OkStatus();
  for (const auto& part : venue.units()) {
    if (SplitName(part.unit()).district != district) return NotFoundError(part.unit());
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Venue> CreateVenue(Context& context, const rpc::Call& call,
                                      const v1::CreateVenueRequest& request) {
  const std::string district = SplitName(request.parent()).district;
  if (!request.venue_id().empty() && !IsUuid(request.venue_id())) {
    return FieldError("venue_id",
                      {"场所编号venue_id应为小写UUID", "venue_id must be a lower-case UUID"});
  }
  return context.host.commands().Run<v1::Venue>(
      call, [&](Change& change) -> absl::StatusOr<v1::Venue> {
        const std::string id =
            request.venue_id().empty() ? change.NewId("venue") : request.venue_id();
        absl::StatusOr<domain::Venue> venue =
            domain::RegisterVenue(district, id, ToFields(request.venue()), change.now());
        if (!venue.ok()) return PrefixFields(venue.status(), "venue");
        RETURN_IF_ERROR(CheckStreet(context, change.sql(), district, request.venue().street()));
        RETURN_IF_ERROR(CheckPartsAreOwn(district, request.venue(), {"*"}));
        RETURN_IF_ERROR(CheckParts(context, change.sql(), *venue, nullptr));
        RETURN_IF_ERROR(CheckKeys(context, change.sql(), *venue));
        RETURN_IF_ERROR(SaveNew(context, change, *venue, "CreateVenue", "登记场所"));
        return ToProto(*venue);
      });
}

// The venue, now or as it was; follows merges to the last one.
absl::StatusOr<domain::Venue> ReadThrough(const Context& context, pg::Tx& tx, const NameParts& name,
                                          std::optional<absl::Time> as_of) {
  std::string id = name.id;
  while (true) {
    ASSIGN_OR_RETURN(domain::Venue venue,
                     context.venues.ReadOne(tx, name.district, id, store::Lock::kNone));
    if (as_of) {
      ASSIGN_OR_RETURN(venue, context.venues.history().AsOf(tx, venue, *as_of));
    }
    if (venue.state != domain::VenueState::kMerged) return venue;
    id = venue.merged_into;
  }
}

// By id; a venue that was merged is not among them.
absl::StatusOr<std::map<std::string, v1::Venue>> ReadUnmerged(const Context& context, pg::Tx& tx,
                                                              const std::string& district,
                                                              const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(const std::vector<domain::Venue> venues,
                   context.venues.Read(tx, district, ids, store::Lock::kNone));
  std::map<std::string, v1::Venue> by_id;
  for (const domain::Venue& venue : venues) {
    if (venue.state != domain::VenueState::kMerged) by_id[venue.id] = ToProto(venue);
  }
  return by_id;
}

absl::StatusOr<v1::Venue> GetVenue(Context& context, const rpc::Call& call,
                                   const v1::GetVenueRequest& request) {
  const NameParts name = SplitName(request.name());
  std::optional<absl::Time> as_of;
  if (request.has_as_of()) as_of = rpc::ToTime(request.as_of());
  return context.host.pool().TransactValue(
      "venue.get_venue", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::Venue> {
        ASSIGN_OR_RETURN(const domain::Venue venue, ReadThrough(context, tx, name, as_of));
        v1::Venue proto = ToProto(venue);
        if (venue.id != name.id) proto.set_redirected_from(request.name());
        return proto;
      });
}

absl::StatusOr<v1::ListVenuesResponse> ListVenues(Context& context, const rpc::Call& call,
                                                  const v1::ListVenuesRequest& request) {
  const std::string district = SplitName(request.parent()).district;
  return context.host.pool().TransactValue(
      "venue.list_venues", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::ListVenuesResponse> {
        ASSIGN_OR_RETURN(auto page, context.venues.List(tx, district, request.filter(),
                                                        request.page_size(), request.page_token()));
        v1::ListVenuesResponse response;
        for (const domain::Venue& venue : page.first) *response.add_venues() = ToProto(venue);
        response.set_next_page_token(page.second);
        return response;
      });
}

absl::StatusOr<v1::Venue> UpdateVenue(Context& context, const rpc::Call& call,
                                      const v1::UpdateVenueRequest& request) {
  const NameParts name = SplitName(request.venue().name());
  return context.host.commands().Run<v1::Venue>(
      call, [&](Change& change) -> absl::StatusOr<v1::Venue> {
        ASSIGN_OR_RETURN(
            const domain::Venue present,
            context.venues.ReadOne(change.sql(), name.district, name.id, store::Lock::kForUpdate));
        RETURN_IF_ERROR(rpc::CheckEtag(present.version, request.venue().etag()));
        const std::vector<std::string> paths = PathsOf(request.update_mask());
        absl::StatusOr<domain::VenueChange> update =
            domain::UpdateVenue(present, ToFields(request.venue()), paths, change.now());
        if (!update.ok()) return PrefixResource(update.status(), "venue");
        if (Names(paths, "street")) {
          RETURN_IF_ERROR(
              CheckStreet(context, change.sql(), name.district, request.venue().street()));
        }
        RETURN_IF_ERROR(CheckPartsAreOwn(name.district, request.venue(), paths));
        if (update->changed.empty()) return ToProto(present);
        RETURN_IF_ERROR(CheckParts(context, change.sql(), update->venue, &present));
        RETURN_IF_ERROR(CheckKeys(context, change.sql(), update->venue));
        RETURN_IF_ERROR(
            SaveUpdated(context, change, present, *update, "UpdateVenue", "变更场所信息"));
        return ToProto(update->venue);
      });
}

absl::StatusOr<v1::Venue> CloseVenue(Context& context, const rpc::Call& call,
                                     const v1::CloseVenueRequest& request) {
  const NameParts name = SplitName(request.name());
  return context.host.commands().Run<v1::Venue>(
      call, [&](Change& change) -> absl::StatusOr<v1::Venue> {
        ASSIGN_OR_RETURN(
            const domain::Venue present,
            context.venues.ReadOne(change.sql(), name.district, name.id, store::Lock::kForUpdate));
        RETURN_IF_ERROR(rpc::CheckEtag(present.version, request.etag()));
        ASSIGN_OR_RETURN(const domain::Venue venue,
                         domain::CloseVenue(present, request.reason(), change.now()));
        RETURN_IF_ERROR(context.venues.Save(change.sql(), {{&venue, &present}}));
        change.Audit({.subject = request.name(),
                      .related = {},
                      .action = "CloseVenue",
                      .summary = absl::StrCat("关闭场所：", venue.fields.display_name, "，原因：",
                                              venue.close_reason),
                      .details = {{"reason", venue.close_reason}}});
        events::EmitClosed(change, venue);
        return ToProto(venue);
      });
}

}  // namespace

void RegisterVenues(const std::shared_ptr<Context>& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::CreateVenueRequest, v1::Venue>(Method("CreateVenue"),
                                                  [context](const auto& call, const auto& request) {
                                                    return CreateVenue(*context, call, request);
                                                  });
  service::RegisterGet<v1::GetVenueRequest, v1::Venue>(
      context->host, Method("GetVenue"),
      {.read = [context](pg::Tx& tx, const std::string& district,
                         const auto& ids) { return ReadUnmerged(*context, tx, district, ids); },
       .read_one = [context](const auto& call,
                             const auto& request) { return GetVenue(*context, call, request); }});
  server.Unary<v1::ListVenuesRequest, v1::ListVenuesResponse>(
      Method("ListVenues"), [context](const auto& call, const auto& request) {
        return ListVenues(*context, call, request);
      });
  server.Unary<v1::UpdateVenueRequest, v1::Venue>(Method("UpdateVenue"),
                                                  [context](const auto& call, const auto& request) {
                                                    return UpdateVenue(*context, call, request);
                                                  });
  server.Unary<v1::CloseVenueRequest, v1::Venue>(Method("CloseVenue"),
                                                 [context](const auto& call, const auto& request) {
                                                   return CloseVenue(*context, call, request);
                                                 });
}

}  // namespace rectify::venue::api

// SetCampaignClass, ListVenueVersions, MergeVenues, SearchNearby.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/api/venue_writes.h"
#include "services/venue_registry/domain/checks.h"
#include "services/venue_registry/domain/datum.h"
#include "services/venue_registry/domain/venue_merge.h"
#include "services/venue_registry/domain/violations.h"
#include "services/venue_registry/events/payloads.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

using domain::Venue;
using rectify::events::Change;

constexpr double kMaxRadius = 5000;  // metres

absl::StatusOr<v1::Venue> SetCampaignClass(Context& context, const rpc::Call& call,
                                           const v1::SetCampaignClassRequest& request) {
  const NameParts name = SplitName(request.venue());
  const NameParts campaign = SplitName(request.campaign());
  if (campaign.district != name.district) return NotFoundError(request.campaign());
  return context.host.commands().Run<v1::Venue>(
      call, [&](Change& change) -> absl::StatusOr<v1::Venue> {
        ASSIGN_OR_RETURN(
            const Venue present,
            context.venues.ReadOne(change.sql(), name.district, name.id, store::Lock::kForUpdate));
        RETURN_IF_ERROR(rpc::CheckEtag(present.version, request.etag()));
        ASSIGN_OR_RETURN(
            const domain::VenueChange update,
            domain::SetCampaignClass(present, campaign.id,
                                     static_cast<domain::VenueClass>(request.venue_class()),
                                     request.target_group(), change.now()));
        if (update.changed.empty()) return ToProto(present);
        RETURN_IF_ERROR(context.venues.Save(change.sql(), {{&update.venue, &present}}));
        change.Audit(
            {.subject = request.venue(),
             .related = {request.campaign()},
             .action = "SetCampaignClass",
             .summary = absl::StrCat("设定专项活动类别：", update.venue.fields.display_name, "（",
                                     campaign.id, "）"),
             .details = {{"venue_class", v1::VenueClass_Name(request.venue_class())},
                         {"target_group", request.target_group()}}});
        events::EmitCampaignClassSet(change, update.venue, present, campaign.id);
        return ToProto(update.venue);
      });
}

void AddVersion(const Venue& venue, absl::Time valid_from,
                v1::ListVenueVersionsResponse& response) {
  v1::VenueVersion& version = *response.add_versions();
  *version.mutable_venue() = ToProto(venue);
  *version.mutable_valid_from() = rpc::ToTimestamp(valid_from);
}

absl::StatusOr<v1::ListVenueVersionsResponse> ListVenueVersions(
    Context& context, const rpc::Call& call, const v1::ListVenueVersionsRequest& request) {
  const NameParts name = SplitName(request.parent());
  return context.host.pool().TransactValue(
      "venue.list_versions", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::ListVenueVersionsResponse> {
        ASSIGN_OR_RETURN(const Venue present,
                         context.venues.ReadOne(tx, name.district, name.id, store::Lock::kNone));
        ASSIGN_OR_RETURN(auto page,
                         context.venues.history().List(tx, name.district, name.id,
                                                       request.page_size(), request.page_token()));
        v1::ListVenueVersionsResponse response;
        if (request.page_token().empty()) AddVersion(present, present.update_time, response);
        for (const store::FormerVersion& former : page.first) {
          AddVersion(former.venue, former.venue.update_time, response);
          v1::VenueVersion& version = *response.mutable_versions()->rbegin();
          *version.mutable_valid_until() = rpc::ToTimestamp(former.valid_until);
          version.mutable_changed_fields()->Assign(former.changed.begin(), former.changed.end());
        }
        response.set_next_page_token(page.second);
        return response;
      });
}

// Source and target, locked in the order of their ids.
absl::StatusOr<std::pair<Venue, Venue>> LockPair(Context& context, pg::Tx& tx,
                                                 const NameParts& source, const NameParts& target) {
  ASSIGN_OR_RETURN(
      std::vector<Venue> venues,
      context.venues.Read(tx, source.district, {source.id, target.id}, store::Lock::kForUpdate));
  const auto find = [&](const NameParts& name) -> const Venue* {
    for (const Venue& venue : venues) {
      if (venue.id == name.id && venue.district == name.district) return &venue;
    }
    return nullptr;
  };
  for (const NameParts& name : {source, target}) {
    if (find(name) == nullptr) return NotFoundError(NameOf(name.district, "venues", name.id));
  }
  return std::pair{*find(source), *find(target)};
}

absl::StatusOr<v1::Venue> MergeVenues(Context& context, const rpc::Call& call,
                                      const v1::MergeVenuesRequest& request) {
  const NameParts source = SplitName(request.source()), target = SplitName(request.target());
  return context.host.commands().Run<v1::Venue>(
      call, [&](Change& change) -> absl::StatusOr<v1::Venue> {
        ASSIGN_OR_RETURN(const auto pair, LockPair(context, change.sql(), source, target));
        RETURN_IF_ERROR(rpc::CheckEtag(pair.first.version, request.etag()));
        ASSIGN_OR_RETURN(
            const domain::Merge merge,
            domain::MergeVenues(pair.first, pair.second, request.reason(), change.now()));
        std::vector<store::VenueWrite> writes = {{&merge.source, &pair.first}};
        const bool grown = !merge.target.changed.empty();
        if (grown) writes.push_back({&merge.target.venue, &pair.second});
        RETURN_IF_ERROR(context.venues.Save(change.sql(), writes));
        change.Audit({.subject = request.source(),
                      .related = {request.target()},
                      .action = "MergeVenues",
                      .summary = absl::StrCat("合并场所：", merge.source.fields.display_name,
                                              " 并入 ", merge.target.venue.fields.display_name,
                                              "，原因：", merge.source.close_reason),
                      .details = {{"reason", merge.source.close_reason}}});
        events::EmitMerged(change, merge.source, merge.target.venue);
        if (grown) RecordUpdated(change, merge.target, "MergeVenues", "合并带入外部编号");
        return ToProto(merge.target.venue);
      });
}

absl::Status CheckCircle(const v1::SearchNearbyRequest& request) {
  domain::Violations violations;
  domain::CheckPoint(store::ToPoint(request.center()), "center", violations);
  // Written so that NaN fails.
  if (!(request.radius_m() > 0 && request.radius_m() <= kMaxRadius)) {
    violations.Add({"radius_m", "半径", "radius_m"}, "应大于0且不超过5000米",
                   "must be above 0 and at most 5000 m");
  }
  return std::move(violations).Result();
}

absl::StatusOr<v1::SearchNearbyResponse> SearchNearby(Context& context, const rpc::Call& call,
                                                      const v1::SearchNearbyRequest& request) {
  RETURN_IF_ERROR(CheckCircle(request));
  const std::string district = SplitName(request.parent()).district;
  const domain::Point centre = domain::ToCgcs2000(store::ToPoint(request.center()));
  return context.host.pool().TransactValue(
      "venue.search_nearby", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::SearchNearbyResponse> {
        ASSIGN_OR_RETURN(auto page, context.venues.ListNearby(
                                        tx, district, centre, request.radius_m(), request.filter(),
                                        request.page_size(), request.page_token()));
        v1::SearchNearbyResponse response;
        for (const store::NearVenue& near : page.first) {
          v1::NearbyVenue& out = *response.add_venues();
          *out.mutable_venue() = ToProto(near.venue);
          out.set_distance_m(near.metres);
        }
        response.set_next_page_token(page.second);
        return response;
      });
}

}  // namespace

void RegisterDirectory(const std::shared_ptr<Context>& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::SetCampaignClassRequest, v1::Venue>(
      DirectoryMethod("SetCampaignClass"), [context](const auto& call, const auto& request) {
        return SetCampaignClass(*context, call, request);
      });
  server.Unary<v1::ListVenueVersionsRequest, v1::ListVenueVersionsResponse>(
      DirectoryMethod("ListVenueVersions"), [context](const auto& call, const auto& request) {
        return ListVenueVersions(*context, call, request);
      });
  server.Unary<v1::MergeVenuesRequest, v1::Venue>(DirectoryMethod("MergeVenues"),
                                                  [context](const auto& call, const auto& request) {
                                                    return MergeVenues(*context, call, request);
                                                  });
  server.Unary<v1::SearchNearbyRequest, v1::SearchNearbyResponse>(
      DirectoryMethod("SearchNearby"), [context](const auto& call, const auto& request) {
        return SearchNearby(*context, call, request);
      });
}

}  // namespace rectify::venue::api

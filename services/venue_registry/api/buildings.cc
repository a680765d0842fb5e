// CreateBuilding, GetBuilding, ListBuildings, UpdateBuilding.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/building_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/api/venue_writes.h"
#include "services/venue_registry/events/payloads.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

using domain::Building;
using rectify::events::Change;

void Record(Change& change, const Building& building, absl::string_view action,
            absl::string_view summary, const std::vector<std::string>& changed) {
  change.Audit({.subject = NameOf(building.district, "buildings", building.id),
                .related = {},
                .action = std::string(action),
                .summary = absl::StrCat(summary, "：", building.fields.display_name),
                .details = {{"changed_fields", absl::StrJoin(changed, ",")}}});
  events::EmitBuilding(change, building, changed);
}

absl::StatusOr<v1::Building> CreateBuilding(Context& context, const rpc::Call& call,
                                            const v1::CreateBuildingRequest& request) {
  if (!request.building_id().empty() && !IsUuid(request.building_id())) {
    return FieldError("building_id",
                      {"建筑编号building_id应为小写UUID", "building_id must be a lower-case UUID"});
  }
  return context.host.commands().Run<v1::Building>(
      call, [&](Change& change) -> absl::StatusOr<v1::Building> {
        absl::StatusOr<domain::BuildingFields> fields = domain::CheckBuilding(
            ToFields(request.building()), static_cast<int>(CivilDayOf(change.now()).year()));
        if (!fields.ok()) return PrefixFields(fields.status(), "building");
        const Building building{
            .district = SplitName(request.parent()).district,
            .id = request.building_id().empty() ? change.NewId("building") : request.building_id(),
            .fields = *std::move(fields),
            .create_time = change.now(),
            .update_time = change.now()};
        RETURN_IF_ERROR(
            CheckStreet(context, change.sql(), building.district, request.building().street()));
        RETURN_IF_ERROR(context.buildings.Insert(change.sql(), building));
        Record(change, building, "CreateBuilding", "登记建筑", {});
        return ToProto(building);
      });
}

absl::StatusOr<v1::Building> GetBuilding(Context& context, const rpc::Call& call,
                                         const v1::GetBuildingRequest& request) {
  const NameParts name = SplitName(request.name());
  return context.host.pool().TransactValue(
      "venue.get_building", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::Building> {
        ASSIGN_OR_RETURN(std::vector<Building> buildings,
                         context.buildings.Read(tx, name.district, {name.id}));
        if (buildings.empty()) return NotFoundError(request.name());
        return ToProto(buildings[0]);
      });
}

absl::StatusOr<v1::ListBuildingsResponse> ListBuildings(Context& context, const rpc::Call& call,
                                                        const v1::ListBuildingsRequest& request) {
  const std::string district = SplitName(request.parent()).district;
  return context.host.pool().TransactValue(
      "venue.list_buildings", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::ListBuildingsResponse> {
        ASSIGN_OR_RETURN(auto page,
                         context.buildings.List(tx, district, request.filter(), request.page_size(),
                                                request.page_token()));
        v1::ListBuildingsResponse response;
        for (const Building& building : page.first) *response.add_buildings() = ToProto(building);
        response.set_next_page_token(page.second);
        return response;
      });
}

absl::StatusOr<v1::Building> UpdateBuilding(Context& context, const rpc::Call& call,
                                            const v1::UpdateBuildingRequest& request) {
  const NameParts name = SplitName(request.building().name());
  return context.host.commands().Run<v1::Building>(
      call, [&](Change& change) -> absl::StatusOr<v1::Building> {
        ASSIGN_OR_RETURN(const Building present,
                         context.buildings.Lock(change.sql(), name.district, name.id));
        RETURN_IF_ERROR(rpc::CheckEtag(present.version, request.building().etag()));
        const std::vector<std::string> paths = PathsOf(request.update_mask());
        absl::StatusOr<domain::BuildingChange> update =
            domain::UpdateBuilding(present, ToFields(request.building()), paths, change.now());
        if (!update.ok()) return PrefixResource(update.status(), "building");
        if (Names(paths, "street")) {
          RETURN_IF_ERROR(
              CheckStreet(context, change.sql(), name.district, request.building().street()));
        }
        if (update->changed.empty()) return ToProto(present);
        RETURN_IF_ERROR(context.buildings.Update(change.sql(), update->after));
        Record(change, update->after, "UpdateBuilding", "变更建筑", update->changed);
        return ToProto(update->after);
      });
}

}  // namespace

void RegisterBuildings(const std::shared_ptr<Context>& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::CreateBuildingRequest, v1::Building>(
      BuildingMethod("CreateBuilding"), [context](const auto& call, const auto& request) {
        return CreateBuilding(*context, call, request);
      });
  server.Unary<v1::GetBuildingRequest, v1::Building>(
      BuildingMethod("GetBuilding"), [context](const auto& call, const auto& request) {
        return GetBuilding(*context, call, request);
      });
  server.Unary<v1::ListBuildingsRequest, v1::ListBuildingsResponse>(
      BuildingMethod("ListBuildings"), [context](const auto& call, const auto& request) {
        return ListBuildings(*context, call, request);
      });
  server.Unary<v1::UpdateBuildingRequest, v1::Building>(
      BuildingMethod("UpdateBuilding"), [context](const auto& call, const auto& request) {
        return UpdateBuilding(*context, call, request);
      });
}

}  // namespace rectify::venue::api

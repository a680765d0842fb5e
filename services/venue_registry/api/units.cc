// CreateUnit, GetUnit, ListUnits, UpdateUnit.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/building_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/events/payloads.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

using domain::Unit;
using rectify::events::Change;

void Record(Change& change, const Unit& unit, absl::string_view action, absl::string_view summary,
            const std::vector<std::string>& changed) {
  change.Audit({.subject = NameOf(unit.district, "units", unit.id),
                .related = {},
                .action = std::string(action),
                .summary = absl::StrCat(summary, "：", unit.fields.display_name),
                .details = {{"changed_fields", absl::StrJoin(changed, ",")}}});
  events::EmitUnit(change, unit, changed);
}

absl::StatusOr<v1::Unit> CreateUnit(Context& context, const rpc::Call& call,
                                    const v1::CreateUnitRequest& request) {
  if (!request.unit_id().empty() && !IsUuid(request.unit_id())) {
    return FieldError("unit_id",
                      {"单位编号unit_id应为小写UUID", "unit_id must be a lower-case UUID"});
  }
  return context.host.commands().Run<v1::Unit>(
      call, [&](Change& change) -> absl::StatusOr<v1::Unit> {
        absl::StatusOr<domain::UnitFields> fields = domain::CheckUnit(ToFields(request.unit()));
        if (!fields.ok()) return PrefixFields(fields.status(), "unit");
        const Unit unit{.district = SplitName(request.parent()).district,
                        .id = request.unit_id().empty() ? change.NewId("unit") : request.unit_id(),
                        .fields = *std::move(fields),
                        .create_time = change.now(),
                        .update_time = change.now()};
        RETURN_IF_ERROR(context.units.Insert(change.sql(), unit));
        Record(change, unit, "CreateUnit", "登记单位", {});
        return ToProto(unit);
      });
}

absl::StatusOr<v1::Unit> GetUnit(Context& context, const rpc::Call& call,
                                 const v1::GetUnitRequest& request) {
  const NameParts name = SplitName(request.name());
  return context.host.pool().TransactValue(
      "venue.get_unit", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::Unit> {
        ASSIGN_OR_RETURN(std::vector<Unit> units, context.units.Read(tx, name.district, {name.id}));
        if (units.empty()) return NotFoundError(request.name());
        return ToProto(units[0]);
      });
}

absl::StatusOr<v1::ListUnitsResponse> ListUnits(Context& context, const rpc::Call& call,
                                                const v1::ListUnitsRequest& request) {
  const std::string district = SplitName(request.parent()).district;
  return context.host.pool().TransactValue(
      "venue.list_units", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::ListUnitsResponse> {
        ASSIGN_OR_RETURN(auto page, context.units.List(tx, district, request.filter(),
                                                       request.page_size(), request.page_token()));
        v1::ListUnitsResponse response;
        for (const Unit& unit : page.first) *response.add_units() = ToProto(unit);
        response.set_next_page_token(page.second);
        return response;
      });
}

absl::StatusOr<v1::Unit> UpdateUnit(Context& context, const rpc::Call& call,
                                    const v1::UpdateUnitRequest& request) {
  const NameParts name = SplitName(request.unit().name());
  return context.host.commands().Run<v1::Unit>(
      call, [&](Change& change) -> absl::StatusOr<v1::Unit> {
        ASSIGN_OR_RETURN(const Unit present,
                         context.units.Lock(change.sql(), name.district, name.id));
        RETURN_IF_ERROR(rpc::CheckEtag(present.version, request.unit().etag()));
        absl::StatusOr<domain::UnitChange> update = domain::UpdateUnit(
            present, ToFields(request.unit()), PathsOf(request.update_mask()), change.now());
        if (!update.ok()) return PrefixResource(update.status(), "unit");
        if (update->changed.empty()) return ToProto(present);
        RETURN_IF_ERROR(context.units.Update(change.sql(), update->after));
        Record(change, update->after, "UpdateUnit", "变更单位", update->changed);
        return ToProto(update->after);
      });
}

}  // namespace

void RegisterUnits(const std::shared_ptr<Context>& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::CreateUnitRequest, v1::Unit>(BuildingMethod("CreateUnit"),
                                                [context](const auto& call, const auto& request) {
                                                  return CreateUnit(*context, call, request);
                                                });
  server.Unary<v1::GetUnitRequest, v1::Unit>(BuildingMethod("GetUnit"),
                                             [context](const auto& call, const auto& request) {
                                               return GetUnit(*context, call, request);
                                             });
  server.Unary<v1::ListUnitsRequest, v1::ListUnitsResponse>(
      BuildingMethod("ListUnits"), [context](const auto& call, const auto& request) {
        return ListUnits(*context, call, request);
      });
  server.Unary<v1::UpdateUnitRequest, v1::Unit>(BuildingMethod("UpdateUnit"),
                                                [context](const auto& call, const auto& request) {
                                                  return UpdateUnit(*context, call, request);
                                                });
}

}  // namespace rectify::venue::api

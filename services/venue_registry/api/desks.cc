// UpdateStreet, ListStreets, UpdateDepartment, ListDepartments.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/events/payloads.h"

namespace rectify::venue::api {
namespace {

using domain::Desk;
using domain::DeskKind;
using rectify::events::Change;

// Creates or replaces; nothing is recorded when nothing changes. `prefix` is the request's field.
absl::StatusOr<Desk> Replace(const Context& context, Change& change, DeskKind kind,
                             const Desk& sent, const std::string& name, absl::string_view etag,
                             absl::string_view prefix) {
  ASSIGN_OR_RETURN(const std::optional<Desk> present,
                   context.desks.Lock(change.sql(), kind, sent.district, sent.code));
  RETURN_IF_ERROR(rpc::CheckEtag(present ? present->version : 0, etag));
  absl::StatusOr<Desk> desk = domain::ReplaceDesk(kind, present, sent);
  if (!desk.ok()) return PrefixFields(desk.status(), prefix);
  if (present && desk->version == present->version) return desk;
  RETURN_IF_ERROR(context.desks.Save(change.sql(), kind, *desk, change.now()));
  const bool street = kind == DeskKind::kStreet;
  change.Audit({.subject = name,
                .related = {},
                .action = street ? "UpdateStreet" : "UpdateDepartment",
                .summary = absl::StrCat(present ? "变更" : "登记", street ? "街道：" : "部门：",
                                        desk->display_name),
                .details = {{"display_name", desk->display_name}}});
  events::EmitDesk(change, kind, *desk);
  return desk;
}

absl::StatusOr<v1::Street> UpdateStreet(Context& context, const rpc::Call& call,
                                        const v1::UpdateStreetRequest& request) {
  return context.host.commands().Run<v1::Street>(
      call, [&](Change& change) -> absl::StatusOr<v1::Street> {
        const v1::Street& street = request.street();
        ASSIGN_OR_RETURN(Desk desk, Replace(context, change, DeskKind::kStreet, ToDesk(street),
                                            street.name(), street.etag(), "street"));
        return ToStreet(desk);
      });
}

absl::StatusOr<v1::Department> UpdateDepartment(Context& context, const rpc::Call& call,
                                                const v1::UpdateDepartmentRequest& request) {
  return context.host.commands().Run<v1::Department>(
      call, [&](Change& change) -> absl::StatusOr<v1::Department> {
        const v1::Department& department = request.department();
        ASSIGN_OR_RETURN(Desk desk,
                         Replace(context, change, DeskKind::kDepartment, ToDesk(department),
                                 department.name(), department.etag(), "department"));
        return ToDepartment(desk);
      });
}

absl::StatusOr<std::vector<Desk>> ReadAll(const Context& context, const rpc::Call& call,
                                          DeskKind kind, const std::string& parent) {
  return context.host.pool().TransactValue("venue.list_desks", ReadOnly(call), [&](pg::Tx& tx) {
    return context.desks.Read(tx, kind, SplitName(parent).district);
  });
}

absl::StatusOr<v1::ListStreetsResponse> ListStreets(Context& context, const rpc::Call& call,
                                                    const v1::ListStreetsRequest& request) {
  ASSIGN_OR_RETURN(std::vector<Desk> desks,
                   ReadAll(context, call, DeskKind::kStreet, request.parent()));
  v1::ListStreetsResponse response;
  for (const Desk& desk : desks) *response.add_streets() = ToStreet(desk);
  return response;
}

absl::StatusOr<v1::ListDepartmentsResponse> ListDepartments(
    Context& context, const rpc::Call& call, const v1::ListDepartmentsRequest& request) {
  ASSIGN_OR_RETURN(std::vector<Desk> desks,
                   ReadAll(context, call, DeskKind::kDepartment, request.parent()));
  v1::ListDepartmentsResponse response;
  for (const Desk& desk : desks) *response.add_departments() = ToDepartment(desk);
  return response;
}

}  // namespace

void RegisterDesks(const std::shared_ptr<Context>& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::UpdateStreetRequest, v1::Street>(
      Method("UpdateStreet"), [context](const auto& call, const auto& request) {
        return UpdateStreet(*context, call, request);
      });
  server.Unary<v1::ListStreetsRequest, v1::ListStreetsResponse>(
      Method("ListStreets"), [context](const auto& call, const auto& request) {
        return ListStreets(*context, call, request);
      });
  server.Unary<v1::UpdateDepartmentRequest, v1::Department>(
      Method("UpdateDepartment"), [context](const auto& call, const auto& request) {
        return UpdateDepartment(*context, call, request);
      });
  server.Unary<v1::ListDepartmentsRequest, v1::ListDepartmentsResponse>(
      Method("ListDepartments"), [context](const auto& call, const auto& request) {
        return ListDepartments(*context, call, request);
      });
}

}  // namespace rectify::venue::api

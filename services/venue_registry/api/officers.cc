// CreateOfficer, GetOfficer, ListOfficers, UpdateOfficer.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/events/payloads.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

using domain::Officer;
using rectify::events::Change;

void Record(Change& change, const Officer& officer, absl::string_view action,
            absl::string_view summary, const std::vector<std::string>& changed) {
  change.Audit({.subject = NameOf(officer.district, "officers", officer.id),
                .related = {},
                .action = std::string(action),
                .summary = absl::StrCat(summary, "：", officer.fields.display_name, "（执法证",
                                        officer.fields.certificate_number, "）"),
                .details = {{"certificate_number", officer.fields.certificate_number},
                            {"changed_fields", absl::StrJoin(changed, ",")}}});
  events::EmitOfficer(change, officer);
}

absl::StatusOr<v1::Officer> CreateOfficer(Context& context, const rpc::Call& call,
                                          const v1::CreateOfficerRequest& request) {
  if (!request.officer_id().empty() && !IsUuid(request.officer_id())) {
    return FieldError("officer_id",
                      {"监督员编号officer_id应为小写UUID", "officer_id must be a lower-case UUID"});
  }
  return context.host.commands().Run<v1::Officer>(
      call, [&](Change& change) -> absl::StatusOr<v1::Officer> {
        absl::StatusOr<domain::OfficerFields> fields =
            domain::CheckOfficer(ToFields(request.officer()));
        if (!fields.ok()) return PrefixFields(fields.status(), "officer");
        const Officer officer{
            .district = SplitName(request.parent()).district,
            .id = request.officer_id().empty() ? change.NewId("officer") : request.officer_id(),
            .fields = *std::move(fields)};
        RETURN_IF_ERROR(context.officers.Insert(change.sql(), officer, change.now()));
        Record(change, officer, "CreateOfficer", "登记监督员", {});
        return ToProto(officer);
      });
}

absl::StatusOr<v1::Officer> GetOfficer(Context& context, const rpc::Call& call,
                                       const v1::GetOfficerRequest& request) {
  const NameParts name = SplitName(request.name());
  return context.host.pool().TransactValue(
      "venue.get_officer", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::Officer> {
        ASSIGN_OR_RETURN(std::vector<Officer> officers,
                         context.officers.Read(tx, name.district, {name.id}));
        if (officers.empty()) return NotFoundError(request.name());
        return ToProto(officers[0]);
      });
}

absl::StatusOr<v1::ListOfficersResponse> ListOfficers(Context& context, const rpc::Call& call,
                                                      const v1::ListOfficersRequest& request) {
  const std::string district = SplitName(request.parent()).district;
  return context.host.pool().TransactValue(
      "venue.list_officers", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::ListOfficersResponse> {
        ASSIGN_OR_RETURN(auto page,
                         context.officers.List(tx, district, request.filter(), request.page_size(),
                                               request.page_token()));
        v1::ListOfficersResponse response;
        for (const Officer& officer : page.first) *response.add_officers() = ToProto(officer);
        response.set_next_page_token(page.second);
        return response;
      });
}

absl::StatusOr<v1::Officer> UpdateOfficer(Context& context, const rpc::Call& call,
                                          const v1::UpdateOfficerRequest& request) {
  const NameParts name = SplitName(request.officer().name());
  return context.host.commands().Run<v1::Officer>(
      call, [&](Change& change) -> absl::StatusOr<v1::Officer> {
        ASSIGN_OR_RETURN(const Officer present,
                         context.officers.Lock(change.sql(), name.district, name.id));
        RETURN_IF_ERROR(rpc::CheckEtag(present.version, request.officer().etag()));
        absl::StatusOr<domain::OfficerChange> update = domain::UpdateOfficer(
            present, ToFields(request.officer()), PathsOf(request.update_mask()));
        if (!update.ok()) return PrefixResource(update.status(), "officer");
        if (update->changed.empty()) return ToProto(present);
        RETURN_IF_ERROR(context.officers.Update(change.sql(), update->officer, change.now()));
        Record(change, update->officer, "UpdateOfficer", "变更监督员", update->changed);
        return ToProto(update->officer);
      });
}

}  // namespace

void RegisterOfficers(const std::shared_ptr<Context>& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::CreateOfficerRequest, v1::Officer>(
      Method("CreateOfficer"), [context](const auto& call, const auto& request) {
        return CreateOfficer(*context, call, request);
      });
  server.Unary<v1::GetOfficerRequest, v1::Officer>(
      Method("GetOfficer"), [context](const auto& call, const auto& request) {
        return GetOfficer(*context, call, request);
      });
  server.Unary<v1::ListOfficersRequest, v1::ListOfficersResponse>(
      Method("ListOfficers"), [context](const auto& call, const auto& request) {
        return ListOfficers(*context, call, request);
      });
  server.Unary<v1::UpdateOfficerRequest, v1::Officer>(
      Method("UpdateOfficer"), [context](const auto& call, const auto& request) {
        return UpdateOfficer(*context, call, request);
      });
}

}  // namespace rectify::venue::api

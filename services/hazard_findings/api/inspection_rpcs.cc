// GetInspection, ListInspections.
#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/store/inspection_store.h"

namespace rectify::hazard::api {
namespace {

// Each inspection brings its findings, so a page of the general size could pass the size limit of a
// message.
constexpr int kMaxInspectionsPerPage = 100;

absl::StatusOr<v1::Inspection> GetInspection(const Context& context, const rpc::Call& call,
                                             const v1::GetInspectionRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      domain::Inspection inspection,
      context.host.pool().TransactValue(
          "hazard.get_inspection", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return store::GetInspection(tx, name.district, name.id); }));
  return ToProto(inspection);
}

absl::StatusOr<v1::ListInspectionsResponse> ListInspections(
    const Context& context, const rpc::Call& call, const v1::ListInspectionsRequest& request) {
  const int page_size = std::min(request.page_size(), kMaxInspectionsPerPage);
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_inspections",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListInspections(tx, rpc::DistrictOf(request.parent()),
                                                     request.filter(), page_size,
                                                     request.page_token());
                     }));
  v1::ListInspectionsResponse response;
  for (const domain::Inspection& inspection : page.first) {
    *response.add_inspections() = ToProto(inspection);
  }
  response.set_next_page_token(page.second);
  return response;
}

}  // namespace

void RegisterInspectionRpcs(const Context& context) {
  rpc::Server& server = context.host.server();
  server.Unary<v1::GetInspectionRequest, v1::Inspection>(
      "rectify.hazard.v1.HazardFindings.GetInspection",
      [context](const rpc::Call& call, const v1::GetInspectionRequest& request) {
        return GetInspection(context, call, request);
      });
  server.Unary<v1::ListInspectionsRequest, v1::ListInspectionsResponse>(
      "rectify.hazard.v1.HazardFindings.ListInspections",
      [context](const rpc::Call& call, const v1::ListInspectionsRequest& request) {
        return ListInspections(context, call, request);
      });
}

}  // namespace rectify::hazard::api

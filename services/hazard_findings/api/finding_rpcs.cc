// GetFinding, ListFindings, ConcludeTransfer.
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "libs/service/get.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/events/payloads.h"
#include "services/hazard_findings/store/finding_store.h"

namespace rectify::hazard::api {
namespace {

using rectify::events::Change;

absl::StatusOr<std::map<std::string, v1::Finding>> ReadFindings(
    pg::Tx& tx, const std::string& district, const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(const std::vector<domain::Finding> findings,
                   store::GetFindings(tx, district, ids));
  std::map<std::string, v1::Finding> by_id;
  for (const domain::Finding& finding : findings) by_id[finding.id] = ToProto(finding);
  return by_id;
}

absl::StatusOr<v1::ListFindingsResponse> ListFindings(const Context& context, const rpc::Call& call,
                                                      const v1::ListFindingsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_findings",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListFindings(tx, rpc::DistrictOf(request.parent()),
                                                  request.filter(), request.page_size(),
                                                  request.page_token());
                     }));
  v1::ListFindingsResponse response;
  for (const domain::Finding& finding : page.first) *response.add_findings() = ToProto(finding);
  response.set_next_page_token(page.second);
  return response;
}

absl::StatusOr<v1::Finding> ConcludeTransfer(const Context& context, const rpc::Call& call,
                                             const v1::ConcludeTransferRequest& request) {
  return context.host.commands().Run<v1::Finding>(
      call, [&](Change& change) -> absl::StatusOr<v1::Finding> {
        ASSIGN_OR_RETURN(
            std::vector<domain::Finding> found,
            store::LockFindings(change.sql(), rpc::DistrictOf(request.name()), {request.name()}));
        RETURN_IF_ERROR(rpc::CheckEtag(found.front().version, request.etag()));
        ASSIGN_OR_RETURN(
            domain::Finding finding,
            domain::ConcludeTransfer(std::move(found.front()), request.outcome(), change.now()));
        RETURN_IF_ERROR(store::SaveFindings(change.sql(), {finding}));
        change.Audit({.subject = finding.name(),
                      .related = {finding.inspection(), finding.venue, finding.transfer_department},
                      .action = "ConcludeTransfer",
                      .summary = absl::StrCat("隐患 ", finding.catalog_code, "（", finding.title,
                                              "）移送办结"),
                      .details = {{"department", finding.transfer_department}}});
        change.Emit(finding.name(), finding.version, events::ToFindingTransferred(finding),
                    rectify::events::kDepartments);
        return ToProto(finding);
      });
}

}  // namespace

void RegisterFindingRpcs(const Context& context) {
  rpc::Server& server = context.host.server();
  service::RegisterGet<v1::GetFindingRequest, v1::Finding>(
      context.host, "rectify.hazard.v1.HazardFindings.GetFinding",
      {.read = ReadFindings,
       .read_one = [](const rpc::Call&, const v1::GetFindingRequest& request)
           -> absl::StatusOr<v1::Finding> { return NotFoundError(request.name()); }});
  server.Unary<v1::ListFindingsRequest, v1::ListFindingsResponse>(
      "rectify.hazard.v1.HazardFindings.ListFindings",
      [context](const rpc::Call& call, const v1::ListFindingsRequest& request) {
        return ListFindings(context, call, request);
      });
  server.Unary<v1::ConcludeTransferRequest, v1::Finding>(
      "rectify.hazard.v1.HazardFindings.ConcludeTransfer",
      [context](const rpc::Call& call, const v1::ConcludeTransferRequest& request) {
        return ConcludeTransfer(context, call, request);
      });
}

}  // namespace rectify::hazard::api

// UpdateVisitor, ListVisitors.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "services/followup_visits/api/convert.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/events/payloads.h"
#include "services/followup_visits/store/visitor_store.h"

namespace rectify::followup::api {
namespace {

using rectify::events::Change;

absl::StatusOr<v1::Visitor> UpdateVisitor(const Context& context, const rpc::Call& call,
                                          const v1::UpdateVisitorRequest& request) {
  return context.host.commands().Run<v1::Visitor>(
      call, [&](Change& change) -> absl::StatusOr<v1::Visitor> {
        domain::Visitor visitor = ToVisitor(request.visitor());
        ASSIGN_OR_RETURN(std::optional<domain::Visitor> before,
                         store::LockVisitor(change.sql(), visitor.district, visitor.code));
        visitor.version = before ? before->version : 0;
        RETURN_IF_ERROR(rpc::CheckEtag(visitor.version, request.visitor().etag()));
        RETURN_IF_ERROR(domain::CheckVisitor(visitor, before ? &*before : nullptr));
        ++visitor.version;
        RETURN_IF_ERROR(store::SaveVisitor(change.sql(), visitor));
        change.Audit({.subject = visitor.name(),
                      .related = {},
                      .action = "UpdateVisitor",
                      .summary = absl::StrCat("回访人员 ", visitor.code, "，申报利害关系 ",
                                              visitor.interests.size(), " 项",
                                              visitor.retired ? "，不再回访" : ""),
                      .details = {}});
        change.Emit(visitor.name(), visitor.version, events::ToVisitorChanged(visitor));
        return ToProto(visitor);
      });
}

absl::StatusOr<v1::ListVisitorsResponse> ListVisitors(const Context& context, const rpc::Call& call,
                                                      const v1::ListVisitorsRequest& request) {
  ASSIGN_OR_RETURN(
      std::vector<domain::Visitor> visitors,
      context.host.pool().TransactValue("followup.list_visitors", ReadOnly(call), [&](pg::Tx& tx) {
        return store::ListVisitors(tx, rpc::DistrictOf(request.parent()));
      }));
  v1::ListVisitorsResponse response;
  for (const domain::Visitor& visitor : visitors) *response.add_visitors() = ToProto(visitor);
  return response;
}

}  // namespace

void RegisterVisitorRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::UpdateVisitorRequest, v1::Visitor>(
      "rectify.followup.v1.FollowupDraws.UpdateVisitor",
      [context](const rpc::Call& call, const v1::UpdateVisitorRequest& request) {
        return UpdateVisitor(*context, call, request);
      });
  server.Unary<v1::ListVisitorsRequest, v1::ListVisitorsResponse>(
      "rectify.followup.v1.FollowupDraws.ListVisitors",
      [context](const rpc::Call& call, const v1::ListVisitorsRequest& request) {
        return ListVisitors(*context, call, request);
      });
}

}  // namespace rectify::followup::api

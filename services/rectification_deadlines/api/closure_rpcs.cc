// Closures of districts.
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/deadline/v1/closure_service.pb.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/events/closures.h"
#include "services/rectification_deadlines/store/closure_store.h"

namespace rectify::deadline::api {
namespace {

using ::rectify::events::Change;
using rpc::Call;

constexpr char kClosures[] = "DistrictClosures";

absl::StatusOr<v1::DistrictClosure> AddDistrictClosure(
    Context& context, const Call& call, const v1::AddDistrictClosureRequest& request) {
  const v1::DistrictClosure& message = request.closure();
  return context.host.commands().Run<v1::DistrictClosure>(call, [&](Change& change) {
    store::Closure closure;
    closure.first_day = rpc::ToCivilDay(message.first_day());
    closure.last_day = rpc::ToCivilDay(message.last_day());
    closure.reason = message.reason();
    closure.document = message.document();
    return events::AddClosure(change, context.calendars, rpc::DistrictOf(request.parent()),
                              std::move(closure));
  });
}

absl::StatusOr<v1::DistrictClosure> RevokeDistrictClosure(
    Context& context, const Call& call, const v1::RevokeDistrictClosureRequest& request) {
  return context.host.commands().Run<v1::DistrictClosure>(call, [&](Change& change) {
    return events::RevokeClosure(change, context.calendars, request.name(), request.reason());
  });
}

absl::StatusOr<v1::ListDistrictClosuresResponse> ListDistrictClosures(
    Context& context, const Call& call, const v1::ListDistrictClosuresRequest& request) {
  ASSIGN_OR_RETURN(
      const auto page,
      context.host.pool().TransactValue(
          "deadline.list_closures", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) {
            return store::ListClosures(tx, rpc::DistrictOf(request.parent()),
                                       {"", request.page_size(), request.page_token()});
          }));
  v1::ListDistrictClosuresResponse response;
  for (const store::Closure& closure : page.first) {
    *response.add_closures() = events::ToMessage(closure);
  }
  response.set_next_page_token(page.second);
  return response;
}

}  // namespace

void RegisterClosureRpcs(const std::shared_ptr<Context>& context) {
  RegisterUnary(context, "AddDistrictClosure", AddDistrictClosure, kClosures);
  RegisterUnary(context, "RevokeDistrictClosure", RevokeDistrictClosure, kClosures);
  RegisterUnary(context, "ListDistrictClosures", ListDistrictClosures, kClosures);
}

}  // namespace rectify::deadline::api

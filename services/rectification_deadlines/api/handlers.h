// The rpcs of rectify.deadline.v1, by group. Each handler holds the context.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"
#include "services/rectification_deadlines/api/context.h"

namespace rectify::deadline::api {

inline constexpr char kRectificationDeadlines[] = "RectificationDeadlines";
inline constexpr char kOrderLife[] = "OrderLife";

// Registers one handler by the last part of its name, in a service of the package.
template <typename Request, typename Response>
void RegisterUnary(const std::shared_ptr<Context>& context, absl::string_view method,
                   absl::StatusOr<Response> (*handler)(Context&, const rpc::Call&, const Request&),
                   absl::string_view service = kRectificationDeadlines) {
  context->host.server().Unary<Request, Response>(
      absl::StrCat("rectify.deadline.v1.", service, ".", method),
      [context, handler](const rpc::Call& call, const Request& request) {
        return handler(*context, call, request);
      });
}

// Get, list, edit, submit, approve, return, issue, void.
void RegisterOrderRpcs(const std::shared_ptr<Context>& context);
// Serve, report, recheck.
void RegisterExecutionRpcs(const std::shared_ptr<Context>& context);
// Extensions of terms: requested, decided, served.
void RegisterExtensionRpcs(const std::shared_ptr<Context>& context);
// What follows when a hazard outlives its term.
void RegisterNextInstrumentRpcs(const std::shared_ptr<Context>& context);
// Clocks, what fell through, due dates.
void RegisterClockRpcs(const std::shared_ptr<Context>& context);
void RegisterCalendarRpcs(const std::shared_ptr<Context>& context);
void RegisterClosureRpcs(const std::shared_ptr<Context>& context);
void RegisterSealRpcs(const std::shared_ptr<Context>& context);

}  // namespace rectify::deadline::api

// Extensions of terms: asked for, decided, served.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "services/rectification_deadlines/api/convert_turns.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/api/order_command.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/turn_payloads.h"

namespace rectify::deadline::api {
namespace {

using domain::Order;
using ::rectify::events::Change;
using ::rectify::events::kDepartments;
using ::rectify::events::kDiscipline;
using rpc::Call;

absl::StatusOr<v1::Order> RequestExtension(Context& context, const Call& call,
                                           const v1::RequestExtensionRequest& request) {
  const domain::ExtensionRequest asked{call.caller.subject,
                                       request.reason(),
                                       request.safeguards(),
                                       rpc::ToCivilDay(request.wished_date()),
                                       {request.findings().begin(), request.findings().end()}};
  return RunVerb(
      context, call, request.name(), request.etag(), OfficerOrItsVenue,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(
            order, domain::RequestExtension(std::move(order), asked, context.policy, change.now()));
        const domain::Extension& extension = order.extensions.back();
        events::JournalOrder(
            change, order,
            {"RequestExtension", absl::StrCat("当事人申请延期，共 ", extension.items.size(),
                                              " 项，拟延至 ", FormatCivilDay(asked.wished_date))},
            events::ToExtensionRequested(order), kDepartments);
        RETURN_IF_ERROR(context.clocks.Tell(change, domain::SubjectOf(order),
                                            domain::OccurrencesOf(extension, order)));
        return order;
      });
}

void JournalDecision(Change& change, const Order& order) {
  const domain::Extension& extension = order.extensions.back();
  const bool granted = extension.state == domain::ExtensionState::kGranted;
  events::Note note{"DecideExtension",
                    absl::StrCat(granted ? "准予延期，" : "不予延期，", extension.document_number),
                    {{"decider", extension.decider}, {"reason", extension.decision}}};
  events::NoteDeliberation(extension.deliberation, note);
  const int audience = kDepartments | kDiscipline;
  if (granted) {
    events::JournalOrder(change, order, std::move(note), events::ToExtensionGranted(order),
                         audience);
  } else {
    events::JournalOrder(change, order, std::move(note), events::ToExtensionRefused(order),
                         audience);
  }
}

absl::StatusOr<v1::Order> DecideExtension(Context& context, const Call& call,
                                          const v1::DecideExtensionRequest& request) {
  domain::ExtensionVerdict verdict{request.granted(), std::nullopt, request.reason()};
  if (request.has_due_date()) verdict.due_date = rpc::ToCivilDay(request.due_date());
  if (request.has_deliberation()) verdict.deliberation = ToDeliberation(request.deliberation());
  RETURN_IF_ERROR(
      RequireKnownPeople(context, call, rpc::DistrictOf(request.name()), verdict.deliberation));
  const domain::Signer signer = SignerOf(call.caller);
  return RunVerb(
      context, call, request.name(), request.etag(), Anybody,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(order, domain::DecideExtension(std::move(order), verdict, signer,
                                                        context.policy, change.now()));
        // After the rule, so that a refused call does not hold up others at the counter.
        ASSIGN_OR_RETURN(order.extensions.back().document_number,
                         store::DrawNumber(change.sql(), order, context.policy.extension.document,
                                           change.now()));
        JournalDecision(change, order);
        RETURN_IF_ERROR(context.clocks.Tell(change, domain::SubjectOf(order),
                                            domain::OccurrencesOf(order.extensions.back(), order)));
        return order;
      });
}

absl::StatusOr<v1::Order> ServeExtension(Context& context, const Call& call,
                                         const v1::ServeExtensionRequest& request) {
  const domain::ServiceRecord service = ToService(request.service());
  ASSIGN_OR_RETURN(const domain::Officers officers,
                   FindOfficers(context, call, rpc::DistrictOf(request.name()), service.officers));
  return RunVerb(
      context, call, request.name(), request.etag(), OneOfItsOfficers,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(order, domain::ServeExtension(std::move(order), service, officers,
                                                       context.policy, change.now()));
        events::JournalOrder(
            change, order,
            {"ServeExtension", absl::StrCat("送达 ", order.extensions.back().document_number, "（",
                                            FormatChinaMinute(service.serve_time), "）")},
            events::ToExtensionServed(order), kDepartments | kDiscipline);
        RETURN_IF_ERROR(
            context.clocks.Tell(change, domain::SubjectOf(order),
                                {{domain::Trigger::kExtensionServed, service.serve_time}}));
        return order;
      });
}

}  // namespace

void RegisterExtensionRpcs(const std::shared_ptr<Context>& context) {
  RegisterUnary(context, "RequestExtension", RequestExtension, kOrderLife);
  RegisterUnary(context, "DecideExtension", DecideExtension, kOrderLife);
  RegisterUnary(context, "ServeExtension", ServeExtension, kOrderLife);
}

}  // namespace rectify::deadline::api

// From service to closing.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "services/rectification_deadlines/api/convert.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/api/order_command.h"
#include "services/rectification_deadlines/domain/next_instrument.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/payloads.h"
#include "services/rectification_deadlines/events/turn_payloads.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/projection_store.h"

namespace rectify::deadline::api {
namespace {

using domain::Order;
using domain::Trigger;
using ::rectify::events::Change;
using ::rectify::events::kDepartments;
using ::rectify::events::kDiscipline;
using rpc::Call;

absl::StatusOr<v1::Order> ServeOrder(Context& context, const Call& call,
                                     const v1::ServeOrderRequest& request) {
  const domain::ServiceRecord service = ToService(request.service());
  ASSIGN_OR_RETURN(const domain::Officers officers,
                   FindOfficers(context, call, rpc::DistrictOf(request.name()), service.officers));
  return RunVerb(
      context, call, request.name(), request.etag(), OneOfItsOfficers,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(
            const store::CalendarPtr calendar,
            context.calendars.NewestForUse(change.sql(), store::DistrictOf(order.name)));
        ASSIGN_OR_RETURN(order, domain::Serve(std::move(order), service, officers, context.policy,
                                              *calendar, change.now()));
        events::JournalOrder(
            change, order,
            {"ServeOrder", absl::StrCat("送达 ", order.document_number, "（",
                                        FormatChinaMinute(service.serve_time), "）")},
            events::ToOrderServed(order), kDepartments | kDiscipline);
        RETURN_IF_ERROR(context.clocks.Tell(change, domain::SubjectOf(order),
                                            {{Trigger::kOrderServed, service.serve_time}}));
        return order;
      });
}

absl::StatusOr<v1::Order> ReportRectification(Context& context, const Call& call,
                                              const v1::ReportRectificationRequest& request) {
  return RunVerb(
      context, call, request.name(), request.etag(), OfficerOrItsVenue,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(
            order, domain::ReportRectified(std::move(order),
                                           {change.now(), call.caller.subject, request.statement()},
                                           change.now()));
        events::JournalOrder(change, order, {"ReportRectification", "当事人申请复查"},
                             events::ToRectificationReported(order), kDepartments);
        RETURN_IF_ERROR(context.clocks.Tell(change, domain::SubjectOf(order),
                                            {{Trigger::kRectificationReported, change.now()}}));
        return order;
      });
}

std::string SummaryOf(const domain::Rechecked& rechecked) {
  std::string text = absl::StrCat("复查，已改正 ", rechecked.rectified.size(), " 项，未改正 ",
                                  rechecked.open.size(), " 项");
  if (!rechecked.remaining.empty()) {
    absl::StrAppend(&text, "，期限未届满未复查 ", rechecked.remaining.size(), " 项");
  }
  return text;
}

void JournalRecheck(Change& change, const domain::Rechecked& rechecked) {
  const int audience = kDepartments | kDiscipline;
  const Order& order = rechecked.order;
  if (order.state == domain::OrderState::kClosed) {
    events::JournalOrder(change, order, {"RecordRecheck", "复查合格，销案"},
                         events::ToRecheckPassed(rechecked), audience);
  } else if (rechecked.open.empty()) {
    events::JournalOrder(change, order, {"RecordRecheck", SummaryOf(rechecked)},
                         events::ToItemsRectified(rechecked), audience);
  } else {
    events::JournalOrder(change, order, {"RecordRecheck", SummaryOf(rechecked)},
                         events::ToRecheckFailed(rechecked), audience);
  }
}

// What a second order proves rectified is rectified under the first one too, and so on.
absl::Status FollowBack(Context& context, Change& change, const domain::Rechecked& rechecked,
                        absl::Time recheck_time) {
  std::string name = rechecked.order.predecessor;
  while (!name.empty() && !rechecked.rectified.empty()) {
    ASSIGN_OR_RETURN(Order first, context.orders.LoadForUpdate(change.sql(), name));
    const domain::Rechecked followed = domain::FollowSecondOrder(
        std::move(first), rechecked.rectified, recheck_time, change.now());
    events::JournalOrder(
        change, followed.order,
        {"FollowSecondOrder", absl::StrCat("再次责令改正后复查，已改正 ", followed.rectified.size(),
                                           " 项", followed.open.empty() ? "，销案" : "")},
        events::ToRectifiedUnderSecondOrder(followed, rechecked.order.name, recheck_time),
        kDepartments | kDiscipline);
    RETURN_IF_ERROR(context.clocks.Tell(
        change, domain::SubjectOf(followed.order),
        {{Trigger::kRechecked, recheck_time}, {Trigger::kRecheckPassed, recheck_time}}));
    RETURN_IF_ERROR(context.orders.Save(change.sql(), followed.order));
    name = followed.order.predecessor;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Order> RecordRecheck(Context& context, const Call& call,
                                        const v1::RecordRecheckRequest& request) {
  const domain::Recheck recheck = ToRecheck(request);
  ASSIGN_OR_RETURN(const domain::Officers officers,
                   FindOfficers(context, call, rpc::DistrictOf(request.name()), recheck.officers));
  return RunVerb(
      context, call, request.name(), request.etag(), Anybody,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(domain::Rechecked rechecked,
                         domain::RecordRecheck(std::move(order), recheck, officers, change.now()));
        JournalRecheck(change, rechecked);
        RETURN_IF_ERROR(context.clocks.Tell(change, domain::SubjectOf(rechecked.order),
                                            domain::OccurrencesOf(recheck, rechecked.order)));
        RETURN_IF_ERROR(
            store::CloseFindings(change.sql(), rechecked.rectified, recheck.recheck_time));
        RETURN_IF_ERROR(FollowBack(context, change, rechecked, recheck.recheck_time));
        return std::move(rechecked.order);
      });
}

}  // namespace

void RegisterExecutionRpcs(const std::shared_ptr<Context>& context) {
  RegisterUnary(context, "ServeOrder", ServeOrder);
  RegisterUnary(context, "ReportRectification", ReportRectification);
  RegisterUnary(context, "RecordRecheck", RecordRecheck);
}

}  // namespace rectify::deadline::api

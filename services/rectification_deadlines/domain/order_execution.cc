// From service to closing: the part of an order's life that the party sees.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/order_internal.h"
#include "services/rectification_deadlines/domain/period.h"

namespace rectify::deadline::domain {
namespace {

absl::StatusOr<absl::CivilDay> DueDateOf(const Order& order, const OrderItem& item,
                                         absl::Time serve_time, const workday::Calendar& calendar) {
  const std::optional<PeriodRule> term = TermOf(order, item);
  if (!term) {
    ASSIGN_OR_RETURN(const Deadline stated,
                     StatedDeadline(CivilDayOf(serve_time), *item.stated_due_date, calendar));
    return *stated.last_day;
  }
  ASSIGN_OR_RETURN(const Deadline deadline, Compute({*term, serve_time}, calendar));
  RETURN_IF_ERROR(RequireFirm(deadline));
  return *deadline.last_day;
}

absl::Status CheckRecheckTime(const Order& order, const Recheck& recheck, absl::Time now) {
  if (recheck.recheck_time < order.service->serve_time) {
    return DateOrderError("recheck_time", "复查时间早于送达时间",
                          "the recheck lies before service");
  }
  if (!order.rechecks.empty() && recheck.recheck_time < order.rechecks.back().recheck_time) {
    return DateOrderError("recheck_time", "复查时间早于上一次复查",
                          "the recheck lies before an earlier recheck");
  }
  if (recheck.recheck_time > now) {
    return DateOrderError("recheck_time", "复查时间晚于现在", "the recheck lies in the future");
  }
  return absl::OkStatus();
}

absl::Status CheckComplete(const Order& order, const Recheck& recheck) {
  std::set<std::string> open, covered;
  for (const OrderItem& item : order.items) {
    if (item.open()) open.insert(item.finding);
  }
  for (const RecheckResult& result : recheck.results) covered.insert(result.finding);
  if (open == covered && recheck.results.size() == open.size()) return absl::OkStatus();
  return PreconditionError("RECHECK_INCOMPLETE",
                           {"复查须逐项覆盖全部未改正的隐患，且每项一次",
                            "the recheck must cover every open item of the order, each once"},
                           {{"open", absl::StrJoin(open, ",")}});
}

// A pending request of which nothing is open any more needs no decision.
void LapseExtension(Order& order) {
  if (order.extensions.empty()) return;
  Extension& last = order.extensions.back();
  const bool any_open =
      std::any_of(order.items.begin(), order.items.end(), [&](const OrderItem& item) {
        return item.open() && std::any_of(last.items.begin(), last.items.end(),
                                          [&](const auto& e) { return e.finding == item.finding; });
      });
  if (last.state == ExtensionState::kPending && !any_open) last.state = ExtensionState::kLapsed;
}

}  // namespace

absl::Status DateOrderError(absl::string_view field, absl::string_view zh, absl::string_view en) {
  const Text text = {std::string(zh), std::string(en)};
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   {.reason = "DATE_ORDER",
                    .text = text,
                    .metadata = {},
                    .violations = {{std::string(field), text}}});
}

absl::Status RequireState(const Order& order, std::initializer_list<OrderState> allowed) {
  if (std::find(allowed.begin(), allowed.end(), order.state) != allowed.end()) {
    return absl::OkStatus();
  }
  const std::string state(NameOf(order.state));
  const std::string names = absl::StrJoin(
      allowed, ",", [](std::string* out, OrderState s) { absl::StrAppend(out, NameOf(s)); });
  return PreconditionError("ORDER_STATE",
                           {absl::StrCat("文书状态为 ", state, "，该操作只适用于 ", names),
                            absl::StrCat("the order is ", state, "; this needs one of ", names)},
                           {{"state", state}, {"allowed", names}});
}

Order Next(Order order, OrderState state, absl::Time now) {
  order.state = state;
  order.update_time = now;
  ++order.version;
  return order;
}

std::optional<PeriodRule> TermOf(const Order& order, const OrderItem& item) {
  if (order.kind == OrderKind::kImmediate) {
    // Acts on the spot are due on the spot, also at a weekend.
    return PeriodRule{.code = "immediate",
                      .unit = Unit::kNaturalDays,
                      .roll = Roll::kNone,
                      .basis = item.basis,
                      .coercive = true};
  }
  // An extended date is stated in the decision.
  if (item.stated_due_date || item.due_date != item.first_due_date) return std::nullopt;
  return PeriodRule{
      .code = "term", .amount = item.term_days, .unit = Unit::kNaturalDays, .basis = item.basis};
}

absl::StatusOr<Order> Serve(Order order, ServiceRecord service, const Officers& officers,
                            const Policy& policy, const workday::Calendar& calendar,
                            absl::Time now) {
  RETURN_IF_ERROR(RequireState(order, {OrderState::kIssued}));
  RETURN_IF_ERROR(
      CheckService(service, order.issue_time.value_or(order.create_time), policy.service, now));
  RETURN_IF_ERROR(RequireQualified(service.officers, officers, CivilDayOf(service.serve_time)));
  for (OrderItem& item : order.items) {
    ASSIGN_OR_RETURN(item.due_date, DueDateOf(order, item, service.serve_time, calendar));
    item.first_due_date = item.due_date;
  }
  order.service = std::move(service);
  return Next(std::move(order), OrderState::kServed, now);
}

absl::StatusOr<Order> ReportRectified(Order order, Report report, absl::Time now) {
  RETURN_IF_ERROR(RequireState(
      order, {OrderState::kServed, OrderState::kReported, OrderState::kRecheckFailed}));
  order.reports.push_back(std::move(report));
  return Next(std::move(order), OrderState::kReported, now);
}

absl::StatusOr<Rechecked> RecordRecheck(Order order, Recheck recheck, const Officers& officers,
                                        absl::Time now) {
  RETURN_IF_ERROR(RequireState(
      order, {OrderState::kServed, OrderState::kReported, OrderState::kRecheckFailed}));
  RETURN_IF_ERROR(CheckRecheckTime(order, recheck, now));
  RETURN_IF_ERROR(CheckComplete(order, recheck));
  RETURN_IF_ERROR(RequireQualified(recheck.officers, officers, CivilDayOf(recheck.recheck_time)));
  Rechecked result;
  for (OrderItem& item : order.items) {
    if (!item.open()) continue;
    auto seen = std::find_if(recheck.results.begin(), recheck.results.end(),
                             [&](const RecheckResult& r) { return r.finding == item.finding; });
    if (seen->rectified) item.rectify_time = recheck.recheck_time;
    (seen->rectified ? result.rectified : result.open).push_back(item.finding);
  }
  order.rechecks.push_back(std::move(recheck));
  LapseExtension(order);
  if (result.open.empty()) order.close_time = now;
  result.order = Next(std::move(order),
                      result.open.empty() ? OrderState::kClosed : OrderState::kRecheckFailed, now);
  return result;
}

}  // namespace rectify::deadline::domain

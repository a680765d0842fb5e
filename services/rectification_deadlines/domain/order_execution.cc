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

// The party waits for a recheck that it has applied for since the last one.
bool AppliedBefore(const Order& order, absl::Time recheck_time) {
  const absl::Time last =
      order.rechecks.empty() ? absl::InfinitePast() : order.rechecks.back().recheck_time;
  return std::any_of(order.reports.begin(), order.reports.end(), [&](const Report& report) {
    return report.report_time > last && report.report_time <= recheck_time;
  });
}

absl::Status CheckCovered(const Order& order, const Recheck& recheck) {
  const bool applied = AppliedBefore(order, recheck.recheck_time);
  const absl::CivilDay day = CivilDayOf(recheck.recheck_time);
  std::set<std::string> open, needed, covered;
  for (const OrderItem& item : order.items) {
    if (!item.open()) continue;
    open.insert(item.finding);
    if (applied || *item.due_date < day) needed.insert(item.finding);
  }
  for (const RecheckResult& result : recheck.results) covered.insert(result.finding);
  const bool each_once = covered.size() == recheck.results.size();
  if (!covered.empty() && each_once &&
      std::includes(covered.begin(), covered.end(), needed.begin(), needed.end()) &&
      std::includes(open.begin(), open.end(), covered.begin(), covered.end())) {
    return absl::OkStatus();
  }
  return PreconditionError(
      "RECHECK_INCOMPLETE",
      {"复查须逐项覆盖期限届满的全部未改正隐患，申请复查的须覆盖全部未改正隐患，每项一次",
       "the recheck must cover every open item whose term has ended, or every open item when the "
       "party has applied for it, each once"},
      {{"needed", absl::StrJoin(needed, ",")}, {"open", absl::StrJoin(open, ",")}});
}

OrderState StateAfter(const Rechecked& result, absl::Time recheck_time) {
  if (!result.open.empty()) return OrderState::kRecheckFailed;
  if (result.remaining.empty()) return OrderState::kClosed;
  // Recorded after the party applied again: that application still waits.
  const auto& reports = result.order.reports;
  const bool waits = !reports.empty() && reports.back().report_time > recheck_time;
  return waits ? OrderState::kReported : OrderState::kServed;
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
  RETURN_IF_ERROR(CheckCovered(order, recheck));
  RETURN_IF_ERROR(RequireQualified(recheck.officers, officers, CivilDayOf(recheck.recheck_time)));
  Rechecked result;
  for (OrderItem& item : order.items) {
    if (!item.open()) continue;
    const auto seen =
        std::find_if(recheck.results.begin(), recheck.results.end(),
                     [&](const RecheckResult& r) { return r.finding == item.finding; });
    if (seen == recheck.results.end()) {
      result.remaining.push_back(item.finding);
    } else if (seen->rectified) {
      item.rectify_time = recheck.recheck_time;
      result.rectified.push_back(item.finding);
    } else {
      result.open.push_back(item.finding);
    }
  }
  const absl::Time recheck_time = recheck.recheck_time;
  order.rechecks.push_back(std::move(recheck));
  LapseExtension(order);
  result.order = std::move(order);
  const OrderState state = StateAfter(result, recheck_time);
  if (state == OrderState::kClosed) result.order.close_time = now;
  result.order = Next(std::move(result.order), state, now);
  return result;
}

}  // namespace rectify::deadline::domain

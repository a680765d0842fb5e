#include "services/rectification_deadlines/domain/extension.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/order_internal.h"

namespace rectify::deadline::domain {
namespace {

absl::Status NotAllowed(absl::string_view cause, absl::string_view zh, absl::string_view en) {
  return PreconditionError("EXTENSION_NOT_ALLOWED", {std::string(zh), std::string(en)},
                           {{"cause", std::string(cause)}});
}

absl::Status RequireRunning(const Order& order) {
  return RequireState(order,
                      {OrderState::kServed, OrderState::kReported, OrderState::kRecheckFailed});
}

int CountGranted(const Order& order) {
  return static_cast<int>(
      std::count_if(order.extensions.begin(), order.extensions.end(),
                    [](const Extension& e) { return e.state == ExtensionState::kGranted; }));
}

absl::Status CheckMayAsk(const Order& order, const ExtensionRule& rule) {
  RETURN_IF_ERROR(RequireRunning(order));
  if (order.kind == OrderKind::kImmediate) {
    return NotAllowed("IMMEDIATE", "责令立即改正没有可以延长的期限",
                      "an order to correct at once has no term to extend");
  }
  for (const Extension& extension : order.extensions) {
    if (extension.state == ExtensionState::kPending) {
      return NotAllowed("PENDING", "已有一份延期申请尚未决定", "a request is not decided yet");
    }
  }
  if (CountGranted(order) >= rule.max_count) {
    return NotAllowed("LIMIT", absl::StrCat("同一文书最多延期 ", rule.max_count, " 次"),
                      absl::StrCat("an order is extended at most ", rule.max_count, " times"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ExtendedItem>> ItemsOf(const Order& order,
                                                  const std::vector<std::string>& findings) {
  std::vector<ExtendedItem> items;
  for (const OrderItem& item : order.items) {
    const bool asked = findings.empty() ||
                       std::find(findings.begin(), findings.end(), item.finding) != findings.end();
    if (asked && item.open()) items.push_back({item.finding, *item.due_date});
  }
  for (size_t i = 0; i < findings.size(); ++i) {
    const bool known = std::any_of(items.begin(), items.end(),
                                   [&](const auto& item) { return item.finding == findings[i]; });
    if (!known) {
      return FieldError(absl::StrCat("findings[", i, "]"),
                        {"不是该文书未改正的隐患", "is not an open item of the order"});
    }
  }
  return items;
}

absl::Status CheckDates(const std::vector<ExtendedItem>& items, absl::CivilDay wished,
                        absl::CivilDay today) {
  for (const ExtendedItem& item : items) {
    if (item.old_due_date < today) {
      return PreconditionError(
          "EXTENSION_AFTER_EXPIRY",
          {"改正期限已经届满，不能再申请延期", "the term has ended; it can't be extended any more"},
          {{"finding", item.finding}, {"due_date", FormatCivilDay(item.old_due_date)}});
    }
    if (wished <= item.old_due_date) {
      return FieldError("wished_date",
                        {"须晚于现有改正期限", "must lie after the present due date"});
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNewDate(const Extension& extension, absl::CivilDay due, int max_days,
                          absl::CivilDay today) {
  if (due <= today) {
    return DateOrderError("due_date", "新的期限须晚于今天", "the new date must lie after today");
  }
  for (const ExtendedItem& item : extension.items) {
    if (due <= item.old_due_date) {
      return DateOrderError("due_date", "新的期限须晚于原期限",
                            "the new date must lie after the old one");
    }
    if (due > item.old_due_date + max_days) {
      return DateOrderError("due_date", absl::StrCat("延期最长 ", max_days, " 日"),
                            absl::StrCat("an extension has at most ", max_days, " days"));
    }
  }
  return absl::OkStatus();
}

// Whether the policy wants more than one head behind this grant.
bool NeedsDeliberation(const Order& order, absl::CivilDay due, const ExtensionRule& rule) {
  const bool late =
      rule.deliberation_from_count > 0 && CountGranted(order) + 1 >= rule.deliberation_from_count;
  const auto& items = order.extensions.back().items;
  const bool is_long = rule.deliberation_over_days > 0 &&
                       std::any_of(items.begin(), items.end(), [&](const ExtendedItem& item) {
                         return due > item.old_due_date + rule.deliberation_over_days;
                       });
  return late || is_long;
}

void Grant(Order& order, Extension& extension, absl::CivilDay due) {
  extension.state = ExtensionState::kGranted;
  for (ExtendedItem& extended : extension.items) {
    for (OrderItem& item : order.items) {
      if (item.finding != extended.finding || !item.open()) continue;
      item.due_date = extended.due_date = due;
    }
  }
}

}  // namespace

absl::StatusOr<Order> RequestExtension(Order order, const ExtensionRequest& request,
                                       const Policy& policy, absl::Time now) {
  RETURN_IF_ERROR(CheckMayAsk(order, policy.extension));
  ASSIGN_OR_RETURN(std::vector<ExtendedItem> items, ItemsOf(order, request.findings));
  RETURN_IF_ERROR(CheckDates(items, request.wished_date, CivilDayOf(now)));
  Extension extension{.request_time = now,
                      .requester = request.requester,
                      .reason = request.reason,
                      .safeguards = request.safeguards,
                      .wished_date = request.wished_date,
                      .items = std::move(items)};
  order.extensions.push_back(std::move(extension));
  const OrderState state = order.state;
  return Next(std::move(order), state, now);
}

absl::StatusOr<Order> DecideExtension(Order order, const ExtensionVerdict& verdict,
                                      const Signer& signer, const Policy& policy, absl::Time now) {
  RETURN_IF_ERROR(RequireRunning(order));
  if (order.extensions.empty() || order.extensions.back().state != ExtensionState::kPending) {
    return NotAllowed("NOT_PENDING", "没有待决定的延期申请", "no request waits for a decision");
  }
  RETURN_IF_ERROR(RequireDecider(order, signer, policy.extension.decided_by));
  Extension& extension = order.extensions.back();
  const absl::CivilDay due = verdict.due_date.value_or(extension.wished_date);
  if (verdict.granted) {
    RETURN_IF_ERROR(CheckNewDate(extension, due, policy.extension.max_days, CivilDayOf(now)));
  }
  extension.deliberation = verdict.deliberation;
  RETURN_IF_ERROR(CheckDeliberation(
      extension.deliberation,
      {.needed = verdict.granted && NeedsDeliberation(order, due, policy.extension),
       .done = verdict.granted,
       .handling_officer = order.officers.front(),
       .not_before = extension.request_time},
      now));
  if (verdict.granted) {
    Grant(order, extension, due);
  } else {
    extension.state = ExtensionState::kRefused;
  }
  extension.decide_time = now;
  extension.decider = signer.name;
  extension.decision = verdict.reason;
  const OrderState state = order.state;
  return Next(std::move(order), state, now);
}

absl::StatusOr<Order> ServeExtension(Order order, ServiceRecord service, const Officers& officers,
                                     const Policy& policy, absl::Time now) {
  RETURN_IF_ERROR(RequireRunning(order));
  if (order.extensions.empty() || !order.extensions.back().decide_time) {
    return NotAllowed("NOT_DECIDED", "没有已决定的延期申请", "no decision on an extension exists");
  }
  Extension& extension = order.extensions.back();
  if (extension.service) {
    return NotAllowed("ALREADY_SERVED", "延期决定已经送达", "the decision was served before");
  }
  RETURN_IF_ERROR(CheckService(service, *extension.decide_time, policy.service, now));
  RETURN_IF_ERROR(RequireQualified(service.officers, officers, CivilDayOf(service.serve_time)));
  extension.service = std::move(service);
  const OrderState state = order.state;
  return Next(std::move(order), state, now);
}

std::vector<Occurrence> OccurrencesOf(const Extension& extension, const Order& order) {
  Occurrence about{.trigger = Trigger::kExtensionRequested, .time = extension.request_time};
  for (const ExtendedItem& item : extension.items) about.findings.push_back(item.finding);
  if (!extension.decide_time) return {about};
  about.time = *extension.decide_time;
  about.trigger = Trigger::kExtensionDecided;
  std::vector<Occurrence> occurrences = {about};
  if (extension.state == ExtensionState::kGranted) {
    about.trigger = Trigger::kExtensionGranted;
    about.applied = order.state == OrderState::kReported;
    occurrences.push_back(about);
  }
  return occurrences;
}

}  // namespace rectify::deadline::domain

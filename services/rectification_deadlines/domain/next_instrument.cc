#include "services/rectification_deadlines/domain/next_instrument.h"

#include <algorithm>
#include <utility>

#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/order_internal.h"

namespace rectify::deadline::domain {
namespace {

absl::Status NotDue(absl::string_view cause, absl::string_view zh, absl::string_view en) {
  return PreconditionError("NEXT_NOT_DUE", {std::string(zh), std::string(en)},
                           {{"cause", std::string(cause)}});
}

bool TermEnded(const OrderItem& item, absl::CivilDay day) {
  return item.open() && item.due_date && *item.due_date < day;
}

// A recheck may have left it out.
bool Examined(const Order& order, const OrderItem& item) {
  return std::any_of(order.rechecks.begin(), order.rechecks.end(), [&](const Recheck& recheck) {
    return std::any_of(recheck.results.begin(), recheck.results.end(),
                       [&](const RecheckResult& r) { return r.finding == item.finding; });
  });
}

bool FoundAfterTerm(const Order& order, const OrderItem& item, absl::CivilDay day) {
  return TermEnded(item, day) && Examined(order, item);
}

std::vector<std::string> ItemsFor(const Order& order, const InstrumentRule& rule,
                                  absl::CivilDay day) {
  std::vector<std::string> findings;
  for (const OrderItem& item : order.items) {
    if (FoundAfterTerm(order, item, day) && rule.IsFor(item.catalog_code)) {
      findings.push_back(item.finding);
    }
  }
  return findings;
}

InstrumentDecision* FindOpen(Order& order, NextInstrument instrument) {
  for (InstrumentDecision& decision : order.decisions) {
    if (decision.instrument == instrument && decision.state == DecisionState::kOpen) {
      return &decision;
    }
  }
  return nullptr;
}

absl::Status CheckDue(Order& order, const NextChoice& choice, absl::CivilDay day) {
  RETURN_IF_ERROR(RequireState(order, {OrderState::kRecheckFailed, OrderState::kReported}));
  int ended = 0, found = 0, open = 0;
  for (const OrderItem& item : order.items) {
    open += item.open() ? 1 : 0;
    ended += TermEnded(item, day) ? 1 : 0;
    found += FoundAfterTerm(order, item, day) ? 1 : 0;
  }
  // A second order takes all that is open, so no term of the first may still run.
  const bool takes_all = choice.instrument == NextInstrument::kSecondOrder;
  const int needed = takes_all ? open : 1;
  if (order.rechecks.empty() || (ended >= needed && found < needed)) {
    return NotDue("NOT_RECHECKED", "尚未复查", "no recheck has been recorded");
  }
  if (ended < needed) {
    return NotDue("TERM_RUNNING", "改正期限尚未届满", "a term has not ended yet");
  }
  if (FindOpen(order, choice.instrument) != nullptr) {
    return NotDue("ALREADY_DECIDED", "该处置已经决定，尚未办结",
                  "this is already decided and not concluded");
  }
  return absl::OkStatus();
}

// The days that the first order had given, counted anew from service.
int TermAgain(const Order& order, const OrderItem& item) {
  if (order.kind == OrderKind::kImmediate) return 0;
  if (!item.stated_due_date) return item.term_days;
  const absl::CivilDay served = CivilDayOf(order.service->serve_time);
  return std::max(1, static_cast<int>(item.first_due_date.value_or(served) - served));
}

Order DraftSecond(const Order& order, std::string name, const Policy& policy, absl::Time now) {
  Order second = DraftAnew(order, std::move(name), policy, now);
  // What it orders rests on what the recheck saw.
  second.inspect_time = order.rechecks.back().recheck_time;
  second.predecessor = order.name;
  for (const OrderItem& item : order.items) {
    if (!item.open()) continue;
    second.items.push_back({.finding = item.finding,
                            .catalog_code = item.catalog_code,
                            .description = item.description,
                            .basis = item.basis,
                            .required_action = item.required_action,
                            .term_days = TermAgain(order, item)});
  }
  return second;
}

absl::Status RequireDecided(const Order& order) {
  return RequireState(order,
                      {OrderState::kServed, OrderState::kReported, OrderState::kRecheckFailed,
                       OrderState::kClosed, OrderState::kSuperseded});
}

absl::Status NotDecided() {
  return NotDue("NOT_DECIDED", "没有决定过该处置，或者已经办结",
                "this was not decided, or is already concluded");
}

void Conclude(InstrumentDecision& decision, DecisionState state, std::string outcome,
              std::string reference, absl::Time now) {
  decision.state = state;
  decision.conclude_time = now;
  decision.outcome = std::move(outcome);
  decision.outcome_reference = std::move(reference);
}

}  // namespace

std::vector<Proposal> ProposalsFor(const Order& order, const Policy& policy, absl::CivilDay day) {
  const bool after_recheck =
      order.state == OrderState::kRecheckFailed || order.state == OrderState::kReported;
  const bool decided =
      std::any_of(order.decisions.begin(), order.decisions.end(),
                  [](const auto& decision) { return decision.state == DecisionState::kOpen; });
  std::vector<Proposal> proposals;
  if (!after_recheck || order.rechecks.empty() || decided) return proposals;
  for (const InstrumentRule& rule : policy.instruments) {
    std::vector<std::string> findings = ItemsFor(order, rule, day);
    if (!findings.empty()) proposals.push_back({&rule, std::move(findings)});
  }
  return proposals;
}

absl::StatusOr<NextDecided> DecideNext(Order order, const NextChoice& choice, const Signer& signer,
                                       const Policy& policy, absl::Time now) {
  RETURN_IF_ERROR(CheckDue(order, choice, CivilDayOf(now)));
  const InstrumentRule* rule = policy.FindInstrument(choice.instrument);
  std::vector<std::string> findings;
  if (rule != nullptr) findings = ItemsFor(order, *rule, CivilDayOf(now));
  if (findings.empty()) {
    return NotDue("NOT_FOR_THIS_HAZARD", "该处置不适用于这些隐患",
                  "the policy does not offer this for these hazards");
  }
  RETURN_IF_ERROR(RequireRole(signer, rule->decided_by));
  InstrumentDecision decision{.instrument = choice.instrument,
                              .decide_time = now,
                              .decider = signer.name,
                              .reason = choice.reason,
                              .reference = choice.reference,
                              .basis = rule->basis,
                              .findings = std::move(findings),
                              .deliberation = choice.deliberation};
  RETURN_IF_ERROR(CheckDeliberation(decision.deliberation,
                                    {.needed = rule->needs_deliberation,
                                     .handling_officer = order.officers.front(),
                                     .not_before = order.rechecks.back().recheck_time},
                                    now));
  NextDecided result;
  OrderState state = order.state;
  if (choice.instrument == NextInstrument::kSecondOrder) {
    // Carried out by the draft.
    Conclude(decision, DecisionState::kConcluded, "", choice.second_order, now);
    result.second = DraftSecond(order, choice.second_order, policy, now);
    order.successor = choice.second_order;
    state = OrderState::kSuperseded;
  }
  order.decisions.push_back(std::move(decision));
  result.order = Next(std::move(order), state, now);
  return result;
}

absl::StatusOr<Order> Conclude(Order order, const Conclusion& conclusion, absl::Time now) {
  RETURN_IF_ERROR(RequireDecided(order));
  InstrumentDecision* decision = FindOpen(order, conclusion.instrument);
  if (decision == nullptr) return NotDecided();
  if (conclusion.instrument == NextInstrument::kPenaltyCase && !conclusion.dropped) {
    return NotDue("NEEDS_PENALTY", "立案处罚以登记处罚决定办结",
                  "a penalty case is concluded by recording the penalty");
  }
  Conclude(*decision, conclusion.dropped ? DecisionState::kDropped : DecisionState::kConcluded,
           conclusion.outcome, conclusion.reference, now);
  const OrderState state = order.state;
  return Next(std::move(order), state, now);
}

absl::StatusOr<Order> RecordPenalty(Order order, const Penalty& penalty, const Officers& officers,
                                    absl::Time now) {
  RETURN_IF_ERROR(RequireDecided(order));
  InstrumentDecision* decision = FindOpen(order, NextInstrument::kPenaltyCase);
  if (decision == nullptr) return NotDecided();
  if (penalty.decision_date < CivilDayOf(decision->decide_time)) {
    return DateOrderError("decision_date", "处罚决定早于立案",
                          "the penalty lies before the case was filed");
  }
  if (penalty.decision_date > CivilDayOf(now)) {
    return DateOrderError("decision_date", "处罚决定晚于今天", "the penalty lies in the future");
  }
  RETURN_IF_ERROR(RequireQualified(penalty.officers, officers, penalty.decision_date));
  Conclude(*decision, DecisionState::kConcluded, penalty.penalty, penalty.decision_number, now);
  const OrderState state = order.state;
  return Next(std::move(order), state, now);
}

Rechecked FollowSecondOrder(Order order, const std::vector<std::string>& rectified,
                            absl::Time recheck_time, absl::Time now) {
  Rechecked result;
  for (OrderItem& item : order.items) {
    if (!item.open()) continue;
    const bool gone =
        std::find(rectified.begin(), rectified.end(), item.finding) != rectified.end();
    if (gone) item.rectify_time = recheck_time;
    (gone ? result.rectified : result.open).push_back(item.finding);
  }
  if (result.open.empty()) order.close_time = now;
  result.order = Next(std::move(order),
                      result.open.empty() ? OrderState::kClosed : OrderState::kSuperseded, now);
  return result;
}

Subject SubjectAfterNext(const Order& order) {
  Subject subject = SubjectOf(order);
  if (order.state == OrderState::kSuperseded) {
    for (SubjectItem& item : subject.items) item.open = false;
  }
  return subject;
}

}  // namespace rectify::deadline::domain

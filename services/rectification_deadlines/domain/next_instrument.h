// What follows when a hazard outlives its term (逾期未改后续处置): the policy proposes, a person
// decides, and each decision is carried out or given up. Nothing falls through in between.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::domain {

struct Proposal {
  const InstrumentRule* rule;  // of the policy
  std::vector<std::string> findings;
};

// For the items that a recheck found open and whose term has ended; none while a decision is being
// carried out. `policy` outlives the result.
std::vector<Proposal> ProposalsFor(const Order& order, const Policy& policy, absl::CivilDay day);

struct NextChoice {
  NextInstrument instrument;
  std::string reason, reference;
  std::string second_order;  // name of the order to draft, for kSecondOrder
  std::optional<Deliberation> deliberation{};
};

struct NextDecided {
  Order order;
  std::optional<Order> second;  // drafted for what is open
};

// ORDER_STATE; NEXT_NOT_DUE (NOT_RECHECKED, TERM_RUNNING, ALREADY_DECIDED, NOT_FOR_THIS_HAZARD);
// NOT_YOUR_TASK without a role that the policy names; DELIBERATION_REQUIRED, DATE_ORDER.
absl::StatusOr<NextDecided> DecideNext(Order order, const NextChoice& choice, const Signer& signer,
                                       const Policy& policy, absl::Time now);

struct Conclusion {
  NextInstrument instrument;
  bool dropped = false;
  std::string outcome, reference;
};

// ORDER_STATE; NEXT_NOT_DUE (NOT_DECIDED; NEEDS_PENALTY for a penalty case that is not given up).
absl::StatusOr<Order> Conclude(Order order, const Conclusion& conclusion, absl::Time now);

struct Penalty {
  std::string decision_number;
  absl::CivilDay decision_date;
  std::vector<std::string> officers;
  std::string basis, penalty;
};

// ORDER_STATE; NEXT_NOT_DUE (NOT_DECIDED); DATE_ORDER; TOO_FEW_OFFICERS; OFFICER_NOT_QUALIFIED.
absl::StatusOr<Order> RecordPenalty(Order order, const Penalty& penalty, const Officers& officers,
                                    absl::Time now);

// A recheck of the second order has proved these findings rectified; the order closes with the last
// of its items.
Rechecked FollowSecondOrder(Order order, const std::vector<std::string>& rectified,
                            absl::Time recheck_time, absl::Time now);

// The order as its clocks see it: a superseded order leaves its items to the second one.
Subject SubjectAfterNext(const Order& order);

}  // namespace rectify::deadline::domain

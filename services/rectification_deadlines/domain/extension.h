// Extension of terms (延期): asked for by the venue before they end, decided by the right rank,
// served again. The first due date is never overwritten.
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

struct ExtensionRequest {
  std::string requester, reason, safeguards;
  absl::CivilDay wished_date;
  std::vector<std::string> findings;  // empty: all open items
};

// ORDER_STATE; EXTENSION_NOT_ALLOWED (IMMEDIATE, PENDING, LIMIT); EXTENSION_AFTER_EXPIRY when the
// term of an item has ended; INVALID_ARGUMENT for an item that is not open or a wished date that is
// not later than the present ones.
absl::StatusOr<Order> RequestExtension(Order order, const ExtensionRequest& request,
                                       const Policy& policy, absl::Time now);

struct ExtensionVerdict {
  bool granted;
  std::optional<absl::CivilDay> due_date;  // nullopt: the date that was asked for
  std::string reason;
  std::optional<Deliberation> deliberation{};
};

// The number is given by the caller afterwards. ORDER_STATE; EXTENSION_NOT_ALLOWED (NOT_PENDING);
// NOT_YOUR_TASK; APPROVER_NOT_DISTINCT; DATE_ORDER; DELIBERATION_REQUIRED.
absl::StatusOr<Order> DecideExtension(Order order, const ExtensionVerdict& verdict,
                                      const Signer& signer, const Policy& policy, absl::Time now);

// ORDER_STATE; EXTENSION_NOT_ALLOWED (NOT_DECIDED, ALREADY_SERVED); and as Serve().
absl::StatusOr<Order> ServeExtension(Order order, ServiceRecord service, const Officers& officers,
                                     const Policy& policy, absl::Time now);

// What the last extension means for the clocks, in the order in which to tell it: a request while
// it is pending, else the decision.
std::vector<Occurrence> OccurrencesOf(const Extension& extension, const Order& order);

}  // namespace rectify::deadline::domain

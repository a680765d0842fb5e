// What the verbs of an order share. Used inside domain/ only.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::domain {

// FAILED_PRECONDITION ORDER_STATE with metadata `state` and `allowed`.
absl::Status RequireState(const Order& order, std::initializer_list<OrderState> allowed);

// The order one version further.
Order Next(Order order, OrderState state, absl::Time now);

// The unsigned steps of the chain.
std::vector<Approval> OpenSteps(const Policy& policy, OrderKind kind);

// An order of the same kind, inspection and people, without items.
Order DraftAnew(const Order& order, std::string name, const Policy& policy, absl::Time now);

// PERMISSION_DENIED NOT_YOUR_TASK unless the signer has one of the roles.
absl::Status RequireRole(const Signer& signer, const std::vector<std::string>& roles);

// The same, and APPROVER_NOT_DISTINCT for an officer of the order.
absl::Status RequireDecider(const Order& order, const Signer& signer,
                            const std::vector<std::string>& roles);

// FAILED_PRECONDITION DATE_ORDER at the field.
absl::Status DateOrderError(absl::string_view field, absl::string_view zh, absl::string_view en);

}  // namespace rectify::deadline::domain

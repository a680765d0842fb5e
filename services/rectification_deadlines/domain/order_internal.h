// What the verbs of an order share. Used inside domain/ only.
#pragma once

#include <initializer_list>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::domain {

// FAILED_PRECONDITION ORDER_STATE with metadata `state` and `allowed`.
absl::Status RequireState(const Order& order, std::initializer_list<OrderState> allowed);

// The order one version further.
Order Next(Order order, OrderState state, absl::Time now);

}  // namespace rectify::deadline::domain

// Rows of the deliberations behind an order's extensions and decisions. Used by OrderStore only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::store {

// Fills in the deliberations of orders, by their ids, that have their turns.
absl::Status LoadDeliberations(pg::Tx& tx, absl::string_view district,
                               const std::map<std::string, domain::Order*>& by_id);
// A deliberation never changes once it is there.
absl::Status SaveDeliberations(pg::Tx& tx, const domain::Order& order);

}  // namespace rectify::deadline::store

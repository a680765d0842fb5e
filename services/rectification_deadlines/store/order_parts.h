// Rows below an order's: items, approvals, reports and rechecks. Used by OrderStore only.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::store {

// Fills in the parts of orders of one district.
absl::Status LoadParts(pg::Tx& tx, absl::string_view district, std::vector<domain::Order>& orders);
// Reports and rechecks only grow; items and approvals keep their number.
absl::Status SaveParts(pg::Tx& tx, const std::vector<domain::Order>& orders);

}  // namespace rectify::deadline::store

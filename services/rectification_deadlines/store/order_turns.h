// Rows of an order's turns: extensions and decisions on what follows. Used by OrderStore only.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/pool.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::store {

// Fills in the turns of orders of one district.
absl::Status LoadTurns(pg::Tx& tx, const crypto::FieldCipher& cipher, absl::string_view district,
                       std::vector<domain::Order>& orders);
// Of the extensions only the last one can have changed.
absl::Status SaveTurns(pg::Tx& tx, const crypto::FieldCipher& cipher, const domain::Order& order);

}  // namespace rectify::deadline::store

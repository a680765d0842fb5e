// Visitors in the database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/followup_visits/domain/visitor.h"

namespace rectify::followup::store {

// nullopt when there is none.
absl::StatusOr<std::optional<domain::Visitor>> LockVisitor(pg::Tx& tx, absl::string_view district,
                                                           absl::string_view code);
// Creates or replaces. ALREADY_EXISTS when the user is another visitor.
absl::Status SaveVisitor(pg::Tx& tx, const domain::Visitor& visitor);
// All of a district, by code.
absl::StatusOr<std::vector<domain::Visitor>> ListVisitors(pg::Tx& tx, absl::string_view district);

}  // namespace rectify::followup::store

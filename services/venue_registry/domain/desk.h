// Duty desks: street offices (街道) and departments of the district (住建、教育、民政 …).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/venue_registry/domain/contact.h"

namespace rectify::venue::domain {

enum class DeskKind { kStreet, kDepartment };

struct Desk {
  std::string district;
  std::string code;
  std::string display_name;
  Contact contact;
  int64_t version = 0;
};

// The desk after a create or replace; its version is that of `present` when nothing changed.
// Masked contacts stay as they are. INVALID_ARGUMENT with all violations; a street's code has 9
// digits and begins with the district.
absl::StatusOr<Desk> ReplaceDesk(DeskKind kind, const std::optional<Desk>& present, Desk sent);

}  // namespace rectify::venue::domain

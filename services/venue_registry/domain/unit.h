// Units (单位): organisations. Which units have a part in a venue is a matter of the venue.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/venue_registry/domain/registered.h"

namespace rectify::venue::domain {

struct UnitFields {
  std::string display_name;
  std::string trade_name;  // 字号, empty: as display_name
  std::string uscc;
  std::string no_uscc_reason;
};

using Unit = Registered<UnitFields>;
using UnitChange = RegisteredChange<UnitFields>;

// Canonical form; INVALID_ARGUMENT USCC_INVALID or INVALID_FIELD with all violations.
absl::StatusOr<UnitFields> CheckUnit(UnitFields fields);

// Takes the fields named by `paths` from `sent`.
absl::StatusOr<UnitChange> UpdateUnit(const Unit& present, const UnitFields& sent,
                                      const std::vector<std::string>& paths, absl::Time now);

}  // namespace rectify::venue::domain

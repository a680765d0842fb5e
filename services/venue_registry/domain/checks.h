// Checks that several resources have in common.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/venue_registry/domain/point.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {

// A value from 1 to `last`.
template <typename Enum>
void CheckEnum(Enum value, Enum last, const Label& label, Violations& violations) {
  if (static_cast<int>(value) < 1 || value > last) violations.Add(label, "必填", "is required");
}

// A unified social credit code in canonical form, or else a reason why there is none.
void CheckCode(std::string& uscc, std::string& no_uscc_reason, Violations& violations);

// Within China, with a datum; violations on the `field`'s longitude, latitude and datum.
void CheckPoint(const Point& point, absl::string_view field, Violations& violations);

// A day that must be there.
void CheckDay(const std::optional<absl::CivilDay>& day, const Label& label, Violations& violations);

// `end`, when both are known, does not lie before `start`.
void CheckPeriod(const std::optional<absl::CivilDay>& start,
                 const std::optional<absl::CivilDay>& end, const Label& end_label,
                 Violations& violations);

}  // namespace rectify::venue::domain

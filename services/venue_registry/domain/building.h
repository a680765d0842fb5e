// Buildings (建筑) and their class in the high-rise campaigns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/venue_registry/domain/point.h"
#include "services/venue_registry/domain/registered.h"

namespace rectify::venue::domain {

// The numbers of these enums are those of the contract and of the tables.
enum class BuildingUse { kResidential = 1, kMixedResidential, kPublic, kIndustrial, kWarehouse };
enum class HighRiseClass { kNone = 0, kOldMixed, kOldResidential, kSuper, kPublic };

struct BuildingFields {
  std::string display_name;
  std::string address;
  std::string street_code;
  std::optional<Point> point;
  double height_m = 0;   // 0: unknown
  int floors_above = 0;  // 0: unknown
  int floors_below = 0;
  BuildingUse use = {};
  int built_year = 0;  // 0: unknown
  HighRiseClass high_rise_class = HighRiseClass::kNone;
};

using Building = Registered<BuildingFields>;
using BuildingChange = RegisteredChange<BuildingFields>;

// Canonical form; INVALID_ARGUMENT with all violations. `year` is the present one.
absl::StatusOr<BuildingFields> CheckBuilding(BuildingFields fields, int year);

// Takes the fields named by `paths` from `sent`.
absl::StatusOr<BuildingChange> UpdateBuilding(const Building& present, const BuildingFields& sent,
                                              const std::vector<std::string>& paths,
                                              absl::Time now);

// The class that the facts suggest, kNone when they suggest none or are not known. High-rise are
// residential buildings above 27 m and others above 24 m (GB 50016-2014); a residential building of
// unknown height counts from 10 floors on, as codes did when the old ones were built. 老旧 are
// those completed by the end of 2000.
HighRiseClass SuggestHighRiseClass(const BuildingFields& fields);

}  // namespace rectify::venue::domain

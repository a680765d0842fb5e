// Which two venues may be one, and why. People decide; this only finds and explains.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::domain {

// The numbers are those of the contract.
enum class DuplicateReason { kSameUscc = 1, kNearName, kSameAddress, kNearPoint, kFarApart };

struct Likeness {
  double score = 0;  // 0 to 1
  std::vector<DuplicateReason> reasons;
};

// Suggestions begin here: one strong reason is not enough, two are.
inline constexpr double kSuggestedScore = 0.65;
// Points closer than this speak for one venue, points farther than kFarMetres against it.
inline constexpr double kNearMetres = 100;
inline constexpr double kFarMetres = 500;

// What tells a name from others: folded, without the form of company, the province or city and the
// district, without marks: 天津市东丽区示例餐饮有限公司 and 示例餐饮（天津）公司 have the same
// core.
std::string CoreName(absl::string_view name);

// Terms of a core name by which near names share at least one; all pairs of adjacent characters.
std::vector<std::string> CoreTerms(absl::string_view core);

// How much of the pairs of adjacent characters two core names have in common (Dice), 0 to 1.
double NameLikeness(absl::string_view core_a, absl::string_view core_b);

// Each reason makes it less likely that two venues are different ones.
Likeness Compare(const VenueFields& a, const VenueFields& b);

}  // namespace rectify::venue::domain

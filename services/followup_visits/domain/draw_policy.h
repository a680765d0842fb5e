// The rules of drawing: strata, rates, and the span in which every unit is visited.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/followup_visits/domain/unit.h"

namespace rectify::followup::domain {

struct StratumRule {
  std::string code, title;
  std::vector<CaseKind> case_kinds;  // empty: all
  std::vector<std::string> streets;  // empty: all
  int rate_percent = 100;
};

struct DrawPolicy {
  int version = 1;
  int span_quarters = 4;
  int visitors_per_unit = 2;
  std::vector<StratumRule> strata;  // a unit belongs to the first that fits

  // nullptr when the unit fits none.
  const StratumRule* StratumOf(const PenalisedUnit& unit) const;
};

inline constexpr int kMaxSpan = 12;

// INVALID_ARGUMENT: a span outside 1 to 12, fewer than 2 visitors, a rate outside 1 to 100, a code
// twice, empty or not of letters, digits, - and _.
absl::Status CheckPolicy(const DrawPolicy& policy);

// What the rate alone asks of a stratum of that size, rounded up.
int RateQuota(int rate_percent, int size);

// How many of a stratum's units are drawn this quarter: the rate, rounded up, but at least the even
// share that still visits every unit in time. `remaining` has one entry per unit: the quarters left
// to visit it, 1 to kMaxSpan, this one included.
int QuotaOf(int rate_percent, const std::vector<int>& remaining);

}  // namespace rectify::followup::domain

// The hazard catalogue (隐患目录): what counts as which violation, on which article, with which
// usual term. Versions coexist: the day of the inspection decides.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace rectify::hazard::domain {

struct HazardType {
  std::string code;  // C01
  std::string title, gloss;
  std::string duty_basis, penalty_basis;  // articles as printed
  int min_term_days = 0;                  // usual term, natural days
  int max_term_days = 0;                  // also the default of an order
  bool at_once = false;                   // 责令立即改正
  bool transfer = false;                  // usually another department's power
  std::string required_action;            // as printed on the order

  // Nothing that the fire and rescue body could order itself.
  bool TransferOnly() const { return transfer && !at_once && max_term_days == 0; }
};

struct CatalogVersion {
  int version = 0;
  absl::CivilDay effective_date;  // first day
  std::vector<HazardType> types;

  // nullptr when there is no such code.
  const HazardType* Find(absl::string_view code) const;
};

// Immutable.
class Catalog {
 public:
  // In any order. INVALID_ARGUMENT with every fault: a later version must start on a later day,
  // codes are unique within a version, texts are complete, terms possible.
  static absl::StatusOr<Catalog> Create(std::vector<CatalogVersion> versions);

  // The version in force on a day; nullptr before the first one.
  const CatalogVersion* On(absl::CivilDay day) const;

 private:
  explicit Catalog(std::vector<CatalogVersion> versions) : versions_(std::move(versions)) {}
  std::vector<CatalogVersion> versions_;  // by effective date
};

// Longest term that an order can set, natural days.
inline constexpr int kMaxTermDays = 365;

}  // namespace rectify::hazard::domain

// The shipped rules for judging major hazards.
#pragma once

#include "services/hazard_findings/api/major_hazard_data.h"

namespace rectify::hazard::domain {

inline const RuleBook& Book() {
  static const auto& book = *new RuleBook(*api::LoadMajorHazardRules({}));
  return book;
}

}  // namespace rectify::hazard::domain

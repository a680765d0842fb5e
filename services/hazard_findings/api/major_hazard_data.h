// Reads the editions of the standard on major hazards: those that the binary carries, and files of
// later ones.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rectify/hazard/v1/major_hazard.pb.h"
#include "services/hazard_findings/domain/major_hazard_rules.h"

namespace rectify::hazard::api {

// `files`: text protos of rectify.hazard.v1.MajorHazardRuleSet. INVALID_ARGUMENT names the file and
// the fault, NOT_FOUND a missing file.
absl::StatusOr<domain::RuleBook> LoadMajorHazardRules(const std::vector<std::string>& files);

v1::MajorHazardRuleSet ToProto(const domain::RuleSet& rules);
v1::MajorHazardSuggestion ToProto(const domain::Suggestion& suggestion);

}  // namespace rectify::hazard::api

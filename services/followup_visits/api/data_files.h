// Reads the policies: those that the binary carries, or files instead of them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/followup_visits/domain/draw_policy.h"
#include "services/followup_visits/domain/questionnaire.h"

namespace rectify::followup::api {

// `file` empty: the built-in policy. INVALID_ARGUMENT names the file and the fault.
absl::StatusOr<domain::DrawPolicy> LoadDrawPolicy(const std::string& file);
// The smallest number that an analysis may show.
absl::StatusOr<int> LoadSmallestCell(const std::string& file);
// The built-in questionnaires and, after them, those of `files`, by growing version.
absl::StatusOr<std::vector<domain::Questionnaire>> LoadQuestionnaires(
    const std::vector<std::string>& files);

}  // namespace rectify::followup::api

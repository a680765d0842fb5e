// Reads the policies: those that the binary carries, or files instead of them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/followup_visits/domain/draw_policy.h"

namespace rectify::followup::api {

// `file` empty: the built-in policy. INVALID_ARGUMENT names the file and the fault.
absl::StatusOr<domain::DrawPolicy> LoadDrawPolicy(const std::string& file);

}  // namespace rectify::followup::api

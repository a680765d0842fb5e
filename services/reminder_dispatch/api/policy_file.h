// The policy file: protobuf text to domain.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::api {

// A valid policy from text; `file` names it in errors. INVALID_ARGUMENT with every mistake.
absl::StatusOr<domain::Policy> ParsePolicy(absl::string_view text, absl::string_view file);
// The same from a file; the policy that this binary carries when `path` is empty.
absl::StatusOr<domain::Policy> LoadPolicy(const std::string& path);

}  // namespace rectify::reminder::api

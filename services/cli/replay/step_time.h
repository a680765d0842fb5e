// The times of a scenario.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::cli {

// "2023-01-03 10:00" in China's zone; INVALID_ARGUMENT for anything else.
absl::StatusOr<absl::Time> ParseStepTime(absl::string_view text);

}  // namespace rectify::cli

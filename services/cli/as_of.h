// The time of --as-of.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::cli {

// "2023-02-03" or "2023-02-03 10:00". A day means its end: what was known when it was over.
absl::StatusOr<absl::Time> ParseAsOf(absl::string_view text);

}  // namespace rectify::cli

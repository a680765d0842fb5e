// JSON from outside, before it becomes a message.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::gateway {

// INVALID_ARGUMENT naming `field`: no JSON, a key twice in one object (readers differ in which they
// take), more than 64 levels, invalid UTF-8.
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text, absl::string_view field = "body");

}  // namespace rectify::gateway

// Base64 as tokens and keys have it (RFC 7515, 2): the URL's alphabet without padding.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::crypto {

// INVALID_ARGUMENT for anything else: one value has one spelling.
absl::StatusOr<std::string> FromBase64Url(absl::string_view text);

}  // namespace rectify::crypto

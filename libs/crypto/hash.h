// The hash functions alone: they depend on their input and nothing else, so pure rules may use
// them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rectify::crypto {

std::string Sha256(absl::string_view data);                             // 32 bytes
std::string HmacSha256(absl::string_view key, absl::string_view data);  // 32 bytes

}  // namespace rectify::crypto

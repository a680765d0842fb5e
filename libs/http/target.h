// The target of a request: its path in segments, and its query.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::http {

struct Target {
  // Decoded one by one, so that an encoded slash stays within its segment. "/v1/a" has "v1", "a".
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
};

// INVALID_ARGUMENT naming `path` or `query`: no leading slash, an empty segment, "." or "..", a
// broken percent encoding, control characters, invalid UTF-8.
absl::StatusOr<Target> ParseTarget(absl::string_view target);

// For a path segment or a query value: everything but unreserved characters (RFC 3986) encoded.
std::string Encode(absl::string_view text);

}  // namespace rectify::http

// Small documents that others publish over https.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::oidc {

struct Document {
  std::string body;
  std::optional<absl::Duration> max_age;  // by Cache-Control; zero when it must not be kept
};

// GET. Takes at most 10 s and 256 KiB, and follows no redirect. INVALID_ARGUMENT for an address
// that is not safe, UNAVAILABLE for everything that goes wrong after that.
absl::StatusOr<Document> Fetch(const std::string& url);

// max-age of a Cache-Control header; nullopt when it says nothing.
std::optional<absl::Duration> MaxAgeIn(absl::string_view cache_control);

}  // namespace rectify::oidc

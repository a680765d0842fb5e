// One HTTP POST to another system.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "libs/outbound/curl.h"

namespace rectify::outbound {

struct PostReply {
  CURLcode code = CURLE_OK;
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type
  std::string body;
  std::optional<absl::Duration> retry_after;
};

// Posts `body` over a handle that the caller may have prepared further. A reply that is too long is
// cut off; its status stands.
PostReply Post(CURL* handle, const std::string& url, const HeaderList& headers,
               const std::string& body);

}  // namespace rectify::outbound

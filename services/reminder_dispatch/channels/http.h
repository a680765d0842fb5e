// One HTTP POST, for every channel that speaks HTTP.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/reminder_dispatch/channels/curl.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::channels {

struct PostReply {
  CURLcode code = CURLE_OK;
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type
  std::string body;
  std::optional<absl::Duration> retry_after;
};

// https, or http on loopback: what is sent holds a key.
bool IsSafeUrl(absl::string_view url);

// Posts `body` over a handle that the caller may have prepared further. A reply that is too long is
// cut off; its status stands.
PostReply Post(CURL* handle, const std::string& url, const HeaderList& headers,
               const std::string& body);

// By the status alone: 2xx is accepted; 408, 429, 5xx and silence are temporary; all others,
// redirects too, are permanent. `label` names the channel for people.
domain::Attempt JudgeStatus(absl::string_view label, const PostReply& reply);

}  // namespace rectify::reminder::channels

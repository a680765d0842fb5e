// What the answer to a POST means for a reminder, for every channel that speaks HTTP.
#pragma once

#include "absl/strings/string_view.h"
#include "libs/outbound/post.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::channels {

// By the status alone: 2xx is accepted; 408, 429, 5xx and silence are temporary; all others,
// redirects too, are permanent. `label` names the channel for people.
domain::Attempt JudgeStatus(absl::string_view label, const outbound::PostReply& reply);

}  // namespace rectify::reminder::channels

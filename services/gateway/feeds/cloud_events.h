// A page of a feed as CloudEvents 1.0, in the JSON batch format; see libs/protojson/cloud_event.h.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/http/message.h"

namespace rectify::gateway {

inline constexpr char kCloudEventsBatch[] = "application/cloudevents-batch+json";

// The page that `answer` (an encoded ReadEventsResponse) is, and in Link, rel="next", the target of
// the page after it: `target` itself, the request's, when nothing came.
absl::StatusOr<http::Response> ToCloudEventsPage(const std::string& target,
                                                 const std::string& answer);

}  // namespace rectify::gateway

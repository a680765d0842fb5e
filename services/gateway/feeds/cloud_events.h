// A page of a feed as CloudEvents 1.0 (the JSON batch format), for readers that know events from
// elsewhere. What makes a feed of ours checkable goes along as extension attributes: `position`,
// `epoch`, `prevchain` and `chain` (base64), `aggregateversion`.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/http/message.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::gateway {

inline constexpr char kCloudEventsBatch[] = "application/cloudevents-batch+json";

// One event as JSON. Its data is the payload as JSON; of a type that this program does not know,
// the encoded message (`data_base64`, application/protobuf).
std::string ToCloudEvent(const event::v1::EventEnvelope& event);

// The page that `answer` (an encoded ReadEventsResponse) is, and in Link, rel="next", the target of
// the page after it: `target` itself, the request's, when nothing came.
absl::StatusOr<http::Response> ToCloudEventsPage(const std::string& target,
                                                 const std::string& answer);

}  // namespace rectify::gateway

// A feed as Server-Sent Events (text/event-stream of the HTML standard): each event is a message
// whose data is the event as CloudEvents JSON. Its id names the event so exactly that a reader that
// comes back with it as Last-Event-ID goes on without a gap, or is told that its history is no
// longer the source's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/http/message.h"
#include "rectify/event/v1/event_feed_service.pb.h"
#include "services/gateway/feeds/feed_polls.h"

namespace rectify::gateway {

inline constexpr char kEventStream[] = "text/event-stream";

// Makes the question go on after the event that `last_event_id` names; nothing for an empty one.
// INVALID_ARGUMENT of the field Last-Event-ID for what no event of ours is called.
absl::Status ContinueAfter(absl::string_view last_event_id, event::v1::ReadEventsRequest& request);

// The text of an error for the message "problem" that ends a stream.
using TellProblem = std::function<std::string(const absl::Status& status)>;

// 200 and an endless body: `first`, an encoded page that answers `request`, and all pages after it.
// A source that is away is waited for; any other error ends the stream with a message "problem".
absl::StatusOr<http::Response> ToEventStream(FeedPolls& polls, AskFeed ask,
                                             event::v1::ReadEventsRequest request,
                                             const std::string& first, TellProblem tell);

}  // namespace rectify::gateway

// What a reader of a feed gets, in the form that it asks for by Accept: canonical JSON, CloudEvents
// (cloud_events.h), or Server-Sent Events (event_stream.h).
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "libs/http/message.h"
#include "services/gateway/feeds/event_stream.h"
#include "services/gateway/feeds/feed_polls.h"

namespace rectify::gateway {

enum class FeedForm { kJson, kCloudEvents, kEventStream };

// The first form that the value of Accept names; kJson when it names none.
FeedForm FormOf(absl::string_view accept);

// Whether the answers of this method are pages of a feed.
bool IsFeed(const google::protobuf::MethodDescriptor& method);

// Calls `done` once, on any thread, when there are events, or after the request's `wait` (at most
// 30 s); with a stream as soon as it is known that it may be read.
void AnswerFeed(FeedPolls& polls, AskFeed ask, event::v1::ReadEventsRequest request,
                const http::Request& asked, TellProblem tell,
                std::function<void(absl::StatusOr<http::Response>)> done);

}  // namespace rectify::gateway

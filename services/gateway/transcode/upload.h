// The body of a request as the messages of a method that takes a file.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/http/message.h"
#include "libs/rpc/client.h"
#include "services/gateway/routes/route_table.h"

namespace rectify::gateway {

// What Content-Type says of the file goes where the first message describes it. INVALID_ARGUMENT
// when that says otherwise.
absl::Status SetMediaType(const http::Headers& headers, google::protobuf::Message& first);

// The message, encoded, that brings this piece of a route's file.
std::string ToChunk(const Route& route, const std::string& piece);

// One of them is called, once, on any thread.
struct UploadEnd {
  // Of the call, with its encoded answer; it may come before the body's end.
  std::function<void(absl::StatusOr<std::string> answer)> answered;
  // Why the body did not come whole, as of BodyPieces, or CANCELLED when the server waits no
  // longer; the call is cancelled.
  std::function<void(const absl::Status& why)> broken;
};
// Starts the call with who is told its end.
using StartCall = std::function<std::shared_ptr<rpc::Departures>(
    std::function<void(absl::StatusOr<std::string>)> done)>;

// Sends `first`, and then the body as fast as the call takes it; one piece is under way at a time.
// `route` outlives the call.
void Upload(const Route& route, const google::protobuf::Message& first,
            std::shared_ptr<http::BodyPieces> body, const StartCall& start, UploadEnd end);

}  // namespace rectify::gateway

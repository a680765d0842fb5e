// From path, query and body to the request message.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/gateway/routes/route_table.h"

namespace rectify::gateway {

using Query = std::vector<std::pair<std::string, std::string>>;

// Of a route that takes a file the first message, `body` being empty.
// INVALID_ARGUMENT naming the field as the caller wrote it: what the contract does not know, a
// value of another type, a body where none belongs, a path that the body contradicts.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> BuildRequest(
    const Route& route, const std::vector<Capture>& captures, const Query& query,
    absl::string_view body);

// Sets a text field of the request ("etag", "venue.etag") that a header stands for.
// INVALID_ARGUMENT when the request names another value; false when it has no such field.
absl::StatusOr<bool> SetFromHeader(google::protobuf::Message& request, const std::string& field,
                                   absl::string_view header, absl::string_view value);

}  // namespace rectify::gateway

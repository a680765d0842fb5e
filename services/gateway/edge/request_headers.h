// What the headers of a request say.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/http/message.h"
#include "services/gateway/routes/route_table.h"

namespace rectify::gateway {

// A token or a partner's key; "" when there is none. Of a program that knows names and passwords
// only, it is the password.
std::string CredentialIn(const http::Headers& headers);

// The same key again is the same command. "" when there is none; INVALID_ARGUMENT when it is no
// UUID.
absl::StatusOr<std::string> IdempotencyKeyIn(const http::Headers& headers);

// INVALID_ARGUMENT for a body of which the headers do not say that it is JSON: it would be guessed
// at.
absl::Status CheckJson(const http::Request& request);

// Into the request's fields for them: Idempotency-Key, and If-Match where `route` has an etag.
absl::Status FillFromHeaders(const http::Headers& headers, const Route& route,
                             google::protobuf::Message& message);

}  // namespace rectify::gateway

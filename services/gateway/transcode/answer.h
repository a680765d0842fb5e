// From a service's answer, or its error, to HTTP.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/http/message.h"

namespace rectify::gateway {

// A service's answer; INTERNAL when the bytes are no message of the type.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ParseAnswer(
    const google::protobuf::Descriptor& type, const std::string& encoded);

// 200 with canonical protobuf JSON, and the message's `etag` as ETag. INTERNAL when the bytes are
// no message of the type.
absl::StatusOr<http::Response> ToResponse(const google::protobuf::Descriptor& type,
                                          const std::string& encoded);

// 200 with what is no message; its ETag is the body's hash.
http::Response ToPage(std::string body, absl::string_view content_type);

// application/problem+json (RFC 9457) with `reason`, `metadata` and `violations`; `language` is
// "zh-CN" or "en". `http_status`: 0 is HttpStatusOf(status).
http::Response ToProblem(const absl::Status& status, absl::string_view language,
                         int http_status = 0);

// As google.rpc.Code maps it, but 412 for an etag that does not match.
int HttpStatusOf(const absl::Status& status);

}  // namespace rectify::gateway

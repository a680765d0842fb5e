#include "services/gateway/edge/request_headers.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "services/gateway/transcode/content_type.h"
#include "services/gateway/transcode/request.h"

namespace rectify::gateway {
namespace {

absl::Status HeaderError(absl::string_view name, absl::string_view zh, absl::string_view en) {
  return FieldError(name, {absl::StrCat("请求头 ", name, " ", zh), absl::StrCat(name, " ", en)});
}

}  // namespace

std::string CredentialIn(const http::Headers& headers) {
  const absl::string_view value = headers.Get("Authorization");
  if (absl::StartsWithIgnoreCase(value, "Bearer ")) return std::string(value.substr(7));
  std::string pair;
  if (!absl::StartsWithIgnoreCase(value, "Basic ") ||
      !absl::Base64Unescape(value.substr(6), &pair)) {
    return "";
  }
  const size_t colon = pair.find(':');
  return colon == std::string::npos ? "" : pair.substr(colon + 1);
}

absl::StatusOr<std::string> IdempotencyKeyIn(const http::Headers& headers) {
  const absl::string_view key = headers.Get("Idempotency-Key");
  if (!key.empty() && !IsUuid(key)) {
    return HeaderError("Idempotency-Key", "须为 UUID", "must be a UUID");
  }
  return std::string(key);
}

absl::Status CheckJson(const http::Request& request) {
  constexpr char kJson[] = "application/json";
  if (request.body.empty() || HasContentType(request.headers, kJson)) return absl::OkStatus();
  return ContentTypeError(kJson);
}

absl::Status FillFromHeaders(const http::Headers& headers, const Route& route,
                             google::protobuf::Message& message) {
  ASSIGN_OR_RETURN(const std::string key, IdempotencyKeyIn(headers));
  if (!key.empty()) {
    RETURN_IF_ERROR(SetFromHeader(message, "request_id", "Idempotency-Key", key).status());
  }
  if (const absl::string_view etag = headers.Get("If-Match"); !etag.empty() && etag != "*") {
    const std::string field = EtagField(route);
    if (field.empty()) return HeaderError("If-Match", "在此不适用", "means nothing to this method");
    RETURN_IF_ERROR(SetFromHeader(message, field, "If-Match", etag).status());
  }
  return absl::OkStatus();
}

}  // namespace rectify::gateway

#include "services/gateway/edge/refusal.h"

#include "libs/base/error.h"

namespace rectify::gateway {
namespace {

absl::Status Malformed(const char* zh, const char* en) {
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      {.reason = "MALFORMED_MESSAGE", .text = {zh, en}, .metadata = {}, .violations = {}});
}

}  // namespace

absl::Status RefusalOf(http::Fault fault) {
  switch (fault) {
    case http::Fault::kBodyTooLarge:
      return Malformed("请求正文过大，超过该路径的上限", "the body is larger than this path takes");
    case http::Fault::kHeaderTooLarge:
      return Malformed("请求头超过 16 KiB", "the header is larger than 16 KiB");
    case http::Fault::kEncodedBody:
      return Malformed("不接受压缩的请求正文", "encoded bodies are not taken");
    case http::Fault::kTooSlow:
      return Malformed("请求正文传输过慢", "the body comes too slowly");
    case http::Fault::kOverloaded:
      return MakeError(absl::StatusCode::kUnavailable,
                       {.reason = "OVERLOADED",
                        .text = {"连接过多，请稍后重试", "too many connections, try again later"},
                        .metadata = {},
                        .violations = {}});
    case http::Fault::kMalformed:
      break;
  }
  return Malformed("不是有效的 HTTP 请求", "this is not a valid HTTP request");
}

}  // namespace rectify::gateway

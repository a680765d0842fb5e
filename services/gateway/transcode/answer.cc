#include "services/gateway/transcode/answer.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/protojson/json.h"

namespace rectify::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using nlohmann::json;

constexpr absl::string_view kRetryAfterSeconds = "1";

// What each status means, for `title`, which stays the same from one occurrence to the next.
Text TitleOf(int status) {
  switch (status) {
    case 400:
      return {"请求有误", "Bad request"};
    case 401:
      return {"未登录", "Not authenticated"};
    case 403:
      return {"无权办理", "Not allowed"};
    case 404:
      return {"未找到", "Not found"};
    case 405:
      return {"不支持该方法", "Method not allowed"};
    case 408:
      return {"传输过慢", "Too slow"};
    case 409:
      return {"与现状冲突", "Conflict"};
    case 412:
      return {"内容已被他人修改", "Changed meanwhile"};
    case 413:
      return {"请求过大", "Too large"};
    case 415:
      return {"不支持的内容格式", "Unsupported content"};
    case 429:
      return {"请求过多", "Too many requests"};
    case 431:
      return {"请求头过大", "Header too large"};
    case 501:
      return {"未实现", "Not implemented"};
    case 503:
      return {"暂不可用", "Unavailable"};
    case 504:
      return {"超时", "Timed out"};
    default:
      return {"系统错误", "Internal error"};
  }
}

json ViolationsOf(const ErrorDetail& detail, bool english) {
  json violations = json::array();
  for (const FieldViolation& violation : detail.violations) {
    violations.push_back({{"field", violation.field},
                          {"description", english ? violation.text.en : violation.text.zh}});
  }
  return violations;
}

}  // namespace

int HttpStatusOf(const absl::Status& status) {
  if (ReasonOf(status) == "ETAG_MISMATCH") return 412;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

absl::StatusOr<std::unique_ptr<Message>> ParseAnswer(const google::protobuf::Descriptor& type,
                                                     const std::string& encoded) {
  std::unique_ptr<Message> message(MessageFactory::generated_factory()->GetPrototype(&type)->New());
  if (message->ParseFromString(encoded)) return message;
  return absl::InternalError(absl::StrCat("the answer is no ", type.full_name()));
}

absl::StatusOr<http::Response> ToResponse(const google::protobuf::Descriptor& type,
                                          const std::string& encoded) {
  http::Response response;
  ASSIGN_OR_RETURN(response.body, protojson::ToJson(type, encoded));
  response.headers.Add("Content-Type", "application/json");
  const FieldDescriptor* etag = type.FindFieldByName("etag");
  if (etag != nullptr && etag->type() == FieldDescriptor::TYPE_STRING) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Message> message, ParseAnswer(type, encoded));
    const std::string value = message->GetReflection()->GetString(*message, etag);
    if (!value.empty()) response.headers.Add("ETag", value);
  }
  return response;
}

http::Response ToPage(std::string body, absl::string_view content_type) {
  http::Response page;
  page.headers.Add("Content-Type", content_type);
  page.headers.Add("ETag", absl::StrCat("\"", absl::BytesToHexString(crypto::Sha256(body)), "\""));
  page.body = std::move(body);
  return page;
}

http::Response ToProblem(const absl::Status& status, absl::string_view language, int http_status) {
  const bool english = language == "en";
  const std::optional<ErrorDetail> detail = DetailOf(status);
  http::Response response;
  response.status = http_status != 0 ? http_status : HttpStatusOf(status);
  const Text title = TitleOf(response.status);
  json problem = {{"status", response.status}, {"title", english ? title.en : title.zh}};
  if (detail) {
    problem["type"] = absl::StrCat("urn:rectify:problem:", detail->reason);
    problem["reason"] = detail->reason;
    problem["detail"] = english ? detail->text.en : detail->text.zh;
    if (!detail->metadata.empty()) problem["metadata"] = detail->metadata;
    if (!detail->violations.empty()) problem["violations"] = ViolationsOf(*detail, english);
  } else {
    problem["type"] = "about:blank";
  }
  // An upstream's text is UTF-8; what is not must not stop the answer.
  response.body = problem.dump(-1, ' ', false, json::error_handler_t::replace);
  response.headers.Add("Content-Type", "application/problem+json");
  response.headers.Add("Content-Language", english ? "en" : "zh-CN");
  if (response.status == 401) response.headers.Add("WWW-Authenticate", "Bearer");
  if (response.status == 503) response.headers.Add("Retry-After", kRetryAfterSeconds);
  return response;
}

}  // namespace rectify::gateway

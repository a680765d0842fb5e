#include "libs/rpc/errors.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/text.h"
#include "libs/log/log.h"

namespace rectify::rpc {
namespace {

constexpr absl::string_view kDomain = "rectify";
constexpr size_t kMaxDetailBytes = 4096;
// grpc-message is percent-encoded: one Chinese character takes nine bytes there.
constexpr size_t kMaxMessage = 200, kMaxDescription = 200, kMaxMetadataValue = 400;

// Codes whose text is ours alone.
bool IsInternal(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

// For a status without a detail: the reason that fits its code, and a text that tells nothing more.
ErrorDetail PlainDetail(absl::StatusCode code) {
  const auto make = [](const char* reason, const char* zh, const char* en) {
    return ErrorDetail{.reason = reason, .text = {zh, en}, .metadata = {}, .violations = {}};
  };
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return make("INVALID_FIELD", "请求内容有误", "the request is not valid");
    case absl::StatusCode::kNotFound:
      return make("NOT_FOUND", "找不到请求的资源", "the resource was not found");
    case absl::StatusCode::kAlreadyExists:
      return make("ALREADY_EXISTS", "同样的资源已存在", "the resource already exists");
    case absl::StatusCode::kPermissionDenied:
      return make("NOT_YOUR_TASK", "无权办理此项", "you may not do this");
    case absl::StatusCode::kUnauthenticated:
      return make("TOKEN_INVALID", "登录凭证（token）无效", "the token is invalid");
    case absl::StatusCode::kAborted:
      return make("CONFLICT", "与其他操作冲突，请重试", "another command interfered, try again");
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return make("OVERLOADED", "服务暂时不可用，请稍后重试",
                  "the service is not available now, try again later");
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return make("DEADLINE_TOO_SHORT", "未能在时限内完成", "the call did not end in time");
    case absl::StatusCode::kUnimplemented:
      return make("UNKNOWN_METHOD", "没有这个方法", "there is no such method");
    default:
      return make("INTERNAL", "系统内部错误，请联系管理员并提供 log_id",
                  "internal error, tell your administrator the log_id");
  }
}

// Zero when waiting does not help.
absl::Duration RetryDelay(absl::StatusCode code, absl::string_view reason) {
  if (code != absl::StatusCode::kUnavailable) return absl::ZeroDuration();
  return WithJitter(reason == "STORAGE_UNAVAILABLE" ? absl::Seconds(2) : absl::Milliseconds(400));
}

google::rpc::Status Build(int code, const ErrorDetail& detail, const std::string& message,
                          bool english, absl::Duration retry_delay) {
  google::rpc::Status result;
  result.set_code(code);
  result.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(detail.reason);
  info.set_domain(std::string(kDomain));
  for (const auto& [key, value] : detail.metadata) (*info.mutable_metadata())[key] = value;
  result.add_details()->PackFrom(info);
  if (!detail.violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const FieldViolation& violation : detail.violations) {
      auto* entry = bad_request.add_field_violations();
      entry->set_field(violation.field);
      entry->set_description(english ? violation.text.en : violation.text.zh);
    }
    result.add_details()->PackFrom(bad_request);
  }
  if (retry_delay > absl::ZeroDuration()) {
    google::rpc::RetryInfo retry;
    const int64_t nanos = absl::ToInt64Nanoseconds(retry_delay);
    retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
    result.add_details()->PackFrom(retry);
  }
  google::rpc::LocalizedMessage localized;
  localized.set_locale(english ? "en" : "zh-CN");
  localized.set_message(message);
  result.add_details()->PackFrom(localized);
  return result;
}

// Limits each part, so that dropping whole parts is seldom needed.
void Shorten(ErrorDetail& detail) {
  if (detail.violations.size() > kMaxViolations) detail.violations.resize(kMaxViolations);
  for (FieldViolation& violation : detail.violations) {
    violation.field = Ellipsize(violation.field, kMaxDescription);
    violation.text.zh = Ellipsize(violation.text.zh, kMaxDescription);
    violation.text.en = Ellipsize(violation.text.en, kMaxDescription);
  }
  for (auto& [key, value] : detail.metadata) value = Ellipsize(value, kMaxMetadataValue);
}

void DropLargestFact(std::map<std::string, std::string>& metadata) {
  const auto largest =
      std::max_element(metadata.begin(), metadata.end(), [](const auto& a, const auto& b) {
        return a.first.size() + a.second.size() < b.first.size() + b.second.size();
      });
  metadata.erase(largest);
}

}  // namespace

absl::Duration WithJitter(absl::Duration delay) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return delay * std::uniform_real_distribution<double>(0.5, 1.0)(random);
}

absl::Status OverloadedError() {
  return MakeError(absl::StatusCode::kUnavailable,
                   {.reason = "OVERLOADED",
                    .text = {"系统繁忙，请稍后重试", "the server is busy, try again later"},
                    .metadata = {},
                    .violations = {}});
}

absl::Status ForCaller(const absl::Status& status, absl::string_view method) {
  if (status.ok()) return status;
  const std::optional<ErrorDetail> detail = DetailOf(status);
  if (detail && !detail->reason.empty() && !IsInternal(status.code())) return status;
  ErrorDetail shown = PlainDetail(status.code());
  if (status.code() != absl::StatusCode::kCancelled) {
    const std::string log_id = NewUuid7(absl::Now());
    log::Error("rpc_error", {{"log_id", log_id},
                             {"method", method},
                             {"code", absl::StatusCodeToString(status.code())},
                             {"message", std::string(status.message())}});
    shown.metadata["log_id"] = log_id;
  }
  const bool unknown = status.code() == absl::StatusCode::kUnknown;
  return MakeError(unknown ? absl::StatusCode::kInternal : status.code(), std::move(shown));
}

grpc::Status ToGrpc(const absl::Status& status, absl::string_view language) {
  if (status.ok()) return grpc::Status::OK;
  ErrorDetail detail = DetailOf(status).value_or(PlainDetail(status.code()));
  Shorten(detail);
  const bool english = language == "en";
  const std::string message = Ellipsize(english ? detail.text.en : detail.text.zh, kMaxMessage);
  const absl::Duration retry_delay = RetryDelay(status.code(), detail.reason);
  const auto code = static_cast<grpc::StatusCode>(status.code());
  while (true) {
    const std::string bytes =
        Build(code, detail, message, english, retry_delay).SerializeAsString();
    if (bytes.size() + message.size() <= kMaxDetailBytes) return {code, message, bytes};
    if (!detail.violations.empty()) {
      detail.violations.pop_back();
    } else if (!detail.metadata.empty()) {
      DropLargestFact(detail.metadata);
    } else {
      return {code, message};
    }
  }
}

RemoteError FromGrpc(const grpc::Status& status) {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  RemoteError error = {absl::Status(code, status.error_message()), absl::ZeroDuration()};
  google::rpc::Status remote;
  if (status.ok() || !remote.ParseFromString(status.error_details())) return error;
  ErrorDetail detail;
  detail.text = {status.error_message(), status.error_message()};
  for (const google::protobuf::Any& any : remote.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info) && info.domain() == kDomain) {
      detail.reason = info.reason();
      detail.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (any.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        detail.violations.push_back({.field = violation.field(),
                                     .text = {violation.description(), violation.description()}});
      }
    } else if (any.UnpackTo(&retry)) {
      error.retry_delay = absl::Seconds(retry.retry_delay().seconds()) +
                          absl::Nanoseconds(retry.retry_delay().nanos());
    }
  }
  if (!detail.reason.empty()) error.status = MakeError(code, std::move(detail));
  return error;
}

}  // namespace rectify::rpc

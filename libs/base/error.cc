#include "libs/base/error.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"

namespace rectify {
namespace {

using Json = nlohmann::json;

constexpr absl::string_view kPayloadUrl = "rectify/error";

void Attach(absl::Status& status, ErrorDetail detail) {
  Json violations = Json::array();
  for (const FieldViolation& violation : detail.violations) {
    violations.push_back({violation.field, violation.text.zh, violation.text.en});
  }
  const Json json = {{"reason", std::move(detail.reason)},
                     {"zh", std::move(detail.text.zh)},
                     {"en", std::move(detail.text.en)},
                     {"metadata", std::move(detail.metadata)},
                     {"violations", std::move(violations)}};
  // Facts may quote what a caller sent; an error about bad bytes must not fail on them.
  status.SetPayload(kPayloadUrl,
                    absl::Cord(json.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, ErrorDetail detail) {
  absl::Status status(code, detail.text.en);
  Attach(status, std::move(detail));
  return status;
}

absl::Status PreconditionError(absl::string_view reason, Text text,
                               std::map<std::string, std::string> metadata) {
  return MakeError(absl::StatusCode::kFailedPrecondition, {.reason = std::string(reason),
                                                           .text = std::move(text),
                                                           .metadata = std::move(metadata),
                                                           .violations = {}});
}

absl::Status FieldError(absl::string_view field, Text text, absl::string_view reason) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   {.reason = std::string(reason),
                    .text = text,
                    .metadata = {},
                    .violations = {{.field = std::string(field), .text = std::move(text)}}});
}

absl::Status FieldErrors(std::vector<FieldViolation> violations) {
  ErrorDetail detail = {.reason = "INVALID_FIELD", .text = {}, .metadata = {}, .violations = {}};
  detail.text.zh = absl::StrJoin(
      violations, "；",
      [](std::string* out, const FieldViolation& each) { absl::StrAppend(out, each.text.zh); });
  detail.text.en = absl::StrJoin(
      violations, "; ",
      [](std::string* out, const FieldViolation& each) { absl::StrAppend(out, each.text.en); });
  detail.violations = std::move(violations);
  return MakeError(absl::StatusCode::kInvalidArgument, std::move(detail));
}

absl::Status NotFoundError(absl::string_view name) {
  return MakeError(absl::StatusCode::kNotFound,
                   {.reason = "NOT_FOUND",
                    .text = {absl::StrCat("找不到", name), absl::StrCat(name, " was not found")},
                    .metadata = {{"name", std::string(name)}},
                    .violations = {}});
}

absl::Status EtagMismatchError(absl::string_view current_etag) {
  return MakeError(absl::StatusCode::kAborted,
                   {.reason = "ETAG_MISMATCH",
                    .text = {"读取之后内容已被他人修改，请重新读取（etag）",
                             "the resource changed since it was read, read it again (etag)"},
                    .metadata = {{"etag", std::string(current_etag)}},
                    .violations = {}});
}

std::optional<ErrorDetail> DetailOf(const absl::Status& status) {
  // Debian's Abseil returns an absl::optional of its own.
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  const Json json = Json::parse(std::string(*payload), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  ErrorDetail detail;
  json.at("reason").get_to(detail.reason);
  json.at("zh").get_to(detail.text.zh);
  json.at("en").get_to(detail.text.en);
  json.at("metadata").get_to(detail.metadata);
  for (const Json& each : json.at("violations")) {
    detail.violations.push_back(
        {.field = each.at(0).get<std::string>(),
         .text = {.zh = each.at(1).get<std::string>(), .en = each.at(2).get<std::string>()}});
  }
  return detail;
}

std::string ReasonOf(const absl::Status& status) {
  auto detail = DetailOf(status);
  return detail ? std::move(detail->reason) : std::string();
}

absl::Status PrefixFields(const absl::Status& status, absl::string_view prefix) {
  auto detail = DetailOf(status);
  if (!detail || prefix.empty()) return status;
  for (FieldViolation& violation : detail->violations) {
    const bool joined = violation.field.empty() || absl::EndsWith(prefix, ".") ||
                        absl::StartsWith(violation.field, "[");
    violation.field = absl::StrCat(prefix, joined ? "" : ".", violation.field);
  }
  absl::Status result = status;
  Attach(result, *detail);
  return result;
}

}  // namespace rectify

#include "services/reminder_dispatch/channels/webhook.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/outbound/webhook.h"
#include "services/reminder_dispatch/channels/judge.h"

namespace rectify::reminder::channels {
namespace {

using Kind = domain::Attempt::Kind;

}  // namespace

absl::StatusOr<std::unique_ptr<WebhookChannel>> WebhookChannel::Create(
    absl::string_view secret, outbound::AllowList allowed) {
  std::optional<std::string> key = outbound::ReadWebhookSecret(absl::StripAsciiWhitespace(secret));
  if (!key.has_value()) {
    return FieldError("--webhook-secret-file",
                      {"推送密钥应为 whsec_ 加上24至64字节的base64",
                       "a webhook secret is whsec_ and base64 of 24 to 64 bytes"});
  }
  return std::unique_ptr<WebhookChannel>(new WebhookChannel(*std::move(key), std::move(allowed)));
}

std::string WebhookChannel::Mask(const Message& message) const {
  const auto target = outbound::ReadWebhookTarget(message.addresses.at(0));
  return target.has_value() ? absl::StrCat(target->scheme, "://", target->host, "/…") : "…";
}

std::string WebhookChannel::Content(const Message& message) const {
  nlohmann::ordered_json json;
  json["type"] = "reminder";
  json["timestamp"] = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", message.written, absl::UTCTimeZone());
  json["data"] = {{"delivery", message.delivery_name},
                  {"reminder", message.reminder},
                  {"clock", message.clock},
                  {"subject", message.subject},
                  {"title", message.title},
                  {"body", message.body},
                  {"due_date", FormatCivilDay(message.due_date)}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

domain::Attempt WebhookChannel::Send(const Message& message) {
  const outbound::WebhookReply reply = outbound::CallWebhook(
      message.addresses.at(0),
      {.id = message.delivery_id, .content_type = "application/json", .body = Content(message)},
      {{outbound::WebhookKey::Kind::kHmacSha256, key_}}, allowed_);
  switch (reply.kind) {
    case outbound::WebhookReply::Kind::kNoTarget:
      return {Kind::kPermanent, "推送地址无法识别", {}};
    case outbound::WebhookReply::Kind::kNotAllowed:
      return {Kind::kPermanent, "推送地址不在允许范围内", {}};
    case outbound::WebhookReply::Kind::kCalled:
      break;
  }
  return JudgeStatus("推送", reply.post);
}

}  // namespace rectify::reminder::channels

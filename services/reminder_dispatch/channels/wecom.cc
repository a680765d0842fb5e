#include "services/reminder_dispatch/channels/wecom.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "services/reminder_dispatch/channels/judge.h"

namespace rectify::reminder::channels {
namespace {

using Kind = domain::Attempt::Kind;

constexpr int kOk = 0, kBusy = -1, kTooOften = 45009;
// The robot's own window.
constexpr absl::Duration kWindow = absl::Minutes(1);

domain::Attempt JudgeReply(const outbound::PostReply& reply) {
  domain::Attempt attempt = JudgeStatus("企业微信", reply);
  if (attempt.kind != Kind::kAccepted) return attempt;
  const auto json = nlohmann::json::parse(reply.body, nullptr, false);
  if (!json.is_object() || !json.contains("errcode") || !json["errcode"].is_number_integer()) {
    attempt.kind = Kind::kTemporary;
    return attempt;
  }
  const int code = json["errcode"];
  if (code == kOk) return attempt;
  attempt.kind = code == kTooOften || code == kBusy ? Kind::kTemporary : Kind::kPermanent;
  if (code == kTooOften) attempt.retry_after = kWindow;
  return attempt;
}

}  // namespace

std::string WeComChannel::Mask(const Message& message) const {
  return absl::StrCat("企业微信群机器人 ", message.addresses.at(0));
}

std::string WeComChannel::Content(const Message& message) const {
  nlohmann::ordered_json json;
  json["msgtype"] = "text";
  json["text"]["content"] = absl::StrCat(message.title, "\n", message.body);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

domain::Attempt WeComChannel::Send(const Message& message) {
  const auto robot = robots_.find(message.addresses.at(0));
  if (robot == robots_.end()) return {Kind::kPermanent, "没有这个群机器人", {}};
  outbound::HeaderList headers;
  headers.Add("content-type: application/json");
  headers.Add("expect:");
  const outbound::Curl curl = outbound::NewTransfer();
  return JudgeReply(outbound::Post(curl.get(), robot->second, headers, Content(message)));
}

}  // namespace rectify::reminder::channels

#include "services/reminder_dispatch/channels/webhook.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/crypto/crypto.h"
#include "services/reminder_dispatch/channels/http.h"

namespace rectify::reminder::channels {
namespace {

using Kind = domain::Attempt::Kind;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

struct Target {
  std::string scheme, host;
};

// nullopt when libcurl can't read the address, which is then refused.
std::optional<Target> ParseTarget(const std::string& address) {
  const std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  const auto part = [&](CURLUPart what) {
    char* text = nullptr;
    if (curl_url_get(url.get(), what, &text, 0) != CURLUE_OK) return std::string();
    std::string result(text);
    curl_free(text);
    return absl::AsciiStrToLower(result);
  };
  return Target{part(CURLUPART_SCHEME), part(CURLUPART_HOST)};
}

// One call's place for what libcurl's callbacks see.
struct Exchange {
  const AllowList* allowed;
  Target target;
  bool refused = false, opened = false;  // of a host's several addresses, any
};

// The socket's real address, after name resolution: a name that resolves to another address the
// second time changes nothing.
curl_socket_t OpenSocket(void* context, curlsocktype, curl_sockaddr* address) {
  auto* exchange = static_cast<Exchange*>(context);
  const std::optional<SocketAddress> to = SocketAddress::From(&address->addr);
  const bool plain = exchange->target.scheme == "http";
  if (!to.has_value() || !exchange->allowed->Allows(exchange->target.host, *to) ||
      (plain && !to->IsLoopback())) {
    exchange->refused = true;
    return CURL_SOCKET_BAD;
  }
  exchange->opened = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

std::string SignWebhook(const std::string& key, absl::string_view id, absl::string_view timestamp,
                        absl::string_view body) {
  return absl::StrCat(
      "v1,", crypto::Base64(crypto::HmacSha256(key, absl::StrCat(id, ".", timestamp, ".", body))));
}

absl::StatusOr<std::unique_ptr<WebhookChannel>> WebhookChannel::Create(absl::string_view secret,
                                                                       AllowList allowed) {
  constexpr absl::string_view kPrefix = "whsec_";
  secret = absl::StripAsciiWhitespace(secret);
  absl::StatusOr<std::string> key = absl::InvalidArgumentError("");
  if (absl::StartsWith(secret, kPrefix)) key = crypto::FromBase64(secret.substr(kPrefix.size()));
  if (!key.ok() || key->size() < 24 || key->size() > 64) {
    return FieldError("--webhook-secret-file",
                      {"推送密钥应为 whsec_ 加上24至64字节的base64",
                       "a webhook secret is whsec_ and base64 of 24 to 64 bytes"});
  }
  return std::unique_ptr<WebhookChannel>(new WebhookChannel(*std::move(key), std::move(allowed)));
}

std::string WebhookChannel::Mask(const Message& message) const {
  const std::optional<Target> target = ParseTarget(message.addresses.at(0));
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
  const std::string& address = message.addresses.at(0);
  const std::optional<Target> target = ParseTarget(address);
  if (!target.has_value() || (target->scheme != "https" && target->scheme != "http")) {
    return {Kind::kPermanent, "推送地址无法识别", {}};
  }
  const std::string body = Content(message);
  // The receiver compares it with its own clock, so it is real time even in a simulation.
  const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(absl::Now()));
  HeaderList headers;
  headers.Add("content-type: application/json");
  headers.Add("expect:");
  headers.Add(absl::StrCat("webhook-id: ", message.delivery_id));
  headers.Add(absl::StrCat("webhook-timestamp: ", timestamp));
  headers.Add(
      absl::StrCat("webhook-signature: ", SignWebhook(key_, message.delivery_id, timestamp, body)));
  Exchange exchange{.allowed = &allowed_, .target = *target};

  const Curl curl = NewTransfer();
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &exchange);
  const PostReply reply = Post(handle, address, headers, body);
  if (exchange.refused && !exchange.opened) {
    return {Kind::kPermanent, "推送地址不在允许范围内", {}};
  }
  return JudgeStatus("推送", reply);
}

}  // namespace rectify::reminder::channels

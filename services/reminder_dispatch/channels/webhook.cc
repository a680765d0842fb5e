#include "services/reminder_dispatch/channels/webhook.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/crypto/crypto.h"
#include "services/reminder_dispatch/channels/curl.h"

namespace rectify::reminder::channels {
namespace {

using Kind = domain::Attempt::Kind;

constexpr size_t kMaxReply = 64 << 10;

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
  std::string reply;
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

size_t ReadReply(char* buffer, size_t size, size_t count, void* context) {
  auto* exchange = static_cast<Exchange*>(context);
  const size_t length = size * count;
  if (exchange->reply.size() + length > kMaxReply) return 0;  // ends the transfer
  exchange->reply.append(buffer, length);
  return length;
}

domain::Attempt Judge(CURL* handle, CURLcode code, const Exchange& exchange) {
  if (exchange.refused && !exchange.opened) {
    return {Kind::kPermanent, "推送地址不在允许范围内", {}};
  }
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  // A reply that is too long is cut off; its status stands.
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status != 0)) {
    return {Kind::kTemporary, absl::StrCat("推送：", curl_easy_strerror(code)), {}};
  }
  domain::Attempt attempt;
  attempt.reply = ShortReply(absl::StrCat("HTTP ", status, " ", exchange.reply));
  if (status >= 200 && status < 300) {
    attempt.kind = Kind::kAccepted;
  } else if (status == 408 || status == 429 || status >= 500) {
    attempt.kind = Kind::kTemporary;
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
      attempt.retry_after = absl::Seconds(seconds);
    }
  } else {
    attempt.kind = Kind::kPermanent;  // also every redirect
  }
  return attempt;
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
  Exchange exchange{.allowed = &allowed_, .target = *target, .reply = ""};

  const Curl curl = NewTransfer();
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, address.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "rectify");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, ReadReply);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
  return Judge(handle, curl_easy_perform(handle), exchange);
}

}  // namespace rectify::reminder::channels

#include "libs/outbound/webhook.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "libs/crypto/crypto.h"
#include "libs/crypto/ed25519.h"

namespace rectify::outbound {
namespace {

constexpr absl::string_view kSecretPrefix = "whsec_", kPublicPrefix = "whpk_";
constexpr size_t kShortestSecret = 24, kLongestSecret = 64;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// One call's place for what libcurl's callbacks see.
struct Exchange {
  const AllowList* allowed;
  WebhookTarget target;
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

std::string WebhookSecretText(absl::string_view secret) {
  return absl::StrCat(kSecretPrefix, crypto::Base64(secret));
}

std::optional<std::string> ReadWebhookSecret(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kSecretPrefix)) return std::nullopt;
  const absl::StatusOr<std::string> secret = crypto::FromBase64(text);
  const bool fits =
      secret.ok() && secret->size() >= kShortestSecret && secret->size() <= kLongestSecret;
  return fits ? std::optional<std::string>(*secret) : std::nullopt;
}

std::string WebhookPublicKeyText(absl::string_view seed) {
  return absl::StrCat(kPublicPrefix, crypto::Base64(crypto::Ed25519PublicKey(seed)));
}

std::string SignWebhook(const WebhookKey& key, absl::string_view id, absl::string_view timestamp,
                        absl::string_view body) {
  const std::string content = absl::StrCat(id, ".", timestamp, ".", body);
  return key.kind == WebhookKey::Kind::kEd25519
             ? absl::StrCat("v1a,", crypto::Base64(crypto::SignEd25519(key.secret, content)))
             : absl::StrCat("v1,", crypto::Base64(crypto::HmacSha256(key.secret, content)));
}

std::optional<WebhookTarget> ReadWebhookTarget(const std::string& address) {
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
  WebhookTarget target{part(CURLUPART_SCHEME), part(CURLUPART_HOST)};
  if (target.scheme != "https" && target.scheme != "http") return std::nullopt;
  return target;
}

WebhookReply CallWebhook(const std::string& url, const WebhookMessage& message,
                         const std::vector<WebhookKey>& keys, const AllowList& allowed) {
  std::optional<WebhookTarget> target = ReadWebhookTarget(url);
  if (!target.has_value()) return {WebhookReply::Kind::kNoTarget};
  // The receiver compares it with its own clock, so it is real time even in a simulation.
  const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(absl::Now()));
  const std::string signatures =
      absl::StrJoin(keys, " ", [&](std::string* out, const WebhookKey& key) {
        out->append(SignWebhook(key, message.id, timestamp, message.body));
      });
  HeaderList headers;
  headers.Add(absl::StrCat("content-type: ", message.content_type));
  headers.Add("expect:");
  headers.Add(absl::StrCat("webhook-id: ", message.id));
  headers.Add(absl::StrCat("webhook-timestamp: ", timestamp));
  headers.Add(absl::StrCat("webhook-signature: ", signatures));
  Exchange exchange{.allowed = &allowed, .target = *std::move(target)};

  const Curl curl = NewTransfer();
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &exchange);
  WebhookReply reply{WebhookReply::Kind::kCalled, Post(handle, url, headers, message.body)};
  if (exchange.refused && !exchange.opened) reply.kind = WebhookReply::Kind::kNotAllowed;
  return reply;
}

}  // namespace rectify::outbound

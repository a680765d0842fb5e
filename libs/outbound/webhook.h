// Calls to other systems by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): the
// receiver verifies a signature and takes each webhook-id once, so a repeated call does no harm.
// https everywhere, http on loopback only; a redirect is never followed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/outbound/allow_list.h"
#include "libs/outbound/post.h"

namespace rectify::outbound {

struct WebhookKey {
  enum class Kind { kHmacSha256 = 1, kEd25519 = 2 };
  Kind kind = Kind::kHmacSha256;
  std::string secret;  // 24 to 64 bytes; of Ed25519 the seed, 32 bytes
};

// `whsec_` and base64, as both sides keep a shared secret.
std::string WebhookSecretText(absl::string_view secret);
// nullopt for anything but 24 to 64 bytes so written.
std::optional<std::string> ReadWebhookSecret(absl::string_view text);
// `whpk_` and base64, by which the receiver verifies signatures of Ed25519.
std::string WebhookPublicKeyText(absl::string_view seed);

// "v1,…" or "v1a,…" over `id.timestamp.body`.
std::string SignWebhook(const WebhookKey& key, absl::string_view id, absl::string_view timestamp,
                        absl::string_view body);

struct WebhookTarget {
  std::string scheme, host;  // lower case
};
// nullopt for what is no address of a webhook: other schemes, and what libcurl can't read.
std::optional<WebhookTarget> ReadWebhookTarget(const std::string& url);

struct WebhookMessage {
  std::string id, content_type, body;
};

struct WebhookReply {
  enum class Kind {
    kCalled,      // `post` says what came of it
    kNoTarget,    // the URL is none of a webhook
    kNotAllowed,  // nothing that the name stands for may be called
  };
  Kind kind = Kind::kCalled;
  PostReply post = {};
};

// Signs by each of the keys, so that one can follow another; the time in the signature is real.
// Blocks at most about ten seconds. What may be called is decided by the socket's address, after
// name resolution.
WebhookReply CallWebhook(const std::string& url, const WebhookMessage& message,
                         const std::vector<WebhookKey>& keys, const AllowList& allowed);

}  // namespace rectify::outbound

#include "libs/oidc/key_set.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/crypto/base64url.h"
#include "nlohmann/json.hpp"

namespace rectify::oidc {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostKeys = 100;

// "" when it is absent or no text.
std::string TextOrEmpty(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? "" : found->get<std::string>();
}

// Whether `name` is absent or exactly this text.
bool Allows(const Json& object, const char* name, const char* text) {
  const auto found = object.find(name);
  return found == object.end() || *found == text;
}

bool MayVerify(const Json& jwk) {
  const auto operations = jwk.find("key_ops");
  const bool named = operations == jwk.end() ||
                     (operations->is_array() && std::find(operations->begin(), operations->end(),
                                                          "verify") != operations->end());
  return named && Allows(jwk, "use", "sig");
}

absl::StatusOr<crypto::PublicKey> ToKey(const Json& jwk, Algorithm algorithm) {
  const bool rsa = algorithm == Algorithm::kRs256;
  ASSIGN_OR_RETURN(const std::string first,
                   crypto::FromBase64Url(TextOrEmpty(jwk, rsa ? "n" : "x")));
  ASSIGN_OR_RETURN(const std::string second,
                   crypto::FromBase64Url(TextOrEmpty(jwk, rsa ? "e" : "y")));
  return rsa ? crypto::PublicKey::Rsa(first, second) : crypto::PublicKey::P256(first, second);
}

absl::StatusOr<Key> ParseKey(const Json& jwk) {
  if (!jwk.is_object() || !MayVerify(jwk)) return absl::InvalidArgumentError("for something else");
  const std::string id = TextOrEmpty(jwk, "kid"), type = TextOrEmpty(jwk, "kty");
  if (id.empty() || id.size() > kMostIdBytes) return absl::InvalidArgumentError("no id");
  const bool rsa = type == "RSA" && Allows(jwk, "alg", "RS256");
  const bool p256 =
      type == "EC" && TextOrEmpty(jwk, "crv") == "P-256" && Allows(jwk, "alg", "ES256");
  if (!rsa && !p256) return absl::InvalidArgumentError("another algorithm");
  const Algorithm algorithm = rsa ? Algorithm::kRs256 : Algorithm::kEs256;
  ASSIGN_OR_RETURN(crypto::PublicKey key, ToKey(jwk, algorithm));
  return Key{id, algorithm, std::move(key)};
}

}  // namespace

absl::StatusOr<std::vector<Key>> ParseKeySet(absl::string_view json) {
  const Json set = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  const auto listed = set.is_object() ? set.find("keys") : set.end();
  if (listed == set.end() || !listed->is_array() || listed->size() > kMostKeys) {
    return absl::InvalidArgumentError("the document is not a JWK Set of at most 100 keys");
  }
  std::vector<Key> keys;
  for (const Json& jwk : *listed) {
    absl::StatusOr<Key> key = ParseKey(jwk);
    if (key.ok()) keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace rectify::oidc

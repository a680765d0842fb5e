// The keys that an identity provider publishes (JWK Set, RFC 7517).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/public_key.h"

namespace rectify::oidc {

// The ways of signing that we know (RFC 7518): neither "none" nor a shared secret is one.
enum class Algorithm { kRs256, kEs256 };

// Of the id by which a token names its key.
inline constexpr size_t kMostIdBytes = 256;

struct Key {
  std::string id;
  Algorithm algorithm;  // by the kind of the key, so no token can choose another
  crypto::PublicKey key;
};

// Those by which tokens may be signed; all others are left out: for encryption, for another
// algorithm, without an id, or damaged. INVALID_ARGUMENT when it is no set of at most 100 keys.
absl::StatusOr<std::vector<Key>> ParseKeySet(absl::string_view json);

}  // namespace rectify::oidc

// Keys by which others sign what they say.
#pragma once

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_pkey_st;  // EVP_PKEY of OpenSSL

namespace rectify::crypto {

// Thread-safe; copies share the key.
class PublicKey {
 public:
  // Big-endian numbers, as JWK has them. INVALID_ARGUMENT for what is no key, or has fewer than
  // 2048 or more than 8192 bits.
  static absl::StatusOr<PublicKey> Rsa(absl::string_view modulus, absl::string_view exponent);
  // A point of P-256, 32 bytes each. INVALID_ARGUMENT when it is not on the curve.
  static absl::StatusOr<PublicKey> P256(absl::string_view x, absl::string_view y);

  // SHA-256, signed as the key's kind has it and nothing else says: RSASSA-PKCS1-v1_5, or ECDSA
  // with r and s of 32 bytes each (RFC 7518, 3.3 and 3.4).
  bool Verifies(absl::string_view data, absl::string_view signature) const;

 private:
  enum class Kind { kRsa, kP256 };
  PublicKey(Kind kind, std::shared_ptr<evp_pkey_st> key) : kind_(kind), key_(std::move(key)) {}
  Kind kind_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace rectify::crypto

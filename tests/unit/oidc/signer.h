// Keys of an identity provider, and what it signs with them, faults included.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace rectify::oidc {

inline constexpr char kIssuer[] = "https://idp.example.cn/realms/fire";

class Signer {
 public:
  static Signer Rsa(std::string id, int bits = 2048);
  static Signer P256(std::string id);

  const std::string& id() const { return id_; }
  // "RS256" or "ES256".
  std::string algorithm() const { return rsa_ ? "RS256" : "ES256"; }
  // Its public half as a JWK.
  nlohmann::json Jwk() const;
  // The same as PEM, which everybody may know.
  std::string PublicPem() const;

  // What a provider sends: `alg`, `kid` and `typ` as they should be.
  std::string Token(const nlohmann::json& claims) const;
  nlohmann::json Header() const;
  // Any header and claims under a good signature of this key.
  std::string Sign(const nlohmann::json& header, const nlohmann::json& claims) const;
  // The bytes of a signature: of ES256 r and s, or DER.
  std::string Signature(const std::string& said, bool der = false) const;

 private:
  Signer(std::string id, bool rsa, EVP_PKEY* key);
  std::string id_;
  bool rsa_;
  std::shared_ptr<EVP_PKEY> key_;
};

std::string Base64Url(absl::string_view bytes);
// "header.claims", what is signed.
std::string Said(const nlohmann::json& header, const nlohmann::json& claims);
// {"keys": [...]} of the public halves.
nlohmann::json KeySetOf(const std::vector<Signer>& signers);

}  // namespace rectify::oidc

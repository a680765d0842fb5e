#include "tests/unit/oidc/signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/testing/process.h"

namespace rectify::oidc {
namespace {

using Json = nlohmann::json;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Pair = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

constexpr int kCoordinate = 32;

void Check(bool done, const char* what) {
  if (!done) testing::Die(what);
}

unsigned char* Data(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string Bytes(const BIGNUM* number, int size) {
  std::string bytes(size, '\0');
  Check(BN_bn2binpad(number, Data(bytes), size) == size, "BN_bn2binpad");
  return bytes;
}

// A number of the key in base64url; 0: as many bytes as it needs.
std::string NumberOf(const EVP_PKEY* key, const char* name, int size) {
  BIGNUM* raw = nullptr;
  Check(EVP_PKEY_get_bn_param(key, name, &raw) == 1, name);
  const Number number(raw, BN_free);
  return Base64Url(Bytes(raw, size == 0 ? BN_num_bytes(raw) : size));
}

std::string FromDer(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const Pair pair(d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())),  // NOLINT
                  ECDSA_SIG_free);
  Check(pair != nullptr, "d2i_ECDSA_SIG");
  return Bytes(ECDSA_SIG_get0_r(pair.get()), kCoordinate) +
         Bytes(ECDSA_SIG_get0_s(pair.get()), kCoordinate);
}

}  // namespace

std::string Base64Url(absl::string_view bytes) { return absl::WebSafeBase64Escape(bytes); }

std::string Said(const Json& header, const Json& claims) {
  return absl::StrCat(Base64Url(header.dump()), ".", Base64Url(claims.dump()));
}

Json KeySetOf(const std::vector<Signer>& signers) {
  Json keys = Json::array();
  for (const Signer& signer : signers) keys.push_back(signer.Jwk());
  return {{"keys", keys}};
}

Signer::Signer(std::string id, bool rsa, EVP_PKEY* key)
    : id_(std::move(id)), rsa_(rsa), key_(key, EVP_PKEY_free) {
  Check(key != nullptr, "a key can be made");
}

Signer Signer::Rsa(std::string id, int bits) {
  return {std::move(id), true, EVP_RSA_gen(static_cast<unsigned int>(bits))};
}

Signer Signer::P256(std::string id) { return {std::move(id), false, EVP_EC_gen("P-256")}; }

Json Signer::Jwk() const {
  Json jwk = {{"kid", id_}, {"alg", algorithm()}, {"use", "sig"}};
  if (rsa_) {
    jwk.update({{"kty", "RSA"},
                {"n", NumberOf(key_.get(), OSSL_PKEY_PARAM_RSA_N, 0)},
                {"e", NumberOf(key_.get(), OSSL_PKEY_PARAM_RSA_E, 0)}});
  } else {
    jwk.update({{"kty", "EC"},
                {"crv", "P-256"},
                {"x", NumberOf(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, kCoordinate)},
                {"y", NumberOf(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinate)}});
  }
  return jwk;
}

std::string Signer::PublicPem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), BIO_free_all);
  Check(PEM_write_bio_PUBKEY(out.get(), key_.get()) == 1, "PEM_write_bio_PUBKEY");
  char* data = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(out.get(), &data));
  return {data, size};
}

std::string Signer::Signature(const std::string& said, bool der) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  const auto* data = reinterpret_cast<const unsigned char*>(said.data());
  size_t size = 0;
  Check(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
            EVP_DigestSign(context.get(), nullptr, &size, data, said.size()) == 1,
        "EVP_DigestSign");
  std::string signature(size, '\0');
  Check(EVP_DigestSign(context.get(), Data(signature), &size, data, said.size()) == 1,
        "EVP_DigestSign");
  signature.resize(size);
  return rsa_ || der ? signature : FromDer(signature);
}

Json Signer::Header() const { return {{"alg", algorithm()}, {"kid", id_}, {"typ", "JWT"}}; }

std::string Signer::Token(const Json& claims) const { return Sign(Header(), claims); }

std::string Signer::Sign(const Json& header, const Json& claims) const {
  const std::string said = Said(header, claims);
  return absl::StrCat(said, ".", Base64Url(Signature(said)));
}

}  // namespace rectify::oidc

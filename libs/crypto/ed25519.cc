#include "libs/crypto/ed25519.h"

#include <openssl/evp.h>

#include <memory>

#include "libs/crypto/openssl.h"

namespace rectify::crypto {
namespace {

constexpr char kEd25519[] = "Ed25519";
constexpr size_t kRawKeySize = 32, kSignatureSize = 64;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Key PrivateKey(absl::string_view seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Data(seed), seed.size()),
          EVP_PKEY_free);
  Require(key != nullptr, kEd25519);
  return key;
}

}  // namespace

std::string Ed25519PublicKey(absl::string_view seed) {
  const Key key = PrivateKey(seed);
  std::string raw(kRawKeySize, '\0');
  size_t size = raw.size();
  Require(EVP_PKEY_get_raw_public_key(key.get(), Data(raw), &size) == 1 && size == kRawKeySize,
          kEd25519);
  return raw;
}

std::string SignEd25519(absl::string_view seed, absl::string_view data) {
  const Key key = PrivateKey(seed);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(kSignatureSize, '\0');
  size_t size = signature.size();
  Require(context != nullptr &&
              EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), Data(signature), &size, Data(data), data.size()) == 1,
          kEd25519);
  return signature;
}

bool VerifiesEd25519(absl::string_view public_key, absl::string_view signature,
                     absl::string_view data) {
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Data(public_key), public_key.size()),
      EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return key != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Data(signature), signature.size(), Data(data),
                          data.size()) == 1;
}

}  // namespace rectify::crypto

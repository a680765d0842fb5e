#include "libs/crypto/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/crypto/openssl.h"

namespace rectify::crypto {
namespace {

constexpr size_t kLeastRsaBits = 2048, kMostRsaBytes = 1024, kMostExponentBytes = 8;
constexpr size_t kCoordinate = 32;

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;
using Params = std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Signature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

Number ToNumber(absl::string_view bytes) {
  return {BN_bin2bn(Data(bytes), static_cast<int>(bytes.size()), nullptr), BN_free};
}

absl::Status NoKey(absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat("not ", what));
}

// nullptr when the parts make no key.
std::shared_ptr<EVP_PKEY> MakeKey(const char* type, OSSL_PARAM_BLD* parts) {
  const Params params(OSSL_PARAM_BLD_to_param(parts), OSSL_PARAM_free);
  const KeyContext maker(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* raw = nullptr;
  if (params == nullptr || maker == nullptr || EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  std::shared_ptr<EVP_PKEY> key(raw, EVP_PKEY_free);
  const KeyContext checker(EVP_PKEY_CTX_new_from_pkey(nullptr, raw, nullptr), EVP_PKEY_CTX_free);
  const bool sound = checker != nullptr && EVP_PKEY_public_check(checker.get()) == 1;
  return sound ? key : nullptr;
}

// OpenSSL wants r and s in DER. Empty when they are not r and s.
std::string ToDer(absl::string_view signature) {
  if (signature.size() != 2 * kCoordinate) return "";
  const Signature pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  Number r = ToNumber(signature.substr(0, kCoordinate));
  Number s = ToNumber(signature.substr(kCoordinate));
  if (pair == nullptr || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) {
    return "";
  }
  static_cast<void>(r.release());  // they are the pair's now
  static_cast<void>(s.release());
  unsigned char* raw = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &raw);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(
      raw, [](unsigned char* bytes) { OPENSSL_free(bytes); });
  return size <= 0 ? "" : std::string(reinterpret_cast<const char*>(raw), size);
}

}  // namespace

absl::StatusOr<PublicKey> PublicKey::Rsa(absl::string_view modulus, absl::string_view exponent) {
  if (modulus.size() > kMostRsaBytes || exponent.size() > kMostExponentBytes) {
    return NoKey("an RSA key of at most 8192 bits");
  }
  const Number n = ToNumber(modulus), e = ToNumber(exponent);
  const Builder parts(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  if (n == nullptr || e == nullptr || parts == nullptr ||
      static_cast<size_t>(BN_num_bits(n.get())) < kLeastRsaBits ||
      OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return NoKey("an RSA key of at least 2048 bits");
  }
  std::shared_ptr<EVP_PKEY> key = MakeKey("RSA", parts.get());
  if (key == nullptr) return NoKey("an RSA key");
  return PublicKey(Kind::kRsa, std::move(key));
}

absl::StatusOr<PublicKey> PublicKey::P256(absl::string_view x, absl::string_view y) {
  if (x.size() != kCoordinate || y.size() != kCoordinate) return NoKey("a point of P-256");
  const std::string point = absl::StrCat("\x04", x, y);  // uncompressed
  const Builder parts(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  if (parts == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return NoKey("a point of P-256");
  }
  std::shared_ptr<EVP_PKEY> key = MakeKey("EC", parts.get());
  if (key == nullptr) return NoKey("a point of P-256");
  return PublicKey(Kind::kP256, std::move(key));
}

bool PublicKey::Verifies(absl::string_view data, absl::string_view signature) const {
  const std::string form = kind_ == Kind::kP256 ? ToDer(signature) : std::string(signature);
  const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool good =
      !form.empty() && context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), Data(form), form.size(), Data(data), data.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace rectify::crypto

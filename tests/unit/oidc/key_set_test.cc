// Which of the published keys count.
#include "libs/oidc/key_set.h"

#include "gmock/gmock.h"
#include "libs/testing/status_matchers.h"
#include "tests/unit/oidc/signer.h"

namespace rectify::oidc {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Signer& RsaKey() {
  static const auto& key = *new Signer(Signer::Rsa("r"));
  return key;
}

const Signer& P256Key() {
  static const auto& key = *new Signer(Signer::P256("e"));
  return key;
}

// "id algorithm" of each key that counts.
std::vector<std::string> Counting(const std::vector<Json>& jwks) {
  const absl::StatusOr<std::vector<Key>> keys = ParseKeySet(Json{{"keys", jwks}}.dump());
  EXPECT_OK(keys);
  std::vector<std::string> names;
  for (const Key& key : keys.value_or(std::vector<Key>())) {
    names.push_back(key.id + (key.algorithm == Algorithm::kRs256 ? " RS256" : " ES256"));
  }
  return names;
}

Json With(Json jwk, const std::string& field, const Json& value) {
  jwk[field] = value;
  return jwk;
}

Json Without(Json jwk, const std::string& field) {
  jwk.erase(field);
  return jwk;
}

TEST(KeySetTest, HasBothKindsOfKeys) {
  EXPECT_THAT(Counting({RsaKey().Jwk(), P256Key().Jwk()}), ElementsAre("r RS256", "e ES256"));
}

TEST(KeySetTest, AKeyNeedNotSayWhatItIsFor) {
  const Json rsa = Without(Without(RsaKey().Jwk(), "use"), "alg");
  const Json p256 = With(Without(P256Key().Jwk(), "use"), "key_ops", {"verify"});
  EXPECT_THAT(Counting({rsa, p256}), ElementsAre("r RS256", "e ES256"));
}

TEST(KeySetTest, AKeyForSomethingElseDoesNotCount) {
  const Json rsa = RsaKey().Jwk(), p256 = P256Key().Jwk();
  for (const Json& other :
       {With(rsa, "use", "enc"), With(rsa, "use", 7), With(rsa, "key_ops", {"encrypt"}),
        With(rsa, "key_ops", "verify"), With(rsa, "alg", "PS256"), With(rsa, "alg", "ES256"),
        With(rsa, "alg", "HS256"), With(rsa, "alg", Json()), With(p256, "alg", "RS256"),
        With(p256, "crv", "P-384"), With(p256, "kty", "RSA"), With(rsa, "kty", "EC"),
        Json{{"kty", "oct"}, {"kid", "s"}, {"k", "c2VjcmV0"}, {"alg", "HS256"}},
        Json{{"kty", "OKP"}, {"kid", "o"}, {"crv", "Ed25519"}, {"x", "AAAA"}}}) {
    EXPECT_THAT(Counting({other}), IsEmpty()) << other;
  }
}

TEST(KeySetTest, ADamagedKeyDoesNotCountAndSpoilsNoOther) {
  const Json rsa = RsaKey().Jwk(), p256 = P256Key().Jwk();
  const std::string zeros(43, 'A');
  for (const Json& damaged :
       {Without(rsa, "kid"), With(rsa, "kid", ""), With(rsa, "kid", 5), Without(rsa, "n"),
        With(rsa, "n", "not base64!"), With(rsa, "n", rsa["n"].get<std::string>() + "="),
        With(rsa, "n", "AQAB"), With(rsa, "e", "AA"), With(rsa, "e", std::string(200, 'B')),
        With(p256, "x", zeros), With(p256, "y", "AQAB"), Without(p256, "y"), Json("text"),
        Json()}) {
    EXPECT_THAT(Counting({damaged, P256Key().Jwk()}), ElementsAre("e ES256")) << damaged;
  }
}

TEST(KeySetTest, AShortRsaKeyDoesNotCount) {
  EXPECT_THAT(Counting({Signer::Rsa("short", 1024).Jwk()}), IsEmpty());
}

TEST(KeySetTest, IsAListOfAtMostAHundred) {
  const Json key = P256Key().Jwk();
  EXPECT_OK(ParseKeySet(Json{{"keys", std::vector<Json>(100, key)}}.dump()));
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
        std::string("{\"keys\":{}}"), Json{{"keys", std::vector<Json>(101, key)}}.dump()}) {
    EXPECT_EQ(ParseKeySet(text).status().code(), absl::StatusCode::kInvalidArgument)
        << text.substr(0, 40);
  }
}

TEST(PublicKeyTest, VerifiesItsOwnSignaturesOnly) {
  for (const Signer* signer : {&RsaKey(), &P256Key()}) {
    const std::vector<Key> keys = *ParseKeySet(KeySetOf({*signer}).dump());
    ASSERT_EQ(keys.size(), 1);
    const std::string good = signer->Signature("said");
    EXPECT_TRUE(keys[0].key.Verifies("said", good));
    EXPECT_FALSE(keys[0].key.Verifies("Said", good));
    EXPECT_FALSE(keys[0].key.Verifies("said", ""));
    EXPECT_FALSE(keys[0].key.Verifies("said", good.substr(1)));
    EXPECT_FALSE(keys[0].key.Verifies("said", good + good[0]));
    EXPECT_FALSE(keys[0].key.Verifies("said", std::string(good.size(), '\0')));
  }
}

}  // namespace
}  // namespace rectify::oidc

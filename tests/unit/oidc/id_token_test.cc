// Whom a login speaks for, and each single defect that makes it nobody's.
#include "libs/oidc/id_token.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "libs/crypto/hash.h"
#include "libs/oidc/refusal.h"
#include "libs/testing/status_matchers.h"
#include "tests/unit/oidc/signer.h"

namespace rectify::oidc {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kClient[] = "rectify";

class IdTokenTest : public ::testing::Test {
 protected:
  static const Signer& rsa() {
    static const auto& key = *new Signer(Signer::Rsa("r"));
    return key;
  }
  static const Signer& p256() {
    static const auto& key = *new Signer(Signer::P256("e"));
    return key;
  }

  Json Claims() const {
    const int64_t now = absl::ToUnixSeconds(now_);
    return {{"iss", kIssuer}, {"aud", kClient}, {"sub", "li"}, {"iat", now}, {"exp", now + 300}};
  }
  Json With(const std::string& claim, const Json& value) const {
    Json claims = Claims();
    claims[claim] = value;
    return claims;
  }
  Json Without(const std::string& claim) const {
    Json claims = Claims();
    claims.erase(claim);
    return claims;
  }

  absl::StatusOr<Login> Verify(const std::string& token,
                               std::set<Algorithm> algorithms = {Algorithm::kRs256,
                                                                 Algorithm::kEs256}) {
    const IdTokenVerifier verifier(
        {kIssuer, kClient, std::move(algorithms)},
        [this](const std::string& id, Algorithm algorithm) -> absl::StatusOr<crypto::PublicKey> {
          ++asked_;
          for (const Key& key : keys_) {
            if (key.id == id && key.algorithm == algorithm) return key.key;
          }
          return InvalidToken("key", {"没有", "none"});
        },
        [this] { return now_; });
    return verifier.Verify(token);
  }
  // "" when it is accepted.
  std::string CauseOf(const absl::StatusOr<Login>& login) {
    if (login.ok()) return "";
    EXPECT_THAT(login, testing::StatusIs(absl::StatusCode::kUnauthenticated, "ID_TOKEN_INVALID"));
    return DetailOf(login.status())->metadata.at("cause");
  }
  std::string CauseOf(const std::string& token) { return CauseOf(Verify(token)); }
  std::string CauseOf(const Json& claims) { return CauseOf(p256().Token(claims)); }

  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  int asked_ = 0;  // for keys
  std::vector<Key> keys_ = *ParseKeySet(KeySetOf({rsa(), p256()}).dump());
};

TEST_F(IdTokenTest, AGoodOneGivesItsClaims) {
  for (const Signer* signer : {&rsa(), &p256()}) {
    ASSERT_OK_AND_ASSIGN(const Login login, Verify(signer->Token(Claims())));
    EXPECT_EQ(login.claims, Claims());
    EXPECT_EQ(login.expire_time, now_ + absl::Seconds(300 + 60));
  }
}

TEST_F(IdTokenTest, TheTypeMayBeLeftOut) {
  Json header = p256().Header();
  header.erase("typ");
  EXPECT_EQ(CauseOf(p256().Sign(header, Claims())), "");
}

// ---- The algorithm

TEST_F(IdTokenTest, WithoutASignatureItIsRefused) {
  Json header = p256().Header();
  for (const char* none : {"none", "None", "NONE", ""}) {
    header["alg"] = none;
    EXPECT_EQ(CauseOf(Said(header, Claims()) + "."), "algorithm") << none;
  }
  header.erase("alg");
  EXPECT_EQ(CauseOf(p256().Sign(header, Claims())), "algorithm");
  header["alg"] = 256;
  EXPECT_EQ(CauseOf(p256().Sign(header, Claims())), "algorithm");
  EXPECT_EQ(CauseOf(Said(p256().Header(), Claims()) + "."), "signature");
}

TEST_F(IdTokenTest, APublicKeyIsNoSharedSecret) {
  for (const char* name : {"HS256", "HS384", "HS512"}) {
    Json header = rsa().Header();
    header["alg"] = name;
    const std::string said = Said(header, Claims());
    for (const std::string& secret : {rsa().PublicPem(), rsa().Jwk()["n"].get<std::string>()}) {
      EXPECT_EQ(CauseOf(absl::StrCat(said, ".", Base64Url(crypto::HmacSha256(secret, said)))),
                "algorithm")
          << name;
    }
  }
  EXPECT_EQ(asked_, 0);
}

TEST_F(IdTokenTest, TheAlgorithmsAreOurs) {
  EXPECT_EQ(CauseOf(Verify(rsa().Token(Claims()), {Algorithm::kEs256})), "algorithm");
  EXPECT_EQ(CauseOf(Verify(p256().Token(Claims()), {Algorithm::kRs256})), "algorithm");
  EXPECT_OK(Verify(p256().Token(Claims()), {Algorithm::kEs256}));
}

TEST_F(IdTokenTest, AKeySignsByItsOwnAlgorithmOnly) {
  Json header = rsa().Header();
  header["alg"] = "ES256";
  EXPECT_EQ(CauseOf(rsa().Sign(header, Claims())), "key");
  header = p256().Header();
  header["alg"] = "RS256";
  EXPECT_EQ(CauseOf(p256().Sign(header, Claims())), "key");
}

// ---- Key and signature

TEST_F(IdTokenTest, TheKeyIsOneThatIsPublished) {
  EXPECT_EQ(CauseOf(Signer::P256("unknown").Token(Claims())), "key");
  for (const Json& id : {Json(), Json(""), Json(7), Json(std::string(300, 'k'))}) {
    Json header = p256().Header();
    header["kid"] = id;
    EXPECT_EQ(CauseOf(p256().Sign(header, Claims())), "key") << id;
  }
}

TEST_F(IdTokenTest, AnotherKeyOfTheSameNameIsForged) {
  EXPECT_EQ(CauseOf(Signer::P256("e").Token(Claims())), "signature");
  EXPECT_EQ(CauseOf(Signer::Rsa("r").Token(Claims())), "signature");
}

TEST_F(IdTokenTest, WhatIsSignedIsWhatIsSaid) {
  for (const Signer* signer : {&rsa(), &p256()}) {
    std::vector<std::string> parts = absl::StrSplit(signer->Token(Claims()), '.');
    const std::string chief = Base64Url(With("sub", "chief").dump());
    EXPECT_EQ(CauseOf(absl::StrCat(parts[0], ".", chief, ".", parts[2])), "signature");
    Json header = signer->Header();
    header["x"] = 1;
    EXPECT_EQ(CauseOf(absl::StrCat(Base64Url(header.dump()), ".", parts[1], ".", parts[2])),
              "signature");
  }
}

TEST_F(IdTokenTest, OneSignatureHasOneSpelling) {
  const std::string said = Said(p256().Header(), Claims());
  EXPECT_EQ(CauseOf(absl::StrCat(said, ".", Base64Url(p256().Signature(said, /*der=*/true)))),
            "signature");
  const std::string token = p256().Token(Claims());
  EXPECT_EQ(CauseOf(token + "=="), "form");
  EXPECT_EQ(CauseOf(token + " "), "form");
  EXPECT_EQ(CauseOf(token + "\n"), "form");
}

// ---- Who says it, and to whom

TEST_F(IdTokenTest, AnotherIssuerIsRefusedBeforeAnyKeyIsAskedFor) {
  for (const Json& issuer : {Json("https://evil.example.cn"), Json(std::string(kIssuer) + "/"),
                             Json("people"), Json(7), Json()}) {
    EXPECT_EQ(CauseOf(With("iss", issuer)), "issuer") << issuer;
  }
  EXPECT_EQ(CauseOf(Without("iss")), "issuer");
  EXPECT_EQ(asked_, 0);
}

TEST_F(IdTokenTest, ItIsMadeForUs) {
  for (const Json& audience : {Json("other"), Json({"other"}), Json::array(), Json(7), Json(),
                               Json("rectify2"), Json({{"aud", kClient}})}) {
    EXPECT_EQ(CauseOf(With("aud", audience)), "audience") << audience;
  }
  EXPECT_EQ(CauseOf(Without("aud")), "audience");
  EXPECT_EQ(CauseOf(With("aud", {kClient})), "");
}

TEST_F(IdTokenTest, OfSeveralAudiencesWeAreTheOneThatItWasHandedTo) {
  Json claims = With("aud", {"other", kClient});
  EXPECT_EQ(CauseOf(claims), "audience") << "it does not say to whom";
  claims["azp"] = "other";
  EXPECT_EQ(CauseOf(claims), "audience");
  claims["azp"] = kClient;
  EXPECT_EQ(CauseOf(claims), "");
  claims["aud"] = {"other", "third"};
  EXPECT_EQ(CauseOf(claims), "audience");
  EXPECT_EQ(CauseOf(With("azp", "other")), "audience") << "whatever the audience";
}

// ---- When

TEST_F(IdTokenTest, ClocksMayDifferByAMinute) {
  const int64_t now = absl::ToUnixSeconds(now_);
  EXPECT_EQ(CauseOf(With("exp", now - 59)), "");
  EXPECT_EQ(CauseOf(With("exp", now - 60)), "expired");
  EXPECT_EQ(CauseOf(With("nbf", now + 60)), "");
  EXPECT_EQ(CauseOf(With("nbf", now + 61)), "early");
  EXPECT_EQ(CauseOf(With("iat", now + 60)), "");
  EXPECT_EQ(CauseOf(With("iat", now + 61)), "early");
  EXPECT_EQ(CauseOf(With("exp", static_cast<double>(now) + 0.5)), "") << "parts of a second";
}

TEST_F(IdTokenTest, TimesAreNumbers) {
  EXPECT_EQ(CauseOf(Without("exp")), "claims");
  EXPECT_EQ(CauseOf(Without("iat")), "claims");
  for (const char* claim : {"exp", "iat", "nbf"}) {
    for (const Json& value : {Json("1800000100"), Json(), Json(true), Json::array()}) {
      EXPECT_EQ(CauseOf(With(claim, value)), "claims") << claim << " " << value;
    }
  }
  EXPECT_EQ(CauseOf(With("exp", -1e300)), "expired");
  EXPECT_EQ(CauseOf(With("nbf", 1e300)), "early");
  EXPECT_EQ(CauseOf(With("nbf", UINT64_MAX)), "early");
}

// ---- The form

TEST_F(IdTokenTest, OtherTokensAreNotForLoggingIn) {
  for (const Json& type : {Json("at+jwt"), Json("logout+jwt"), Json(), Json(1)}) {
    Json header = p256().Header();
    header["typ"] = type;
    EXPECT_EQ(CauseOf(p256().Sign(header, Claims())), "form") << type;
  }
}

TEST_F(IdTokenTest, WhatIsCriticalIsNotPassedOver) {
  Json header = p256().Header();
  header["crit"] = {"b64"};
  header["b64"] = false;
  EXPECT_EQ(CauseOf(p256().Sign(header, Claims())), "form");
}

TEST_F(IdTokenTest, AnythingElseIsNoToken) {
  const std::string token = p256().Token(Claims());
  const std::vector<std::string> parts = absl::StrSplit(token, '.');
  const std::string list = Base64Url("[]"), broken = Base64Url("{\"alg\":");
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), token + ".",
        absl::StrCat(parts[0], ".", parts[1]), absl::StrCat(list, ".", parts[1], ".", parts[2]),
        absl::StrCat(parts[0], ".", list, ".", parts[2]),
        absl::StrCat(broken, ".", parts[1], ".", parts[2]),
        absl::StrCat(parts[0], ".", Base64Url("{\"iss\":\"\xff\"}"), ".", parts[2]),
        p256().Token(With("groups", std::string(9000, 'g')))}) {
    EXPECT_EQ(CauseOf(text), "form") << text.substr(0, 60);
  }
}

TEST_F(IdTokenTest, ARefusalRepeatsNothingOfTheToken) {
  for (const Json& claims : {With("iss", "https://secret"), With("aud", "secret"), With("exp", 1),
                             With("exp", "secret")}) {
    const std::string token = p256().Token(claims);
    const absl::Status status = Verify(token).status();
    const std::string signature = token.substr(token.rfind('.') + 1);
    EXPECT_THAT(status.ToString(), Not(HasSubstr("secret")));
    EXPECT_THAT(status.ToString(), Not(HasSubstr(signature)));
  }
}

TEST_F(IdTokenTest, WhereNoKeyCanBeHadThatIsSaid) {
  const IdTokenVerifier verifier(
      {kIssuer, kClient, {Algorithm::kEs256}},
      [](const std::string&, Algorithm) { return KeysUnavailable(); }, [this] { return now_; });
  EXPECT_THAT(verifier.Verify(p256().Token(Claims())),
              testing::StatusIs(absl::StatusCode::kUnavailable, "LOGIN_UNAVAILABLE"));
}

}  // namespace
}  // namespace rectify::oidc

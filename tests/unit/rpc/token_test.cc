// Whom the verifier believes.
#include "libs/rpc/token.h"

#include <jwt.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using testing::StatusIs;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// Claims of a good token of an inspector.
Json GoodClaims() {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  return {{"iss", "people"},      {"sub", "users/zhang.wei"}, {"roles", {"CHIEF"}},
          {"district", "120110"}, {"posts", {"p"}},           {"iat", now},
          {"exp", now + 3600}};
}

// A token with exactly these claims, also those that TokenSigner refuses to make.
std::string Forge(const Json& claims, jwt_alg_t alg, const std::string& key) {
  jwt_t* jwt = nullptr;
  jwt_new(&jwt);
  jwt_add_grants_json(jwt, claims.dump().c_str());
  jwt_set_alg(jwt, alg, key.empty() ? nullptr : reinterpret_cast<const unsigned char*>(key.data()),
              static_cast<int>(key.size()));
  char* text = jwt_encode_str(jwt);
  std::string token = text == nullptr ? "" : text;
  std::free(text);
  jwt_free(jwt);
  return token;
}

class TokenTest : public ::testing::Test {
 protected:
  static std::string PrivateKey(const std::string& id) {
    return ReadFile(absl::StrCat(KeyFolder(), "/private/", id, ".pem"));
  }
  absl::StatusOr<Caller> VerifyClaims(const Json& claims, const std::string& key = "people") {
    return verifier_->Verify(Forge(claims, JWT_ALG_ES256, PrivateKey(key)));
  }
  absl::StatusOr<Caller> VerifyWith(const std::string& claim, const Json& value) {
    Json claims = GoodClaims();
    claims[claim] = value;
    return VerifyClaims(claims);
  }
  void ExpectInvalid(const absl::StatusOr<Caller>& caller) {
    EXPECT_THAT(caller, StatusIs(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID"));
  }

  std::unique_ptr<TokenVerifier> verifier_ = *TokenVerifier::FromFolder(KeyFolder() + "/public");
};

TEST_F(TokenTest, ASignedTokenGivesItsCallerBack) {
  Caller caller = Inspector();
  caller.posts = {"districts/120110/officers/1", "districts/120110/departments/fd"};
  ASSERT_OK_AND_ASSIGN(const Caller verified, verifier_->Verify(TokenOf(caller)));
  EXPECT_EQ(verified.subject, "users/zhang.wei");
  EXPECT_THAT(verified.roles, ElementsAre("INSPECTOR"));
  EXPECT_EQ(verified.district, "120110");
  EXPECT_EQ(verified.posts, caller.posts);
}

TEST_F(TokenTest, ATokenMaySpeakManyTimes) {
  const std::string token = TokenOf(Inspector());
  ASSERT_OK(verifier_->Verify(token));
  ASSERT_OK_AND_ASSIGN(const Caller again, verifier_->Verify(token));
  EXPECT_EQ(again.subject, "users/zhang.wei");
  ExpectInvalid(verifier_->Verify(token.substr(0, token.size() - 1)));
}

TEST_F(TokenTest, NoTokenIsMissing) {
  EXPECT_THAT(verifier_->Verify(""), StatusIs(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));
}

TEST_F(TokenTest, AHandMadeTokenWithGoodClaimsIsBelieved) { EXPECT_OK(VerifyClaims(GoodClaims())); }

TEST_F(TokenTest, AlgorithmNoneIsRefused) {
  const std::string token = Forge(GoodClaims(), JWT_ALG_NONE, "");
  ASSERT_FALSE(token.empty());
  ExpectInvalid(verifier_->Verify(token));
}

TEST_F(TokenTest, APublicKeyAsHmacSecretIsRefused) {
  const std::string secret = ReadFile(KeyFolder() + "/public/people.pem");
  const std::string token = Forge(GoodClaims(), JWT_ALG_HS256, secret);
  ASSERT_FALSE(token.empty());
  ExpectInvalid(verifier_->Verify(token));
}

TEST_F(TokenTest, AnotherKeyOfTheSameNameIsRefused) {
  testing::TempDir other;
  ASSERT_OK(CreateKeyPair(other.path(), "people"));
  const std::string key = ReadFile(other.path() + "/private/people.pem");
  ExpectInvalid(verifier_->Verify(Forge(GoodClaims(), JWT_ALG_ES256, key)));
}

TEST_F(TokenTest, AnUnknownIssuerIsRefused) { ExpectInvalid(VerifyWith("iss", "svc-unknown")); }

TEST_F(TokenTest, AKeyMayNotSpeakInAnothersName) {
  ExpectInvalid(VerifyClaims(GoodClaims(), "svc-clerk"));
}

TEST_F(TokenTest, AChangedClaimBreaksTheSignature) {
  const std::vector<std::string> parts = absl::StrSplit(TokenOf(Inspector()), '.');
  std::string payload;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(parts[1], &payload));
  Json claims = Json::parse(payload);
  claims["roles"] = {"CHIEF"};
  const std::string forged =
      absl::StrCat(parts[0], ".", absl::WebSafeBase64Escape(claims.dump()), ".", parts[2]);
  ExpectInvalid(verifier_->Verify(forged));
}

TEST_F(TokenTest, TimesOutsideTheLeewayAreRefused) {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  Json claims = GoodClaims();
  claims["iat"] = now - 3600;
  claims["exp"] = now - 30;
  EXPECT_OK(VerifyClaims(claims));
  claims["exp"] = now - 61;
  ExpectInvalid(VerifyClaims(claims));
  claims["iat"] = now + 600;
  claims["exp"] = now + 1200;
  ExpectInvalid(VerifyClaims(claims));
}

TEST_F(TokenTest, ALifeOfMoreThan24HoursIsRefusedByBothSides) {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  ExpectInvalid(VerifyWith("exp", now + 24 * 3600 + 60));
  ASSERT_OK_AND_ASSIGN(const auto signer,
                       TokenSigner::FromFile(KeyFolder() + "/private/people.pem"));
  EXPECT_FALSE(signer->Sign(Inspector(), absl::Hours(25)).ok());
  EXPECT_FALSE(signer->Sign(Inspector(), absl::ZeroDuration()).ok());
}

TEST_F(TokenTest, MissingOrMistypedClaimsAreRefused) {
  for (const char* claim : {"sub", "roles", "district", "posts", "iat", "exp"}) {
    Json claims = GoodClaims();
    claims.erase(claim);
    ExpectInvalid(VerifyClaims(claims));
    claims[claim] = Json::object();
    ExpectInvalid(VerifyClaims(claims));
  }
}

TEST_F(TokenTest, ClaimsBeyondOurVocabularyAreRefused) {
  ExpectInvalid(VerifyWith("roles", {"EMPEROR"}));
  ExpectInvalid(VerifyWith("roles", {"UNSPECIFIED"}));
  ExpectInvalid(VerifyWith("district", "12011"));
  ExpectInvalid(VerifyWith("district", "12011/"));
}

TEST_F(TokenTest, ThePeopleKeySpeaksOnlyForUsers) {
  ExpectInvalid(VerifyWith("sub", "services/clerk"));
  ExpectInvalid(VerifyWith("sub", "users/"));
  ExpectInvalid(VerifyWith("roles", {"CHIEF", "SERVICE"}));
}

TEST_F(TokenTest, AServiceKeySpeaksOnlyForItself) {
  EXPECT_OK(verifier_->Verify(TokenOf(Clerk(), "svc-clerk")));
  Caller caller = Clerk();
  caller.subject = "services/venue";
  ExpectInvalid(verifier_->Verify(TokenOf(caller, "svc-clerk")));
  caller.subject = "users/zhang.wei";
  ExpectInvalid(verifier_->Verify(TokenOf(caller, "svc-clerk")));
  caller = Clerk();
  caller.roles = {"CHIEF"};
  ExpectInvalid(verifier_->Verify(TokenOf(caller, "svc-clerk")));
  caller.roles = {"SERVICE", "CHIEF"};
  ExpectInvalid(verifier_->Verify(TokenOf(caller, "svc-clerk")));
}

TEST_F(TokenTest, RubbishIsRefused) {
  for (const std::string& token :
       {std::string("."), std::string("a.b"), std::string("..."), std::string(10000, 'x'),
        std::string("a\0b", 3), TokenOf(Inspector()) + "x"}) {
    ExpectInvalid(verifier_->Verify(token));
  }
}

TEST(KeyPairTest, ExistingKeysAreKeptAndPrivateOnesAreForTheOwner) {
  testing::TempDir folder;
  ASSERT_OK(CreateKeyPair(folder.path(), "people"));
  const std::string path = folder.path() + "/private/people.pem";
  const std::string first = ReadFile(path);
  ASSERT_OK(CreateKeyPair(folder.path(), "people"));
  EXPECT_EQ(ReadFile(path), first);
  struct stat file;
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0400u);
}

TEST(KeyPairTest, AnIdMayNotLeaveTheFolder) {
  testing::TempDir folder;
  for (const char* id : {"", "../people", "a/b", "a.b", "a b"}) {
    EXPECT_FALSE(CreateKeyPair(folder.path(), id).ok()) << id;
  }
}

TEST(KeyPairTest, AFolderWithAStrangeOrBrokenKeyIsRefused) {
  testing::TempDir folder;
  EXPECT_FALSE(TokenVerifier::FromFolder(folder.path() + "/absent").ok());
  EXPECT_FALSE(TokenVerifier::FromFolder(folder.path()).ok());
  ASSERT_OK(CreateKeyPair(folder.path(), "stranger"));
  EXPECT_FALSE(TokenVerifier::FromFolder(folder.path() + "/public").ok());
  testing::TempDir broken;
  std::ofstream(broken.path() + "/people.pem") << "not a key";
  EXPECT_FALSE(TokenVerifier::FromFolder(broken.path()).ok());
}

}  // namespace
}  // namespace rectify::rpc

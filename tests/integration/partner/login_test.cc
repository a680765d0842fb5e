// ExchangeIdToken, with an identity provider that answers over real HTTP.
#include "libs/oidc/fetch.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/token.h"
#include "services/partner_registry/service.h"
#include "tests/integration/partner/fixture.h"
#include "tests/integration/partner/issuer.h"

namespace rectify::partner {
namespace {

using Json = nlohmann::json;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOfficer[] = "districts/120110/officers/01850000-0000-7000-8000-000000001001";
constexpr char kRules[] = R"(
  rules { claim: "groups" value: "inspectors" roles: ROLE_INSPECTOR district: "120110" }
  rules { claim: "sub" value: "li"
          posts: "districts/120110/officers/01850000-0000-7000-8000-000000001001" })";

// Before the registry, which asks it for its keys.
struct HasIssuer {
  HasIssuer() { issuer_.Publish({old_key_}); }
  const oidc::Signer old_key_ = oidc::Signer::Rsa("old"), new_key_ = oidc::Signer::P256("new");
  Issuer issuer_;
};

class LoginTest : protected HasIssuer, public PartnerTest {
 protected:
  LoginTest() : PartnerTest(issuer_.Setup(kRules)) { system_.Settle(); }

  Json Claims(const std::string& user = "li") const {
    const int64_t now = absl::ToUnixSeconds(real_now_);
    return {{"iss", issuer_.url()}, {"aud", "rectify"},  {"sub", user},
            {"iat", now},           {"exp", now + 3600}, {"groups", {"inspectors"}}};
  }
  absl::StatusOr<v1::Passport> LogIn(const std::string& id_token) {
    v1::ExchangeIdTokenRequest request;
    request.set_id_token(id_token);
    return Call<v1::Passport>(system_.As("partner", "services/gateway", {"SERVICE"}, {}, ""),
                              "PartnerAccess.ExchangeIdToken", request);
  }
  void ExpectRefused(const std::string& id_token, const std::string& cause) {
    const absl::Status status = LogIn(id_token).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated, "ID_TOKEN_INVALID"));
    const auto detail = DetailOf(status);
    if (detail.has_value()) {
      EXPECT_EQ(detail->metadata.at("cause"), cause);
    }
  }
};

TEST_F(LoginTest, ALoginBecomesATokenOfThePerson) {
  ASSERT_OK_AND_ASSIGN(const v1::Passport passport, LogIn(old_key_.Token(Claims())));
  EXPECT_EQ(passport.user(), "users/li");
  EXPECT_EQ(passport.partner(), "");
  EXPECT_EQ(rpc::ToTime(passport.expire_time()), real_now_ + absl::Minutes(5));
  ASSERT_OK_AND_ASSIGN(const auto verifier,
                       rpc::TokenVerifier::FromFolder(system_.keys() + "/public"));
  ASSERT_OK_AND_ASSIGN(const rpc::Caller caller, verifier->Verify(passport.token()));
  EXPECT_EQ(caller.subject, "users/li");
  EXPECT_EQ(caller.district, "120110");
  EXPECT_THAT(caller.roles, ElementsAre("INSPECTOR"));
  EXPECT_THAT(caller.posts, ElementsAre(kOfficer));
}

TEST_F(LoginTest, TheTokenDoesNotOutliveTheLogin) {
  Json claims = Claims();
  claims["exp"] = absl::ToUnixSeconds(real_now_) + 30;
  ASSERT_OK_AND_ASSIGN(const v1::Passport passport, LogIn(old_key_.Token(claims)));
  EXPECT_EQ(rpc::ToTime(passport.expire_time()), real_now_ + absl::Seconds(30 + 60));
}

TEST_F(LoginTest, AForgedLoginIsRefused) {
  ExpectRefused(oidc::Signer::Rsa("old").Token(Claims()), "signature");
  ExpectRefused(oidc::Said({{"alg", "none"}}, Claims()) + ".", "algorithm");
  Json claims = Claims();
  claims["aud"] = "other";
  ExpectRefused(old_key_.Token(claims), "audience");
  real_now_ += absl::Seconds(3660);
  const std::string late = old_key_.Token(Claims());
  real_now_ += absl::Hours(2);
  ExpectRefused(late, "expired");
}

TEST_F(LoginTest, WhoHasNoRoleIsToldSo) {
  Json claims = Claims("wang");
  claims.erase("groups");
  EXPECT_THAT(LogIn(old_key_.Token(claims)),
              StatusIs(absl::StatusCode::kPermissionDenied, "LOGIN_NOT_ASSIGNED"));
}

TEST_F(LoginTest, IsForServicesOnly) {
  v1::ExchangeIdTokenRequest request;
  request.set_id_token(old_key_.Token(Claims()));
  EXPECT_THAT(Call<v1::Passport>(registrar(), "PartnerAccess.ExchangeIdToken", request),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
}

TEST_F(LoginTest, ATokenHasAtMostEightKilobytes) {
  EXPECT_THAT(LogIn(std::string(8193, 'a')).status(), HasViolation("id_token"));
}

TEST_F(LoginTest, FollowsTheProvidersKeys) {
  ExpectRefused(new_key_.Token(Claims()), "key");
  EXPECT_EQ(issuer_.requests(), 2) << "at the start";
  issuer_.Publish({old_key_, new_key_});
  real_now_ += absl::Seconds(30);
  ASSERT_OK(LogIn(new_key_.Token(Claims())));
  ASSERT_OK(LogIn(old_key_.Token(Claims())));
  EXPECT_EQ(issuer_.requests(), 3) << "the keys alone";
  issuer_.Publish({new_key_});
  ASSERT_OK(LogIn(old_key_.Token(Claims())));
  real_now_ += absl::Minutes(10);
  system_.Settle();
  ExpectRefused(old_key_.Token(Claims()), "key");
  ASSERT_OK(LogIn(new_key_.Token(Claims())));
}

TEST_F(LoginTest, GoesOnForADayWhileTheProviderIsAway) {
  issuer_.SetAway(true);
  real_now_ += absl::Minutes(10) + absl::Hours(23);
  ASSERT_OK(LogIn(old_key_.Token(Claims())));
  real_now_ += absl::Hours(1);
  EXPECT_THAT(LogIn(old_key_.Token(Claims())),
              StatusIs(absl::StatusCode::kUnavailable, "LOGIN_UNAVAILABLE"));
  issuer_.SetAway(false);
  real_now_ += absl::Seconds(30);
  ASSERT_OK(LogIn(old_key_.Token(Claims())));
}

TEST_F(LoginTest, StoresNothingOfALogin) {
  ASSERT_OK(LogIn(old_key_.Token(Claims("li"))));
  EXPECT_THAT(Everything(), Not(HasSubstr("users/li")));
}

TEST_F(PartnerTest, WithoutAProviderNobodyLogsIn) {
  v1::ExchangeIdTokenRequest request;
  request.set_id_token("a.b.c");
  EXPECT_THAT(Call<v1::Passport>(system_.As("partner", "services/gateway", {"SERVICE"}, {}, ""),
                                 "PartnerAccess.ExchangeIdToken", request),
              StatusIs(absl::StatusCode::kFailedPrecondition, "LOGIN_NOT_SET_UP"));
}

TEST_F(PartnerTest, AWrongFileIsNotStartedWith) {
  Issuer issuer;
  const std::string file =
      issuer.Setup("rules { claim: \"groups\" value: \"x\" roles: ROLE_SERVICE }");
  const absl::Status status = RegisterPartner(*host_, {.oidc_file = file});
  EXPECT_THAT(status, HasViolation("rules[0].roles[0]"));
  EXPECT_THAT(std::string(status.message()), HasSubstr(file));
}

// ---- Over the wire

TEST(FetchTest, TakesTheBodyAndItsAge) {
  Issuer issuer;
  http::Response page;
  page.headers.Add("Cache-Control", "public, max-age=90");
  page.body = std::string(256 << 10, 'x');
  issuer.Answer("/a", page);
  ASSERT_OK_AND_ASSIGN(const oidc::Document document, oidc::Fetch(issuer.url() + "/a"));
  EXPECT_EQ(document.body, page.body);
  EXPECT_EQ(document.max_age, absl::Seconds(90));
  issuer.Answer("/b", http::Response());
  EXPECT_EQ(oidc::Fetch(issuer.url() + "/b")->max_age, std::nullopt);
}

TEST(FetchTest, TakesNothingElse) {
  Issuer issuer;
  http::Response page;
  page.body = std::string((256 << 10) + 1, 'x');
  issuer.Answer("/large", page);
  page.body = "elsewhere";
  page.status = 302;
  page.headers.Add("Location", issuer.url() + "/small");
  issuer.Answer("/moved", page);
  issuer.Answer("/small", http::Response());
  for (const char* path : {"/large", "/moved", "/missing"}) {
    const absl::Status status = oidc::Fetch(issuer.url() + path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << path;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  }
  issuer.SetAway(true);
  EXPECT_EQ(oidc::Fetch(issuer.url() + "/small").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace rectify::partner

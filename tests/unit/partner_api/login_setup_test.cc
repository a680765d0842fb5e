// The operator's file about logins: what it may say, and each fault by its field.
#include "services/partner_registry/api/login_setup.h"

#include <functional>

#include "gmock/gmock.h"
#include "libs/rpc/convert.h"
#include "libs/testing/status_matchers.h"

namespace rectify::partner::api {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kGood[] = R"(
  issuer: "https://idp.example.cn/realms/fire"
  client_id: "rectify"
  algorithms: ALGORITHM_RS256
  rules {
    claim: "groups" value: "inspectors"
    roles: ROLE_INSPECTOR roles: ROLE_CHIEF
    district: "120110"
  }
  rules {
    claim: "/realm_access/roles" value: "manager"
    roles: ROLE_VENUE_MANAGER
    posts: "districts/120110/streets/120110006"
    venues: "districts/120110/venues/01850000-0000-7000-8000-000000002001"
  }
)";

v1::LoginSetup Good() {
  v1::LoginSetup setup;
  EXPECT_OK(rpc::ParseTextProto(kGood, "good", setup));
  return setup;
}

// Names the field, the file too, and nothing else is wrong.
void ExpectFault(const std::string& field, const std::function<void(v1::LoginSetup&)>& spoil) {
  v1::LoginSetup setup = Good();
  spoil(setup);
  const absl::Status status = CheckLoginSetup(setup, "logins.txtpb").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD")) << field;
  EXPECT_THAT(status, HasViolation(field));
  EXPECT_THAT(std::string(status.message()), HasSubstr("logins.txtpb: " + field + " "));
  const auto detail = DetailOf(status);
  ASSERT_TRUE(detail.has_value());
  EXPECT_THAT(detail->violations, SizeIs(1)) << field;
}

void ExpectRuleFault(const std::string& field, const std::function<void(v1::LoginRule&)>& spoil) {
  ExpectFault(field.empty() ? "rules[1]" : "rules[1]." + field,
              [&](v1::LoginSetup& setup) { spoil(*setup.mutable_rules(1)); });
}

TEST(LoginSetupTest, SaysWhoSignsAndWhatClaimsGive) {
  ASSERT_OK_AND_ASSIGN(const LoginSetup setup, CheckLoginSetup(Good(), "good"));
  EXPECT_EQ(setup.provider.issuer, "https://idp.example.cn/realms/fire");
  EXPECT_EQ(setup.provider.client_id, "rectify");
  EXPECT_THAT(setup.provider.algorithms, ElementsAre(oidc::Algorithm::kRs256));
  EXPECT_EQ(setup.rules.user_claim, "sub");
  ASSERT_THAT(setup.rules.rules, SizeIs(2));
  EXPECT_THAT(setup.rules.rules[0].roles, ElementsAre("INSPECTOR", "CHIEF"));
  EXPECT_EQ(setup.rules.rules[1].district, "120110") << "that of its posts";
  EXPECT_THAT(setup.rules.rules[1].posts, SizeIs(2));
}

TEST(LoginSetupTest, TheProviderIsReachedSafely) {
  for (const char* issuer : {"", "idp.example.cn", "http://idp.example.cn",
                             "https://idp.example.cn/?a=1", "https://me@idp.example.cn/"}) {
    ExpectFault("issuer", [&](auto& setup) { setup.set_issuer(issuer); });
  }
  v1::LoginSetup setup = Good();
  setup.set_issuer("http://127.0.0.1:8080/realms/fire");
  EXPECT_OK(CheckLoginSetup(setup, "good"));
}

TEST(LoginSetupTest, ClientAndAlgorithmsAreRequired) {
  ExpectFault("client_id", [](auto& setup) { setup.clear_client_id(); });
  ExpectFault("algorithms", [](auto& setup) { setup.clear_algorithms(); });
  ExpectFault("algorithms[1]",
              [](auto& setup) { setup.add_algorithms(v1::LoginSetup::ALGORITHM_UNSPECIFIED); });
  ExpectFault("algorithms[1]", [](auto& setup) {
    setup.add_algorithms(static_cast<v1::LoginSetup::Algorithm>(77));
  });
}

TEST(LoginSetupTest, ClaimsHaveNamesOrPaths) {
  ExpectFault("user_claim", [](auto& setup) { setup.set_user_claim("/a~b"); });
  ExpectFault("district_claim", [](auto& setup) { setup.set_district_claim("/~"); });
  ExpectFault("post_claim", [](auto& setup) { setup.set_post_claim("/~2"); });
  ExpectRuleFault("claim", [](auto& rule) { rule.clear_claim(); });
  ExpectRuleFault("claim", [](auto& rule) { rule.set_claim("/a~b"); });
  ExpectRuleFault("value", [](auto& rule) { rule.clear_value(); });
}

TEST(LoginSetupTest, WhatOnlyMachinesHaveIsNotForPeople) {
  ExpectRuleFault("roles[1]", [](auto& rule) { rule.add_roles(authz::v1::ROLE_SERVICE); });
  ExpectRuleFault("roles[1]", [](auto& rule) { rule.add_roles(authz::v1::ROLE_UNSPECIFIED); });
  ExpectRuleFault("roles[1]", [](auto& rule) { rule.add_roles(static_cast<authz::v1::Role>(77)); });
}

TEST(LoginSetupTest, WhatARuleGivesLiesInOneDistrict) {
  ExpectFault("rules[0].district",
              [](auto& setup) { setup.mutable_rules(0)->set_district("东丽"); });
  ExpectRuleFault("posts[1]",
                  [](auto& rule) { rule.add_posts("districts/120111/streets/120111001"); });
  ExpectRuleFault("venues[1]", [](auto& rule) {
    rule.add_venues("districts/120111/venues/01850000-0000-7000-8000-000000002001");
  });
  ExpectRuleFault("posts[0]", [](auto& rule) {
    rule.clear_venues();
    rule.set_district("120111");
  });
}

TEST(LoginSetupTest, PostsAndVenuesAreResourceNames) {
  for (const char* post : {"districts/120110", "districts/120110/streets/",
                           "districts/120110/partners/01850000-0000-7000-8000-000000002001",
                           "districts/120110/venues/01850000-0000-7000-8000-000000002001"}) {
    ExpectRuleFault("posts[1]", [&](auto& rule) { rule.add_posts(post); });
  }
  ExpectRuleFault("venues[1]", [](auto& rule) { rule.add_venues("districts/120110/venues/x"); });
}

TEST(LoginSetupTest, ARuleGivesSomething) {
  ExpectRuleFault("", [](auto& rule) {
    rule.clear_roles();
    rule.clear_posts();
    rule.clear_venues();
  });
  ExpectFault("rules", [](auto& setup) { setup.clear_rules(); });
}

TEST(LoginSetupTest, AllFaultsAreToldAtOnce) {
  v1::LoginSetup setup = Good();
  setup.clear_client_id();
  setup.mutable_rules(0)->clear_value();
  const absl::Status status = CheckLoginSetup(setup, "logins.txtpb").status();
  EXPECT_THAT(status, HasViolation("client_id"));
  EXPECT_THAT(status, HasViolation("rules[0].value"));
}

TEST(LoginSetupTest, AFileThatIsNotThereIsNamed) {
  const absl::Status status = ReadLoginSetup("/nowhere/logins.txtpb").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/logins.txtpb"));
}

}  // namespace
}  // namespace rectify::partner::api

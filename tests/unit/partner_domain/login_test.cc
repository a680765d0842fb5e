// What the claims of a login make of somebody.
#include "services/partner_registry/domain/login.h"

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "libs/testing/status_matchers.h"

namespace rectify::partner::domain {
namespace {

using Json = nlohmann::json;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOfficer[] = "districts/120110/officers/01850000-0000-7000-8000-000000001001";
constexpr char kStreet[] = "districts/120110/streets/120110006";
constexpr char kVenue[] = "districts/120110/venues/01850000-0000-7000-8000-000000002001";
constexpr char kElsewhere[] = "districts/120111/streets/120111001";

class LoginTest : public ::testing::Test {
 protected:
  absl::StatusOr<Person> Of(const Json& claims) { return PersonOf(rules_, claims); }
  void ExpectRefused(const Json& claims, const std::string& why) {
    const absl::Status status = Of(claims).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied, "LOGIN_NOT_ASSIGNED"));
    EXPECT_THAT(std::string(status.message()), HasSubstr(why)) << claims;
  }

  LoginRules rules_ = {
      .user_claim = "sub",
      .rules = {{"groups", "inspectors", {"INSPECTOR"}, "120110", {}},
                {"groups", "chiefs", {"CHIEF", "DEPARTMENT_HEAD"}, "", {}},
                {"groups", "elsewhere", {"INSPECTOR"}, "120111", {}},
                {"groups", "operators", {"OPERATOR"}, "", {}},
                {"groups", "street", {}, "120110", {kStreet}},
                {"sub", "li", {}, "120110", {kOfficer}},
                {"/realm_access/roles", "manager", {"VENUE_MANAGER"}, "120110", {kVenue}}},
      .is_post = [](absl::string_view name) { return absl::StrContains(name, "/streets/"); }};
};

TEST_F(LoginTest, ARuleGivesRolesAndDistrict) {
  ASSERT_OK_AND_ASSIGN(const Person person, Of({{"sub", "wang"}, {"groups", {"inspectors"}}}));
  EXPECT_EQ(person.user, "users/wang");
  EXPECT_THAT(person.roles, ElementsAre("INSPECTOR"));
  EXPECT_EQ(person.district, "120110");
  EXPECT_THAT(person.posts, IsEmpty());
}

TEST_F(LoginTest, AllThatFitCountTogether) {
  ASSERT_OK_AND_ASSIGN(const Person person,
                       Of({{"sub", "li"}, {"groups", {"x", "chiefs", "inspectors", "street"}}}));
  EXPECT_THAT(person.roles, ElementsAre("CHIEF", "DEPARTMENT_HEAD", "INSPECTOR"));
  EXPECT_THAT(person.posts, ElementsAre(kOfficer, kStreet));
}

TEST_F(LoginTest, AClaimMayBeOneTextOrInsideAnother) {
  ASSERT_OK(Of({{"sub", "wang"}, {"groups", "inspectors"}}));
  ASSERT_OK_AND_ASSIGN(const Person person,
                       Of({{"sub", "wang"}, {"realm_access", {{"roles", {"manager"}}}}}));
  EXPECT_THAT(person.roles, ElementsAre("VENUE_MANAGER"));
  EXPECT_THAT(person.posts, ElementsAre(kVenue));
}

TEST_F(LoginTest, NothingButTheWholeTextFits) {
  for (const Json& groups :
       {Json("Inspectors"), Json("inspectors "), Json("inspector"), Json(7), Json(), Json::array(),
        Json({{"inspectors", true}}), Json::array({Json::array({"inspectors"})}),
        Json({"inspectors,chiefs"})}) {
    ExpectRefused({{"sub", "wang"}, {"groups", groups}}, "no role");
  }
  ExpectRefused({{"sub", "wang"}}, "no role");
  ExpectRefused({{"sub", "wang"}, {"realm_access", "manager"}}, "no role");
}

TEST_F(LoginTest, APostAloneIsNoRole) { ExpectRefused({{"sub", "li"}}, "no role"); }

// ---- Who it is

TEST_F(LoginTest, TheNameIsThatOfOneUser) {
  for (const Json& name :
       {Json(), Json(""), Json(7), Json("a/b"), Json("a b"), Json("a\n"), Json("a\tb"),
        Json(std::string(101, 'a')), Json({"li", "wang"}), Json("a\x7f")}) {
    ExpectRefused({{"sub", name}, {"groups", {"inspectors"}}}, "sub of the login");
  }
  ExpectRefused({{"groups", {"inspectors"}}}, "sub of the login");
  EXPECT_OK(Of({{"sub", "li.wei@fire.example.cn"}, {"groups", {"inspectors"}}}));
  EXPECT_OK(Of({{"sub", "李伟"}, {"groups", {"inspectors"}}}));
}

TEST_F(LoginTest, AnotherClaimMayNameTheUser) {
  rules_.user_claim = "preferred_username";
  ASSERT_OK_AND_ASSIGN(
      const Person person,
      Of({{"sub", "f81d4fae"}, {"preferred_username", "li"}, {"groups", {"inspectors"}}}));
  EXPECT_EQ(person.user, "users/li");
}

// ---- Where

TEST_F(LoginTest, NobodyIsInTwoDistricts) {
  ExpectRefused({{"sub", "wang"}, {"groups", {"inspectors", "elsewhere"}}}, "several districts");
}

TEST_F(LoginTest, OnlyAnOperatorNeedsNoDistrict) {
  ASSERT_OK_AND_ASSIGN(const Person person, Of({{"sub", "yun"}, {"groups", {"operators"}}}));
  EXPECT_EQ(person.district, "");
  ExpectRefused({{"sub", "wang"}, {"groups", {"chiefs"}}}, "no district");
  // With another role beside it, no district would mean every district.
  ExpectRefused({{"sub", "wang"}, {"groups", {"chiefs", "operators"}}}, "no district");
}

TEST_F(LoginTest, ClaimsMayGiveDistrictAndPosts) {
  rules_.district_claim = "district";
  rules_.post_claim = "posts";
  ASSERT_OK_AND_ASSIGN(
      const Person person,
      Of({{"sub", "wang"}, {"groups", {"chiefs"}}, {"district", "120110"}, {"posts", {kStreet}}}));
  EXPECT_EQ(person.district, "120110");
  EXPECT_THAT(person.posts, ElementsAre(kStreet));
  const Json chief = {{"sub", "wang"}, {"groups", {"chiefs"}}, {"district", "120110"}};
  const auto with = [&](const char* claim, const Json& value) {
    Json claims = chief;
    claims[claim] = value;
    return claims;
  };
  ExpectRefused(with("district", "1201"), "district of the login");
  ExpectRefused(with("district", {"120110", "120111"}), "several districts");
  ExpectRefused(with("posts", {"districts/120110/partners/x"}), "posts of the login");
  ExpectRefused(with("posts", {kElsewhere}), "one in another district");
}

TEST_F(LoginTest, WhereTheLoginTellsTheDistrictAnOperatorNeedsOneToo) {
  rules_.district_claim = "district";
  const auto of = [](const Json& district) {
    return Json{{"sub", "yun"}, {"groups", {"operators"}}, {"district", district}};
  };
  ASSERT_OK_AND_ASSIGN(const Person person, Of(of("120110")));
  EXPECT_EQ(person.district, "120110");
  ExpectRefused(of(Json()), "no district");
  ExpectRefused({{"sub", "yun"}, {"groups", {"operators"}}}, "no district");
}

TEST_F(LoginTest, AClaimThatNarrowsIsNotPassedOverBecauseItIsNoText) {
  rules_.district_claim = "district";
  rules_.post_claim = "posts";
  const Json texts = {{"sub", "wang"}, {"groups", {"inspectors"}}};
  for (const char* claim : {"district", "posts"}) {
    for (const Json& value : {Json(120110), Json(true), Json({{"a", "b"}}), Json({"120110", 7})}) {
      Json claims = texts;
      claims[claim] = value;
      ExpectRefused(claims, "is no text");
    }
  }
}

TEST_F(LoginTest, ClaimsThatNobodyNamedGiveNothing) {
  ASSERT_OK_AND_ASSIGN(const Person person, Of({{"sub", "wang"},
                                                {"groups", {"inspectors"}},
                                                {"district", "120111"},
                                                {"roles", {"CHIEF"}},
                                                {"posts", {kStreet}}}));
  EXPECT_EQ(person.district, "120110");
  EXPECT_THAT(person.roles, ElementsAre("INSPECTOR"));
  EXPECT_THAT(person.posts, IsEmpty());
}

TEST_F(LoginTest, PostsHaveToFitIntoAToken) {
  rules_.post_claim = "posts";
  Json claims = {{"sub", "wang"}, {"groups", {"inspectors"}}, {"posts", Json::array()}};
  for (int i = 0; i < 50; ++i) claims["posts"].push_back(kStreet + std::to_string(i));
  EXPECT_OK(Of(claims));
  claims["posts"].push_back(kStreet);
  ExpectRefused(claims, "more than 50 posts");
}

}  // namespace
}  // namespace rectify::partner::domain

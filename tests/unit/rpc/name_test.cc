// Resource names.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/rpc/resource_name.h"
#include "libs/testing/status_matchers.h"

namespace rectify::rpc {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;

constexpr char kUuid[] = "01890a5d-ac96-774b-bcce-b302099a8057";
constexpr char kPattern[] = "districts/{district}/venues/{uuid}";

TEST(ResourceNameTest, VariablesComeBackInOrder) {
  ASSERT_OK_AND_ASSIGN(
      const auto values,
      MatchName(kPattern, absl::StrCat("districts/120110/venues/", kUuid), "name"));
  EXPECT_THAT(values, ElementsAre("120110", kUuid));
  ASSERT_OK_AND_ASSIGN(const auto codes, MatchName("calendars/{code}", "calendars/cn_2-A", "name"));
  EXPECT_THAT(codes, ElementsAre("cn_2-A"));
}

TEST(ResourceNameTest, WhatDoesNotMatchNamesTheField) {
  const std::string uuid = kUuid;
  for (const std::string& name :
       {std::string(), std::string("districts"), "districts/120110/venues/" + uuid + "/",
        "/districts/120110/venues/" + uuid, "districts/12011/venues/" + uuid,
        "districts/1201100/venues/" + uuid, "districts/12011a/venues/" + uuid,
        "districts/120110/orders/" + uuid, std::string("districts/120110/venues/1"),
        std::string("districts/120110/venues/01890A5D-AC96-774B-BCCE-B302099A8057"),
        "districts/120110//venues/" + uuid, "districts/120110/venues/" + uuid + "\n"}) {
    EXPECT_THAT(MatchName(kPattern, name, "venue.name").status(), HasViolation("venue.name"))
        << name;
  }
  EXPECT_FALSE(MatchName("calendars/{code}", "calendars/", "name").ok());
  EXPECT_FALSE(MatchName("calendars/{code}", "calendars/a.b", "name").ok());
  EXPECT_FALSE(MatchName("calendars/{code}", "calendars/" + std::string(33, 'a'), "name").ok());
}

TEST(ResourceNameTest, TheDistrictOfANameIsItsFirstVariable) {
  EXPECT_EQ(DistrictOf("districts/120110"), "120110");
  EXPECT_EQ(DistrictOf("districts/120110/venues/x"), "120110");
  EXPECT_EQ(DistrictOf("districts/12011"), "");
  EXPECT_EQ(DistrictOf("calendars/120110"), "");
  EXPECT_EQ(DistrictOf(""), "");
}

}  // namespace
}  // namespace rectify::rpc

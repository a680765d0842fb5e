// What the adapters share: forms, times without zones, words that keep what a lead has no field
// for.
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/adapters/lead/form.h"
#include "services/gateway/adapters/lead/local_time.h"
#include "services/gateway/adapters/lead/words.h"

namespace rectify::gateway {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Pair;

http::Headers FormHeaders(const char* type = "application/x-www-form-urlencoded; charset=utf-8") {
  http::Headers headers;
  headers.Add("Content-Type", type);
  return headers;
}

TEST(FormTest, ValuesMayHaveSeveralLinesAndSeveralBytes) {
  ASSERT_OK_AND_ASSIGN(const NamedValues values,
                       ParseForm(FormHeaders(), "a=%E5%8D%95+1%0D%0A2&b=&&c&a=x%3Dy"));
  EXPECT_THAT(values,
              ElementsAre(Pair("a", "单 1\r\n2"), Pair("b", ""), Pair("c", ""), Pair("a", "x=y")));
  EXPECT_THAT(OnlyOne(values, "a"), HasViolation("a"));
  EXPECT_EQ(*OnlyOne(values, "b"), "");
  EXPECT_EQ(*OnlyOne(values, "d"), "");
}

TEST(FormTest, WhatIsNoFormIsRefused) {
  for (const char* body : {"a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "=1", "%C0%80=1"}) {
    EXPECT_THAT(ParseForm(FormHeaders(), body),
                StatusIs(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"))
        << body;
  }
  for (const char* type : {"application/json", "", "application/x-www-form-urlencodedx"}) {
    EXPECT_THAT(ParseForm(FormHeaders(type), "a=1"), HasViolation("Content-Type")) << type;
  }
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a=1&";
  EXPECT_OK(ParseForm(FormHeaders(), many).status());
  EXPECT_THAT(ParseForm(FormHeaders(), many + "a=1"), HasViolation("body"));
}

TEST(LocalTimeTest, ATimeWithoutAZoneIsOfTheLawsZone) {
  ASSERT_OK_AND_ASSIGN(const absl::Time time, ParseLocalTime("2019-08-30 11:59:12", "create_time"));
  EXPECT_EQ(absl::FormatTime(time, absl::UTCTimeZone()), "2019-08-30T03:59:12+00:00");
  EXPECT_EQ(ToZonedTime(time), "2019-08-30T11:59:12+08:00");
  google::protobuf::Timestamp stamp;
  EXPECT_EQ(ToLocalTime(stamp), "");
  stamp.set_seconds(absl::ToUnixSeconds(time));
  EXPECT_EQ(ToLocalTime(stamp), "2019-08-30 11:59:12");
}

TEST(LocalTimeTest, AnythingElseIsRefused) {
  for (const char* text :
       {"", "2019-08-30", "2019-08-30T11:59:12", "2019-02-30 00:00:00", "2019-08-30 24:00:00",
        "2019-08-30 11:59:12 ", "2019-8-30 11:59:12", "infinite-future", "2019-08-30 11:59:60"}) {
    EXPECT_THAT(ParseLocalTime(text, "create_time"), HasViolation("create_time")) << text;
  }
  for (const char* text :
       {"", "2010-05-24", "2010-05-24T00:00:00", " infinite-past", "infinite-future"}) {
    EXPECT_THAT(ParseZonedTime(text, "start_date"), HasViolation("start_date")) << text;
  }
  EXPECT_EQ(*ParseZonedTime("2010-05-24T00:00:00Z", "f"),
            *ParseZonedTime("2010-05-24T08:00:00+08:00", "f"));
}

TEST(WordsTest, CoordinatesAreReadAgainAsTheyWereSent) {
  const std::string place = WithCoordinates("示例路1号", {"117.44254825", "39.06171056"});
  EXPECT_EQ(place, "示例路1号（坐标 117.44254825,39.06171056）");
  const auto [words, coordinates] = SplitCoordinates(place);
  EXPECT_EQ(words, "示例路1号");
  ASSERT_TRUE(coordinates.has_value());
  EXPECT_EQ(coordinates->x, "117.44254825");
  EXPECT_EQ(coordinates->y, "39.06171056");
  EXPECT_EQ(SplitCoordinates(WithCoordinates("", {"-1", "0.5"})).first, "");
}

TEST(WordsTest, WordsThatOnlyLookAlikeStay) {
  for (const char* place : {"", "（坐标 ", "示例路（坐标 1）", "示例路（坐标 1,2）旁",
                            "（坐标 1,2,3）", "（坐标 1.,2）", "（坐标 x,y）"}) {
    EXPECT_EQ(SplitCoordinates(place).first, place);
    EXPECT_EQ(SplitCoordinates(place).second, std::nullopt) << place;
  }
  for (const char* text : {"", "附件：https://a.cn/1", "楼道\n附件：", "楼道\n附件：两张 照片"}) {
    EXPECT_EQ(SplitMedia(text), std::pair(std::string(text), std::string())) << text;
  }
  EXPECT_THAT(SplitMedia(WithMedia("楼道\n堵塞", "https://a.cn/1")),
              Pair("楼道\n堵塞", "https://a.cn/1"));
}

TEST(WordsTest, CoordinatesAreDecimalNumbers) {
  for (const char* good : {"0", "-0.5", "117.44254825", "525312.22", "123456789.123456789012"}) {
    EXPECT_TRUE(IsCoordinate(good)) << good;
  }
  for (const char* bad : {"", "-", ".5", "5.", "1e3", "+1", "--1", " 1", "1234567890", "nan",
                          "1.1234567890123", "1,5"}) {
    EXPECT_FALSE(IsCoordinate(bad)) << bad;
  }
}

}  // namespace
}  // namespace rectify::gateway

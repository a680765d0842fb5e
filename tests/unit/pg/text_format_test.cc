#include "libs/pg/text_format.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rectify::pg {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST(ParseTimestamp, ReadsFractionsOfAnyLength) {
  const absl::Time base = absl::FromUnixSeconds(1672732800);
  EXPECT_EQ(ParseTimestamp("2023-01-03 08:00:00+00"), base);
  EXPECT_EQ(ParseTimestamp("2023-01-03 08:00:00.1+00"), base + absl::Milliseconds(100));
  EXPECT_EQ(ParseTimestamp("2023-01-03 08:00:00.000001+00"), base + absl::Microseconds(1));
  EXPECT_EQ(ParseTimestamp("1969-12-31 23:59:59.999999+00"),
            absl::UnixEpoch() - absl::Microseconds(1));
}

TEST(ParseTimestamp, RefusesOtherZonesStylesAndRests) {
  for (const char* text :
       {"", "2023-01-03", "2023-01-03 08:00:00", "2023-01-03 08:00:00+08", "2023-01-03T08:00:00+00",
        "2023-01-03 08:00:00.+00", "2023-01-03 08:00:00.1234567+00", "Tue Jan 03 08:00:00 2023 UTC",
        "0044-03-15 08:00:00+00 BC"}) {
    EXPECT_EQ(ParseTimestamp(text), std::nullopt) << text;
  }
}

TEST(ParseDate, ReadsDaysThatExist) {
  EXPECT_EQ(ParseDate("2024-02-29"), absl::CivilDay(2024, 2, 29));
  EXPECT_EQ(ParseDate("12024-02-29"), absl::CivilDay(12024, 2, 29));
  for (const char* text : {"2023-02-29", "2023-2-1", "infinity", "2023-01-01 "}) {
    EXPECT_EQ(ParseDate(text), std::nullopt) << text;
  }
}

TEST(ParseBytea, ReadsHex) {
  EXPECT_EQ(ParseBytea("\\x"), "");
  EXPECT_EQ(ParseBytea("\\x00ff41"), std::string("\0\xff\x41", 3));
  for (const char* text : {"", "00", "\\x0", "\\x0g"}) {
    EXPECT_EQ(ParseBytea(text), std::nullopt) << text;
  }
}

TEST(ParseTextArray, ReadsQuotedAndBareElements) {
  EXPECT_THAT(ParseTextArray("{}"), Optional(ElementsAre()));
  EXPECT_THAT(ParseTextArray("{a,\"b c\",\"\",\"NULL\",\"\\\"\\\\\",堵塞}"),
              Optional(ElementsAre("a", "b c", "", "NULL", "\"\\", "堵塞")));
}

TEST(ParseTextArray, RefusesNullsNestingAndBrokenText) {
  for (const char* text :
       {"", "{", "{a", "{a,}", "{,a}", "{NULL}", "{{a}}", "{\"a}", "{\"a\\", "a", "{a}b"}) {
    EXPECT_EQ(ParseTextArray(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace rectify::pg

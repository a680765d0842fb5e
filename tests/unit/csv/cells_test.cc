#include "libs/csv/cells.h"

#include "gmock/gmock.h"
#include "libs/csv/encoding.h"
#include "libs/testing/status_matchers.h"

namespace rectify::csv {
namespace {

using ::rectify::testing::HasViolation;
using ::testing::StartsWith;

TEST(CellsTest, NoTextIsTakenForAFormulaAndEachReadsBack) {
  const std::string nul("\0=1", 3);
  for (const std::string& text :
       {std::string("=1+1"), std::string("+86"), std::string("-2"), std::string("@SUM(A1)"),
        std::string("＝1"), std::string("＋1"), std::string("－1"), std::string("＠1"),
        std::string("\t=1"), std::string("\r=1"), nul, std::string("'=1"), std::string("''@x")}) {
    EXPECT_THAT(Disarmed(text), StartsWith("'")) << text;
    EXPECT_EQ(Armed(Disarmed(text)), text);
  }
  for (const char* text : {"", "示例", "'示例'", "a=b", "1-2号", "'"}) {
    EXPECT_EQ(Disarmed(text), text);
    EXPECT_EQ(Armed(text), text);
  }
}

TEST(CellsTest, ALineQuotesWhatWouldPartIt) {
  EXPECT_EQ(Line({"甲", "", "a,b", "引\"号", "两\n行", "'=1"}),
            "甲,,\"a,b\",\"引\"\"号\",\"两\n行\",'=1\r\n");
  EXPECT_EQ(Line({}), "\r\n");
}

TEST(EncodingTest, TakesUtf8WithAndWithoutItsMarkAndGb18030) {
  for (const char* file :
       {"线索,地点", "\xEF\xBB\xBF线索,地点", "\xCF\xDF\xCB\xF7,\xB5\xD8\xB5\xE3"}) {
    ASSERT_OK_AND_ASSIGN(const std::string text, ToUtf8(file));
    EXPECT_EQ(text, "线索,地点");
  }
  // Four bytes in GB18030, three in UTF-8: U+3400.
  ASSERT_OK_AND_ASSIGN(const std::string rare, ToUtf8("\x81\x39\xEE\x39"));
  EXPECT_EQ(rare, "㐀");
  ASSERT_OK_AND_ASSIGN(const std::string nothing, ToUtf8(""));
  EXPECT_EQ(nothing, "");
}

TEST(EncodingTest, RefusesWhatIsNoText) {
  for (const std::string& file : {std::string("\xFF\xFE\x41\x00", 4), std::string("a\0b", 3),
                                  std::string("\xCF"), std::string("\xEF\xBB\xBF\xCF\xDF")}) {
    EXPECT_THAT(ToUtf8(file), HasViolation("csv"));
  }
}

}  // namespace
}  // namespace rectify::csv

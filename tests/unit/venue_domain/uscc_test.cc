#include "services/venue_registry/domain/uscc.h"

#include <string>

#include "libs/testing/status_matchers.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::TestWithParam;
using ::testing::Values;

using ::rectify::testing::kInvalid;

std::string ChineseTextOf(const absl::Status& status) { return DetailOf(status)->text.zh; }

class ValidUscc : public TestWithParam<const char*> {};

TEST_P(ValidUscc, IsAccepted) {
  ASSERT_OK_AND_ASSIGN(const std::string code, ParseUscc(GetParam()));
  EXPECT_EQ(code, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Known, ValidUscc,
                         Values("91350100M000100Y43", "9144030071526726XG", "91330106673959654P",
                                "92120110MA0000001A", "521201100000000008"));

TEST(Uscc, IsBroughtIntoItsCanonicalForm) {
  EXPECT_EQ(*ParseUscc("  91350100m000100y43　"), "91350100M000100Y43");
  EXPECT_EQ(*ParseUscc("９１３５０１００Ｍ０００１００Ｙ４３"), "91350100M000100Y43");
}

TEST(Uscc, NamesTheLengthWhenItIsWrong) {
  for (const char* text : {"", "9135010", "91350100M000100Y433"}) {
    EXPECT_THAT(ParseUscc(text), StatusIs(kInvalid, "USCC_INVALID")) << text;
    EXPECT_THAT(ParseUscc(text), HasViolation("uscc")) << text;
  }
  EXPECT_THAT(ChineseTextOf(ParseUscc("91350100M000100Y4").status()),
              HasSubstr("应为18位，现为17位"));
}

TEST(Uscc, NamesTheFirstCharacterOutsideTheAlphabet) {
  const absl::Status ascii = ParseUscc("91350100MO00100Y43").status();
  EXPECT_THAT(ascii, StatusIs(kInvalid, "USCC_INVALID"));
  EXPECT_THAT(ChineseTextOf(ascii), HasSubstr("第10位“O”"));
  const absl::Status chinese = ParseUscc("91350100M00㙍100Y43").status();
  EXPECT_THAT(chinese, StatusIs(kInvalid, "USCC_INVALID"));
  EXPECT_THAT(ChineseTextOf(chinese), HasSubstr("第12位“㙍”"));
  for (char letter : std::string("IOSVZ")) {
    std::string code = "91350100M000100Y43";
    code[8] = letter;
    EXPECT_THAT(ParseUscc(code), StatusIs(kInvalid, "USCC_INVALID")) << letter;
  }
}

TEST(Uscc, NamesTheCheckCharacterThatWasExpected) {
  const absl::Status status = ParseUscc("91350100M000100Y44").status();
  EXPECT_THAT(status, StatusIs(kInvalid, "USCC_INVALID"));
  EXPECT_THAT(ChineseTextOf(status), HasSubstr("校验码应为3，现为4"));
}

TEST(Uscc, FindsEveryWrongSingleCharacter) {
  const std::string valid = "91350100M000100Y43";
  const std::string alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  for (size_t i = 0; i < valid.size(); ++i) {
    for (char other : alphabet) {
      if (other == valid[i]) continue;
      std::string wrong = valid;
      wrong[i] = other;
      EXPECT_FALSE(ParseUscc(wrong).ok()) << wrong;
    }
  }
}

TEST(Uscc, RefusesBytesThatAreNotUtf8) {
  EXPECT_THAT(ParseUscc("91350100M000100Y4\xFF"), StatusIs(kInvalid, "USCC_INVALID"));
}

}  // namespace
}  // namespace rectify::venue::domain

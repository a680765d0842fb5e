#include "libs/base/text.h"

#include <algorithm>
#include <clocale>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rectify {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(IsCleanUtf8Test, AcceptsTextOfAnyPlane) {
  for (const char* text : {"", "a", "东丽区", "𠮷野家", "👩‍🚒", "\u00e9", "\U0010FFFF"}) {
    EXPECT_TRUE(IsCleanUtf8(text)) << text;
  }
}

TEST(IsCleanUtf8Test, RefusesNulAndBrokenEncodings) {
  EXPECT_FALSE(IsCleanUtf8(absl::string_view("a\0b", 3)));
  for (const char* text : {
           "\xff", "\x80",           // never, or not at a beginning
           "\xe4\xb8", "\xe4\xb8x",  // cut
           "\xc0\xaf",               // overlong '/'
           "\xed\xa0\x80",           // surrogate
           "\xf4\x90\x80\x80",       // beyond U+10FFFF
           "东\xb6\xab",             // GB 18030 in the middle of UTF-8
       }) {
    EXPECT_FALSE(IsCleanUtf8(text)) << text;
  }
}

TEST(CodePointsTest, CountsCharactersNotBytes) {
  EXPECT_EQ(CodePoints(""), 0u);
  EXPECT_EQ(CodePoints("abc"), 3u);
  EXPECT_EQ(CodePoints("𠮷野家"), 3u);
  EXPECT_EQ(CodePoints("整改\xff"), 3u);
}

TEST(DisplayWidthTest, CountsWideCharactersTwiceWithoutALocale) {
  ASSERT_STREQ(std::setlocale(LC_CTYPE, nullptr), "C");
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("整改 ok"), 7u);
  EXPECT_EQ(DisplayWidth("𠮷"), 2u);
  EXPECT_EQ(DisplayWidth("（１）"), 6u);
  EXPECT_EQ(DisplayWidth("津丽消限字〔2023〕第0001号"), 26u);
  EXPECT_EQ(DisplayWidth("한글カタ"), 8u);
  EXPECT_EQ(DisplayWidth("ｶﾀ"), 2u);       // half-width forms
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);  // a combining mark takes no column
  EXPECT_EQ(DisplayWidth("🚒"), 2u);
  EXPECT_EQ(DisplayWidth("a\n"), 1u);
}

TEST(EllipsizeTest, CutsAtCharactersAndShowsThatItCut) {
  EXPECT_EQ(Ellipsize("消防安全", 4), "消防安全");
  EXPECT_EQ(Ellipsize("消防安全", 3), "消防…");
  EXPECT_EQ(Ellipsize("𠮷野家", 2), "𠮷…");
  EXPECT_EQ(Ellipsize("消防", 1), "…");
  EXPECT_EQ(Ellipsize("消防", 0), "");
  EXPECT_EQ(Ellipsize("", 0), "");
}

TEST(NormalizeTextTest, TrimsBothKindsOfSpace) {
  EXPECT_EQ(NormalizeText("\u3000 \t东丽区\u3000学校\r\n\u3000"), "东丽区 学校");
  EXPECT_EQ(NormalizeText(" \u3000 "), "");
  EXPECT_EQ(NormalizeText(""), "");
}

TEST(TrimmedTest, LeavesTheCharactersOfANameAsTheyAre) {
  EXPECT_EQ(Trimmed("\u3000 \tＡ座　１号\r\n\u3000"), "Ａ座　１号");
  EXPECT_EQ(Trimmed(" \u3000 "), "");
}

TEST(NormalizeTextTest, FoldsFullWidthAsciiOnly) {
  EXPECT_EQ(NormalizeText("Ａ座１２号（东）！～"), "A座12号(东)!~");
  EXPECT_EQ(NormalizeText("〔2023〕、。𠮷"), "〔2023〕、。𠮷");
  EXPECT_EQ(NormalizeText("｟￠ｶ"), "｟￠ｶ");  // right behind U+FF5E
}

TEST(NormalizeTextTest, DoesNotHideBrokenBytes) {
  EXPECT_EQ(NormalizeText(" a\xff "), "a\xff");
  EXPECT_FALSE(IsCleanUtf8(NormalizeText("\xe4\xb8")));
}

TEST(SearchTermsTest, AreSingleCharactersAndPairsOnceAndSorted) {
  EXPECT_THAT(SearchTerms(""), IsEmpty());
  EXPECT_THAT(SearchTerms("火"), ElementsAre("火"));
  EXPECT_THAT(SearchTerms("abab"), ElementsAre("a", "ab", "b", "ba"));
  EXPECT_THAT(SearchTerms("𠮷野"), ElementsAre("野", "𠮷", "𠮷野"));
}

TEST(SearchTermsTest, IgnoreCase) {
  EXPECT_EQ(SearchTerms("KTV Ω"), SearchTerms("ktv ω"));
  EXPECT_EQ(SearchTerms("ＫＴＶ"), SearchTerms("ｋｔｖ"));
}

TEST(SearchTermsTest, OfEverySubstringAreTermsOfTheWhole) {
  const std::vector<std::string> alphabet = {"a",  "B",  "İ",  "ß", "Σ", "消", "防",
                                             "𠮷", "Ａ", "　", " ", "🚒", "1",  "é"};
  std::mt19937 random(20230103);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> characters(random() % 12 + 1);
    for (std::string& each : characters) each = alphabet[random() % alphabet.size()];
    std::string whole;
    for (const std::string& each : characters) whole += each;
    const std::vector<std::string> terms = SearchTerms(whole);
    for (size_t first = 0; first < characters.size(); ++first) {
      std::string part;
      for (size_t last = first; last < characters.size(); ++last) {
        part += characters[last];
        const std::vector<std::string> part_terms = SearchTerms(part);
        ASSERT_FALSE(part_terms.empty());
        ASSERT_TRUE(std::includes(terms.begin(), terms.end(), part_terms.begin(), part_terms.end()))
            << "\"" << part << "\" in \"" << whole << "\"";
      }
    }
  }
}

}  // namespace
}  // namespace rectify

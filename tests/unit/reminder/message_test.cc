#include "services/reminder_dispatch/domain/message.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/text.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::CivilDay kStated(2023, 2, 3);

std::string Body(absl::string_view body, const TrackedClock& clock, absl::Time now = At(1, 31)) {
  return Render("", body, "T-3", clock, now).body;
}

TEST(Render, FillsEveryVariable) {
  TrackedClock clock = TermClock(At(1, 3), kStated);
  clock.basis = "消防监督检查规定第二十条";
  EXPECT_EQ(Body("{party}|{title}|{due}|{number}|{hazards}|{days}|{basis}|{step}", clock),
            "示例商场|隐患改正期限|2023年2月3日（含当日）|津丽消限字〔2023〕第0001号|疏散通道堵塞|"
            "还有3日到期|消防监督检查规定第二十条|T-3");
}

TEST(Render, DaysAreThoseAtTheMomentOfSending) {
  const TrackedClock clock = TermClock(At(1, 3), kStated);
  EXPECT_EQ(Body("{days}", clock, At(2, 2, 23)), "还有1日到期");
  EXPECT_EQ(Body("{days}", clock, At(2, 3, 0)), "今日到期");
  EXPECT_EQ(Body("{days}", clock, At(2, 3, 23)), "今日到期");
  EXPECT_EQ(Body("{days}", clock, At(2, 5, 0)), "已逾期2日");
}

TEST(Render, PeriodsInHoursStateTheMinute) {
  TrackedClock clock = TermClock(At(2, 15, 20), kStated);
  clock.due_date.reset();
  clock.due_time = At(2, 16, 20) + absl::Minutes(30);
  EXPECT_EQ(Body("{due}", clock), "2023年2月16日20时30分");
}

TEST(Render, SaysWhereNumberAndBasisAreMissing) {
  TrackedClock clock = TermClock(At(1, 3), kStated);
  clock.document_number.clear();
  EXPECT_EQ(Body("{number}{basis}", clock), "（文书尚未编号）下达时写明的期限");
}

TEST(Render, ATermWithoutAnArticleRestsOnTheDocumentThatStatesIt) {
  EXPECT_EQ(Body("{basis}", TermClock(At(1, 3), kStated)), "津丽消限字〔2023〕第0001号载明的期限");
}

TEST(Render, ManyOrLongHazardsStayShort) {
  TrackedClock clock = TermClock(At(1, 3), kStated);
  clock.hazards.assign(7, std::string(300, 'x'));
  const std::string text = Body("{hazards}", clock);
  EXPECT_LT(text.size(), 260U);
  EXPECT_THAT(text, HasSubstr("等7项"));
}

TEST(Render, ValuesAreNotTemplates) {
  TrackedClock clock = TermClock(At(1, 3), kStated);
  clock.party = "{basis}{phone}商场";
  EXPECT_EQ(Body("{party}", clock), "{basis}{phone}商场");
}

TEST(Render, RareCharactersAndALineBreakInANameAreSafe) {
  TrackedClock clock = TermClock(At(1, 3), kStated);
  clock.party = "𠮷㙍\n商场";
  const Text text = Render("{party}", "{party}", "T-3", clock, At(1, 31));
  EXPECT_EQ(text.title, "𠮷㙍 商场");
  EXPECT_EQ(text.body, "𠮷㙍\n商场");
}

TEST(UnknownVariables, NamesThem) {
  EXPECT_THAT(UnknownVariables("{party}{nobody}{}{due"), ElementsAre("nobody", "", "{due"));
  EXPECT_THAT(UnknownVariables("没有变量"), ElementsAre());
}

// Nothing that this system sends may be mistaken for service of a document.
TEST(Render, EveryShippedMessageStatesDateBasisAndThatItIsNotService) {
  const absl::StatusOr<Policy> policy = api::LoadPolicy("");
  ASSERT_TRUE(policy.ok());
  const TrackedClock clock = TermClock(At(1, 3), kStated);
  for (const Ladder& ladder : policy->ladders) {
    for (const Step& step : ladder.steps) {
      const Text text = Render(step.title, step.body, step.code, clock, At(2, 5));
      EXPECT_THAT(text.body, HasSubstr("2023年2月3日（含当日）"));
      EXPECT_THAT(text.body, HasSubstr("依据：津丽消限字〔2023〕第0001号载明的期限"));
      EXPECT_THAT(text.body, HasSubstr("本提醒不是法律文书的送达"));
      EXPECT_THAT(text.body + text.title, Not(HasSubstr("{")));
      // A department's task has no venue.
      EXPECT_THAT(text.title, AnyOf(HasSubstr("示例商场"), HasSubstr("疏散通道堵塞")));
    }
  }
}

// A clock with the longest names that anybody has.
TrackedClock WordyClock() {
  TrackedClock clock = TermClock(At(1, 3), kStated);
  clock.basis = "消防监督检查规定第二十条";
  clock.party.clear();
  for (int i = 0; i < 100; ++i) clock.party += "𠮷商场";
  clock.hazards.assign(7, std::string(120, 'x'));
  return clock;
}

constexpr char kTitle[] = "【改正提醒】{party}：{title}{days}";
constexpr char kBody[] =
    "{party}：文书{number}，{hazards}，至{due}，{days}。依据：{basis}。本提醒不是法律文书的送达。";

TEST(Render, ALongTitleKeepsItsCountOfDays) {
  const MessageLimit limit{.channel = Channel::kEmail, .title_characters = 40};
  const Text text = Render(kTitle, kBody, "T-3", WordyClock(), At(1, 31), limit);
  EXPECT_EQ(CodePoints(text.title), 40U);
  EXPECT_THAT(text.title, EndsWith("…：隐患改正期限还有3日到期"));
  // The body has no limit by this channel.
  EXPECT_THAT(text.body, HasSubstr(WordyClock().party));
}

TEST(Render, WhatDoesNotFitShortensNamesAndNothingElse) {
  const MessageLimit limit{.channel = Channel::kWeCom, .text_bytes = 500};
  const Text text = Render(kTitle, kBody, "T-3", WordyClock(), At(1, 31), limit);
  EXPECT_LE(text.title.size() + 1 + text.body.size(), 500U);
  // As long as it may be: one more character in each name would be too much.
  EXPECT_GT(text.title.size() + 1 + text.body.size(), 480U);
  EXPECT_TRUE(IsCleanUtf8(text.title + text.body));
  for (const char* kept : {"津丽消限字〔2023〕第0001号", "2023年2月3日（含当日）", "还有3日到期",
                           "依据：消防监督检查规定第二十条。", "本提醒不是法律文书的送达", "…"}) {
    EXPECT_THAT(text.body, HasSubstr(kept));
  }
}

TEST(Render, WhatFitsIsNotShortened) {
  const TrackedClock clock = TermClock(At(1, 3), kStated);
  const MessageLimit limit{.channel = Channel::kWeCom, .text_bytes = 2048};
  const Text whole = Render(kTitle, kBody, "T-3", clock, At(1, 31));
  const Text text = Render(kTitle, kBody, "T-3", clock, At(1, 31), limit);
  EXPECT_EQ(text.title, whole.title);
  EXPECT_EQ(text.body, whole.body);
}

TEST(Render, AnUnexpectedlyLongBasisLeavesTheDisclaimer) {
  TrackedClock clock = WordyClock();
  for (int i = 0; i < 100; ++i) clock.basis += "及其实施细则";
  const MessageLimit limit{.channel = Channel::kWeCom, .text_bytes = 600};
  const Text text = Render(kTitle, kBody, "T-3", clock, At(1, 31), limit);
  EXPECT_LE(text.title.size() + 1 + text.body.size(), 600U);
  EXPECT_TRUE(IsCleanUtf8(text.body));
  EXPECT_THAT(text.body, HasSubstr("其余见提醒台账"));
  EXPECT_THAT(text.body, HasSubstr("本提醒不是法律文书的送达"));
}

TEST(RenderDigest, EntriesThatKeepToTheirSharesFitTogether) {
  const MessageLimit limit{.channel = Channel::kWeCom, .text_bytes = 2048};
  for (int entries : {2, 3, 4}) {
    const MessageLimit share = ShareOf(limit, entries);
    const std::vector<Text> texts(entries,
                                  Render(kTitle, kBody, "T-3", WordyClock(), At(1, 31), share));
    const Text digest = RenderDigest(texts, At(12, 31));
    EXPECT_LE(digest.title.size() + 1 + digest.body.size(), 2048U) << entries;
    EXPECT_GT(digest.body.size(), 1800U) << entries;
  }
}

TEST(FitsExpected, DependsOnTheFixedWordsAlone) {
  const MessageLimit limit{.channel = Channel::kWeCom, .text_bytes = 1000};
  EXPECT_TRUE(FitsExpected(kTitle, kBody, "T-3", limit, 1));
  EXPECT_FALSE(FitsExpected(kTitle, kBody, "T-3", limit, 3));
  EXPECT_FALSE(FitsExpected(kTitle, absl::StrCat(std::string(900, 'x'), kBody), "T-3", limit, 1));
  EXPECT_TRUE(FitsExpected(kTitle, absl::StrCat(std::string(900, 'x'), kBody), "T-3", {}, 30));
}

}  // namespace
}  // namespace rectify::reminder::domain

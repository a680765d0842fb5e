#include "services/reminder_dispatch/domain/message.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::CivilDay kDue(2023, 2, 3);

std::string Body(absl::string_view body, const TrackedClock& clock, absl::Time now = At(1, 31)) {
  return Render("", body, "T-3", clock, now).body;
}

TEST(Render, FillsEveryVariable) {
  TrackedClock clock = TermClock(At(1, 3), kDue);
  clock.basis = "消防监督检查规定第二十条";
  EXPECT_EQ(Body("{party}|{title}|{due}|{number}|{hazards}|{days}|{basis}|{step}", clock),
            "示例商场|隐患改正期限|2023年2月3日（含当日）|津丽消限字〔2023〕第0001号|疏散通道堵塞|"
            "还有3日到期|消防监督检查规定第二十条|T-3");
}

TEST(Render, DaysAreThoseAtTheMomentOfSending) {
  const TrackedClock clock = TermClock(At(1, 3), kDue);
  EXPECT_EQ(Body("{days}", clock, At(2, 2, 23)), "还有1日到期");
  EXPECT_EQ(Body("{days}", clock, At(2, 3, 0)), "今日到期");
  EXPECT_EQ(Body("{days}", clock, At(2, 3, 23)), "今日到期");
  EXPECT_EQ(Body("{days}", clock, At(2, 5, 0)), "已逾期2日");
}

TEST(Render, PeriodsInHoursStateTheMinute) {
  TrackedClock clock = TermClock(At(2, 15, 20), kDue);
  clock.due_date.reset();
  clock.due_time = At(2, 16, 20) + absl::Minutes(30);
  EXPECT_EQ(Body("{due}", clock), "2023年2月16日20时30分");
}

TEST(Render, SaysWhereNumberAndBasisAreMissing) {
  TrackedClock clock = TermClock(At(1, 3), kDue);
  clock.document_number.clear();
  EXPECT_EQ(Body("{number}{basis}", clock), "（文书尚未编号）责令改正通知书载明的期限");
}

TEST(Render, ManyOrLongHazardsStayShort) {
  TrackedClock clock = TermClock(At(1, 3), kDue);
  clock.hazards.assign(7, std::string(300, 'x'));
  const std::string text = Body("{hazards}", clock);
  EXPECT_LT(text.size(), 260U);
  EXPECT_THAT(text, HasSubstr("等7项"));
}

TEST(Render, ValuesAreNotTemplates) {
  TrackedClock clock = TermClock(At(1, 3), kDue);
  clock.party = "{basis}{phone}商场";
  EXPECT_EQ(Body("{party}", clock), "{basis}{phone}商场");
}

TEST(Render, RareCharactersAndALineBreakInANameAreSafe) {
  TrackedClock clock = TermClock(At(1, 3), kDue);
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
  const TrackedClock clock = TermClock(At(1, 3), kDue);
  for (const Ladder& ladder : policy->ladders) {
    for (const Step& step : ladder.steps) {
      const Text text = Render(step.title, step.body, step.code, clock, At(2, 5));
      EXPECT_THAT(text.body, HasSubstr("2023年2月3日（含当日）"));
      EXPECT_THAT(text.body, HasSubstr("依据：责令改正通知书载明的期限"));
      EXPECT_THAT(text.body, HasSubstr("本提醒不是法律文书的送达"));
      EXPECT_THAT(text.body + text.title, Not(HasSubstr("{")));
      EXPECT_THAT(text.title, HasSubstr("示例商场"));
    }
  }
}

}  // namespace
}  // namespace rectify::reminder::domain

#include "libs/workday/calendar.h"

#include "libs/testing/status_matchers.h"

namespace rectify::workday {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using Day = absl::CivilDay;

using ::rectify::testing::kInvalid;

// A year with a holiday that reaches back into the year before, a week off and a Sunday worked.
YearNotice Notice2023(int version = 1) {
  return {2023,
          "国办发明电〔2022〕16号",
          version,
          {{Day(2022, 12, 31), DayClass::kHoliday, "元旦"},
           {Day(2023, 1, 1), DayClass::kHoliday, "元旦"},
           {Day(2023, 1, 2), DayClass::kHoliday, "元旦"},
           {Day(2023, 5, 1), DayClass::kHoliday, "劳动节"},
           {Day(2023, 5, 2), DayClass::kHoliday, "劳动节"},
           {Day(2023, 5, 3), DayClass::kHoliday, "劳动节"},
           {Day(2023, 5, 6), DayClass::kMakeUpWorkday, "劳动节"}}};
}

Calendar Make(std::vector<YearNotice> notices, std::vector<SpecialDay> closures = {}) {
  auto calendar = Calendar::Create(std::move(notices), std::move(closures));
  EXPECT_OK(calendar);
  return *std::move(calendar);
}

absl::Status TryDays(std::vector<SpecialDay> days) {
  return Calendar::Create({{2023, "国办发明电〔2022〕16号", 1, std::move(days)}}).status();
}

TEST(CalendarTest, EveryDayHasItsClassAndTheNoticeItRestsOn) {
  const Calendar calendar = Make({Notice2023()});
  struct {
    Day day;
    DayClass day_class;
    std::string name;
  } const cases[] = {{Day(2023, 5, 1), DayClass::kHoliday, "劳动节"},
                     {Day(2023, 5, 4), DayClass::kWorkday, ""},
                     {Day(2023, 5, 6), DayClass::kMakeUpWorkday, "劳动节"},
                     {Day(2023, 5, 7), DayClass::kWeekend, ""},
                     {Day(2023, 12, 31), DayClass::kWeekend, ""}};
  for (const auto& want : cases) {
    const DayInfo info = calendar.Classify(want.day);
    EXPECT_EQ(info.day, want.day);
    EXPECT_EQ(info.day_class, want.day_class) << want.day;
    EXPECT_EQ(calendar.ClassOf(want.day), want.day_class) << want.day;
    EXPECT_EQ(info.name, want.name);
    EXPECT_EQ(info.notice, "国办发明电〔2022〕16号");
  }
}

TEST(CalendarTest, ADayOfAYearWithoutNoticeIsUnknownUnlessANeighbourNamesIt) {
  const Calendar calendar = Make({Notice2023()});
  EXPECT_EQ(calendar.Classify(Day(2022, 12, 31)).day_class, DayClass::kHoliday);
  EXPECT_EQ(calendar.Classify(Day(2022, 12, 31)).notice, "国办发明电〔2022〕16号");
  for (const Day day : {Day(2022, 12, 30), Day(2024, 1, 1), Day(1999, 6, 1), Day(2500, 6, 1)}) {
    EXPECT_EQ(calendar.Classify(day).day_class, DayClass::kUnknown) << day;
    EXPECT_EQ(calendar.ClassOf(day), DayClass::kUnknown) << day;
    EXPECT_EQ(calendar.Classify(day).notice, "") << day;
  }
}

TEST(CalendarTest, AYearBetweenTwoLoadedYearsStaysUnknown) {
  const Calendar calendar = Make({Notice2023(), {2025, "国办发明电〔2024〕12号", 1, {}}});
  EXPECT_EQ(calendar.ClassOf(Day(2024, 6, 3)), DayClass::kUnknown);
  EXPECT_EQ(calendar.ClassOf(Day(2025, 6, 3)), DayClass::kWorkday);
}

TEST(CalendarTest, KnowsWhichYearsAndVersionsAreLoaded) {
  const Calendar calendar = Make({{2024, "国办发明电〔2023〕7号", 2, {}}, Notice2023()});
  EXPECT_TRUE(calendar.Covers(2023));
  EXPECT_FALSE(calendar.Covers(2022));
  EXPECT_EQ(calendar.VersionOf(2024), 2);
  EXPECT_EQ(calendar.VersionOf(2025), 0);
  EXPECT_EQ(calendar.version(), "2023.1+2024.2");
}

TEST(CalendarTest, AnEmptyCalendarKnowsNothing) {
  const Calendar calendar = Make({});
  EXPECT_EQ(calendar.version(), "");
  EXPECT_EQ(calendar.ClassOf(Day(2023, 6, 1)), DayClass::kUnknown);
  EXPECT_EQ(calendar.WorkdayOnOrAfter(Day(2023, 6, 1)), std::nullopt);
}

TEST(CalendarTest, TheVersionChangesWithANoticeOrAClosureAndNotWithTheirOrder) {
  const SpecialDay storm{Day(2023, 7, 28), DayClass::kClosure, "台风停业"};
  const SpecialDay flood{Day(2023, 7, 31), DayClass::kClosure, "洪水停业"};
  const std::string plain = Make({Notice2023()}).version();
  const std::string one = Make({Notice2023()}, {storm}).version();
  const std::string two = Make({Notice2023()}, {storm, flood}).version();
  EXPECT_NE(plain, one);
  EXPECT_NE(one, two);
  EXPECT_NE(plain, Make({Notice2023(2)}).version());
  EXPECT_EQ(two, Make({Notice2023()}, {flood, storm}).version());
  EXPECT_EQ(two.substr(0, plain.size() + 2), plain + "+c");
}

TEST(CalendarTest, AClosureIsOffOnOrdinaryMakeUpAndUncoveredDays) {
  const Calendar calendar =
      Make({Notice2023()}, {{Day(2023, 5, 4), DayClass::kClosure, "台风停业"},
                            {Day(2023, 5, 6), DayClass::kClosure, "台风停业"},
                            {Day(2024, 5, 6), DayClass::kClosure, "洪水停业"},
                            {Day(2030, 5, 6), DayClass::kClosure, "洪水停业"}});
  for (const Day day : {Day(2023, 5, 4), Day(2023, 5, 6), Day(2024, 5, 6), Day(2030, 5, 6)}) {
    EXPECT_EQ(calendar.Classify(day).day_class, DayClass::kClosure) << day;
    EXPECT_EQ(calendar.ClassOf(day), DayClass::kClosure) << day;
  }
  EXPECT_EQ(calendar.Classify(Day(2023, 5, 4)).notice, "台风停业");
}

TEST(CalendarTest, AClosureOnAHolidayLeavesTheNoticesHoliday) {
  const Calendar calendar =
      Make({Notice2023()}, {{Day(2023, 5, 1), DayClass::kClosure, "台风停业"}});
  EXPECT_EQ(calendar.Classify(Day(2023, 5, 1)).day_class, DayClass::kHoliday);
  EXPECT_EQ(calendar.Classify(Day(2023, 5, 1)).name, "劳动节");
}

TEST(CalendarTest, FindsTheNextWorkingDay) {
  const Calendar calendar = Make({Notice2023()});
  EXPECT_EQ(calendar.WorkdayOnOrAfter(Day(2023, 4, 28)), Day(2023, 4, 28));
  EXPECT_EQ(calendar.WorkdayOnOrAfter(Day(2023, 4, 29)), Day(2023, 5, 4));
  EXPECT_EQ(calendar.WorkdayOnOrAfter(Day(2023, 5, 6)), Day(2023, 5, 6));
  EXPECT_EQ(calendar.WorkdayOnOrAfter(Day(2022, 12, 31)), Day(2023, 1, 3));
}

TEST(CalendarTest, AddsWorkingDaysWithoutCountingTheFirst) {
  const Calendar calendar = Make({Notice2023()});
  EXPECT_EQ(calendar.AddWorkdays(Day(2023, 4, 28), 0), Day(2023, 4, 28));
  EXPECT_EQ(calendar.AddWorkdays(Day(2023, 4, 28), 1), Day(2023, 5, 4));
  EXPECT_EQ(calendar.AddWorkdays(Day(2023, 4, 28), 3), Day(2023, 5, 6));
  EXPECT_EQ(calendar.AddWorkdays(Day(2023, 4, 29), 4), Day(2023, 5, 8));
}

TEST(CalendarTest, AddsWorkingDaysAsWhoCountsThemOnTheWall) {
  const YearNotice later = {2025, "示例通知", 1, {{Day(2025, 1, 1), DayClass::kHoliday, "元旦"}}};
  const Calendar calendar = Make({Notice2023(), later});  // 2024 is not loaded
  const auto counted = [&](absl::CivilDay day, int count) -> std::optional<absl::CivilDay> {
    while (count > 0) {
      const DayClass day_class = calendar.ClassOf(++day);
      if (day_class == DayClass::kUnknown) return std::nullopt;
      if (IsWorking(day_class)) --count;
    }
    return day;
  };
  for (absl::CivilDay day = Day(2021, 12, 30); day < Day(2027, 1, 3); ++day) {
    for (const int count : {1, 2, 10, 30, 260}) {
      ASSERT_EQ(calendar.AddWorkdays(day, count), counted(day, count)) << day << " + " << count;
    }
  }
}

TEST(CalendarTest, GivesNoDateBeyondTheLoadedYears) {
  const Calendar calendar = Make({Notice2023()});
  EXPECT_EQ(calendar.AddWorkdays(Day(2023, 12, 28), 1), Day(2023, 12, 29));
  EXPECT_EQ(calendar.AddWorkdays(Day(2023, 12, 28), 2), std::nullopt);
  EXPECT_EQ(calendar.WorkdayOnOrAfter(Day(2023, 12, 30)), std::nullopt);
  EXPECT_EQ(calendar.WorkdayOnOrAfter(Day(2022, 12, 30)), std::nullopt);
}

TEST(CalendarTest, RefusesContradictoryDays) {
  const SpecialDay holiday{Day(2023, 5, 1), DayClass::kHoliday, "劳动节"};
  EXPECT_THAT(TryDays({holiday, holiday}), StatusIs(kInvalid, "CALENDAR_INVALID"));
  EXPECT_THAT(TryDays({holiday, holiday}), HasViolation("notices[0].days[1].day"));
  EXPECT_THAT(TryDays({{Day(2023, 5, 4), DayClass::kMakeUpWorkday, "劳动节"}}),
              HasViolation("notices[0].days[0].day"));
  EXPECT_THAT(TryDays({{Day(2025, 1, 1), DayClass::kHoliday, "元旦"}}),
              HasViolation("notices[0].days[0].day"));
  EXPECT_THAT(TryDays({{Day(2021, 12, 31), DayClass::kHoliday, "元旦"}}),
              HasViolation("notices[0].days[0].day"));
  for (const DayClass wrong : {DayClass::kWorkday, DayClass::kWeekend, DayClass::kUnknown}) {
    EXPECT_THAT(TryDays({{Day(2023, 5, 4), wrong, "劳动节"}}),
                HasViolation("notices[0].days[0].day_class"));
  }
}

TEST(CalendarTest, RefusesTwoNoticesForAYearAndTwoNoticesForADay) {
  EXPECT_THAT(Calendar::Create({Notice2023(), Notice2023(2)}), HasViolation("notices[1].year"));
  const YearNotice other{
      2024, "国办发明电〔2023〕7号", 1, {{Day(2023, 5, 1), DayClass::kHoliday, "元旦"}}};
  EXPECT_THAT(Calendar::Create({Notice2023(), other}), HasViolation("notices[1].days[0].day"));
}

TEST(CalendarTest, RefusesANoticeWithoutYearNameOrVersion) {
  EXPECT_THAT(Calendar::Create({{0, "国办发明电〔2022〕16号", 1, {}}}),
              HasViolation("notices[0].year"));
  EXPECT_THAT(Calendar::Create({{2023, "", 1, {}}}), HasViolation("notices[0].notice"));
  EXPECT_THAT(Calendar::Create({{2023, "国办发明电〔2022〕16号", 0, {}}}),
              HasViolation("notices[0].version"));
}

TEST(CalendarTest, RefusesAClosureTwiceOrOfAnotherClass) {
  const SpecialDay storm{Day(2023, 7, 28), DayClass::kClosure, "台风停业"};
  EXPECT_THAT(Calendar::Create({Notice2023()}, {storm, storm}), HasViolation("closures[1].day"));
  EXPECT_THAT(Calendar::Create({}, {{Day(2023, 7, 28), DayClass::kHoliday, "台风停业"}}),
              HasViolation("closures[0].day_class"));
}

}  // namespace
}  // namespace rectify::workday

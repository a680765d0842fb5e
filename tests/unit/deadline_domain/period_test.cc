#include "services/rectification_deadlines/domain/period.h"

#include <string>

#include "libs/base/clock.h"
#include "tests/unit/deadline_domain/notice_files.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Day = absl::CivilDay;

PeriodRule Workdays(int amount) { return {"wd", amount, Unit::kWorkdays, Roll::kNextWorkday}; }
PeriodRule NaturalDays(int amount) { return {"nd", amount, Unit::kNaturalDays}; }
PeriodRule Months(int amount) { return {"months", amount, Unit::kMonths}; }
PeriodRule Hours(int amount) { return {"hours", amount, Unit::kHours}; }
PeriodRule Seal(int days) {
  return {"seal", days, Unit::kNaturalDays, Roll::kNextWorkday, "行政强制法 25", true};
}

absl::Time At(Day day, int hour = 10, int minute = 15) {
  return StartOfDay(day) + absl::Hours(hour) + absl::Minutes(minute);
}

class PeriodTest : public ::testing::Test {
 protected:
  Deadline Due(PeriodRule rule, absl::Time start, std::vector<Suspension> suspensions = {}) {
    auto deadline = Compute({std::move(rule), start, std::move(suspensions)}, calendar_);
    EXPECT_OK(deadline);
    return *std::move(deadline);
  }

  Day LastDay(PeriodRule rule, Day start, std::vector<Suspension> suspensions = {}) {
    const Deadline deadline = Due(std::move(rule), At(start), std::move(suspensions));
    EXPECT_FALSE(deadline.provisional);
    EXPECT_EQ(deadline.due_instant, StartOfDay(*deadline.last_day + 1));
    return *deadline.last_day;
  }

  std::vector<DayStep> Steps(PeriodRule rule, absl::Time start,
                             std::vector<Suspension> suspensions = {}) {
    auto steps = Explain({std::move(rule), start, std::move(suspensions)}, calendar_);
    EXPECT_OK(steps);
    return *std::move(steps);
  }

  workday::Calendar calendar_ = ReadCalendar();
};

TEST_F(PeriodTest, ARecheckAfterATermThatEndsBeforeTheNationalHolidayIsDueInOctober) {
  EXPECT_EQ(LastDay(Workdays(3), Day(2023, 9, 28)), Day(2023, 10, 9));
}

TEST_F(PeriodTest, NewYearsEveOf2024IsAWorkingDayForServingTheOrder) {
  EXPECT_EQ(LastDay(Workdays(3), Day(2024, 2, 8)), Day(2024, 2, 19));
}

TEST_F(PeriodTest, ALastDayInAHolidayMovesBehindIt) {
  EXPECT_EQ(LastDay(NaturalDays(1), Day(2025, 9, 30)), Day(2025, 10, 9));
}

TEST_F(PeriodTest, ALastDayMovesToAMakeUpSunday) {
  EXPECT_EQ(LastDay(NaturalDays(1), Day(2026, 1, 2)), Day(2026, 1, 4));
}

TEST_F(PeriodTest, NinetyDaysOfACaseMoveBehindTheNationalHoliday) {
  EXPECT_EQ(LastDay(NaturalDays(90), Day(2026, 7, 3)), Day(2026, 10, 8));
}

TEST_F(PeriodTest, AHearingIsRequestedWithinFiveWorkingDaysAroundSpringFestival) {
  EXPECT_EQ(LastDay(Workdays(5), Day(2023, 1, 19)), Day(2023, 1, 31));
}

TEST_F(PeriodTest, TenWorkingDaysCountTheMakeUpSundayAndSkipTwoHolidays) {
  EXPECT_EQ(LastDay(Workdays(10), Day(2026, 9, 18)), Day(2026, 10, 9));
}

TEST_F(PeriodTest, PaymentWithinFifteenDaysMovesBehindTheHoliday) {
  EXPECT_EQ(LastDay(NaturalDays(15), Day(2024, 9, 20)), Day(2024, 10, 8));
}

TEST_F(PeriodTest, ASealEndsOnItsThirtiethDayEvenInSpringFestival) {
  EXPECT_EQ(LastDay(Seal(30), Day(2026, 1, 20)), Day(2026, 2, 19));
  EXPECT_EQ(LastDay(NaturalDays(30), Day(2026, 1, 20)), Day(2026, 2, 24));
}

TEST_F(PeriodTest, AComplaintsTwentyFourHoursRunThroughTheHoliday) {
  const Deadline deadline = Due(Hours(24), At(Day(2026, 2, 15), 20, 30));
  EXPECT_EQ(deadline.due_instant, At(Day(2026, 2, 16), 20, 30));
  EXPECT_EQ(deadline.last_day, std::nullopt);
  EXPECT_FALSE(deadline.provisional);
}

TEST_F(PeriodTest, MonthsEndOnTheSameNumberedDayOrTheLastOfTheMonth) {
  EXPECT_EQ(LastDay(Months(2), Day(2024, 12, 31)), Day(2025, 2, 28));
  EXPECT_EQ(LastDay(Months(2), Day(2023, 12, 31)), Day(2024, 2, 29));
  EXPECT_EQ(LastDay(Months(6), Day(2024, 1, 15)), Day(2024, 7, 15));
  EXPECT_EQ(LastDay(Months(1), Day(2024, 8, 31)), Day(2024, 9, 30));
  EXPECT_EQ(LastDay(Months(12), Day(2024, 2, 29)), Day(2025, 2, 28));
}

TEST_F(PeriodTest, AMonthThatEndsOnADayOffMovesToo) {
  EXPECT_EQ(LastDay(Months(1), Day(2025, 9, 2)), Day(2025, 10, 9));
}

TEST_F(PeriodTest, ARuleWithoutRollEndsOnADayOff) {
  PeriodRule rule = NaturalDays(1);
  rule.roll = Roll::kNone;
  EXPECT_EQ(LastDay(rule, Day(2025, 9, 30)), Day(2025, 10, 1));
}

TEST_F(PeriodTest, TheStartDayIsTheOneInChina) {
  const absl::Time late_evening_utc =
      absl::FromCivil(absl::CivilSecond(2023, 9, 27, 16, 30, 0), absl::UTCTimeZone());
  EXPECT_EQ(*Due(NaturalDays(1), late_evening_utc).last_day, Day(2023, 10, 7));
}

TEST_F(PeriodTest, TheHourOfTheStartFactDoesNotMatterForDays) {
  EXPECT_EQ(Due(Workdays(3), At(Day(2023, 9, 28), 0, 0)).due_instant,
            Due(Workdays(3), At(Day(2023, 9, 28), 23, 59)).due_instant);
}

TEST_F(PeriodTest, ZeroDaysEndOnTheStartDayOrTheNextWorkingDay) {
  EXPECT_EQ(LastDay(NaturalDays(0), Day(2023, 9, 28)), Day(2023, 9, 28));
  EXPECT_EQ(LastDay(NaturalDays(0), Day(2023, 9, 29)), Day(2023, 10, 7));
  EXPECT_EQ(Due(Hours(0), At(Day(2023, 9, 29))).due_instant, At(Day(2023, 9, 29)));
}

TEST_F(PeriodTest, AnExtensionCountsOnInTheSameUnit) {
  ASSERT_OK_AND_ASSIGN(const Deadline deadline,
                       Compute({Workdays(7), At(Day(2026, 9, 7)), {}, 10}, calendar_));
  EXPECT_EQ(deadline.last_day, LastDay(Workdays(17), Day(2026, 9, 7)));
}

TEST_F(PeriodTest, SuspendedDaysAreNotCounted) {
  const std::vector<Suspension> testing = {{Day(2024, 3, 6), Day(2024, 3, 8), "检测"}};
  EXPECT_EQ(LastDay(NaturalDays(10), Day(2024, 3, 1)), Day(2024, 3, 11));
  EXPECT_EQ(LastDay(NaturalDays(10), Day(2024, 3, 1), testing), Day(2024, 3, 14));
  EXPECT_EQ(LastDay(Workdays(5), Day(2024, 3, 1), testing), Day(2024, 3, 13));
  EXPECT_EQ(LastDay(Months(1), Day(2024, 3, 1), testing), Day(2024, 4, 7));
  EXPECT_EQ(LastDay(Seal(30), Day(2024, 3, 1), testing), Day(2024, 4, 3));
}

TEST_F(PeriodTest, OverlappingSuspensionsCountOnceAndLaterOnesProlongTheProlonged) {
  EXPECT_EQ(LastDay(NaturalDays(10), Day(2024, 3, 1),
                    {{Day(2024, 3, 7), Day(2024, 3, 8), "检测"},
                     {Day(2024, 3, 6), Day(2024, 3, 7), "鉴定"},
                     {Day(2024, 3, 12), Day(2024, 3, 12), "检测"}}),
            Day(2024, 3, 15));
}

TEST_F(PeriodTest, ASuspensionOutsideThePeriodChangesNothing) {
  EXPECT_EQ(LastDay(NaturalDays(10), Day(2024, 3, 1),
                    {{Day(2024, 2, 1), Day(2024, 3, 1), "检测"},
                     {Day(2024, 3, 12), Day(2024, 4, 1), "检测"}}),
            Day(2024, 3, 11));
}

TEST_F(PeriodTest, AMovedLastDayPassesOverASuspension) {
  EXPECT_EQ(
      LastDay(NaturalDays(7), Day(2024, 3, 2), {{Day(2024, 3, 11), Day(2024, 3, 11), "检测"}}),
      Day(2024, 3, 12));
}

TEST_F(PeriodTest, HoursStandStillOnSuspendedDays) {
  const std::vector<Suspension> day = {{Day(2024, 3, 6), Day(2024, 3, 6), "检测"}};
  EXPECT_EQ(Due(Hours(24), At(Day(2024, 3, 5), 20, 30), day).due_instant,
            At(Day(2024, 3, 7), 20, 30));
  EXPECT_EQ(Due(Hours(24), At(Day(2024, 3, 6), 20, 30), day).due_instant,
            At(Day(2024, 3, 8), 0, 0));
  EXPECT_EQ(Due(Hours(24), At(Day(2024, 3, 5), 0, 0), day).due_instant, At(Day(2024, 3, 6), 0, 0));
}

TEST_F(PeriodTest, APeriodThatReachesAnUnloadedYearIsProvisionalUntilItsNoticeIsLoaded) {
  const PeriodInput input = {Workdays(3), At(Day(2024, 12, 30))};
  ASSERT_OK_AND_ASSIGN(const Deadline before, Compute(input, ReadCalendar({2023, 2024})));
  EXPECT_TRUE(before.provisional);
  EXPECT_THAT(before.missing_years, ElementsAre(2025));
  EXPECT_EQ(before.last_day, Day(2025, 1, 2));
  EXPECT_EQ(before.calendar_version, "2023.1+2024.1");
  EXPECT_THAT(RequireFirm(before),
              StatusIs(absl::StatusCode::kFailedPrecondition, "CALENDAR_MISSING"));
  EXPECT_EQ(DetailOf(RequireFirm(before))->metadata.at("year"), "2025");

  ASSERT_OK_AND_ASSIGN(const Deadline after, Compute(input, calendar_));
  EXPECT_FALSE(after.provisional);
  EXPECT_THAT(after.missing_years, ElementsAre());
  EXPECT_EQ(after.last_day, Day(2025, 1, 3));
  EXPECT_EQ(after.calendar_version, "2023.1+2024.1+2025.1+2026.1");
  EXPECT_OK(RequireFirm(after));
}

TEST_F(PeriodTest, APeriodThatEndsBeforeTheUnloadedYearIsFirm) {
  EXPECT_FALSE(Due(Workdays(3), At(Day(2026, 12, 28))).provisional);
  EXPECT_TRUE(Due(Workdays(4), At(Day(2026, 12, 28))).provisional);
}

TEST_F(PeriodTest, NaturalDaysIntoAnUnloadedYearAreProvisionalOnlyWhenTheyMayMove) {
  const Deadline moving = Due(NaturalDays(30), At(Day(2026, 12, 10)));
  EXPECT_EQ(moving.last_day, Day(2027, 1, 11));
  EXPECT_TRUE(moving.provisional);
  EXPECT_THAT(moving.missing_years, ElementsAre(2027));
  const Deadline seal = Due(Seal(30), At(Day(2026, 12, 10)));
  EXPECT_EQ(seal.last_day, Day(2027, 1, 9));
  EXPECT_FALSE(seal.provisional);
  EXPECT_OK(RequireFirm(seal));
}

TEST_F(PeriodTest, NaturalDaysThatMerelyPassThroughAnUnloadedYearAreFirm) {
  calendar_ = ReadCalendar({2024, 2026});
  EXPECT_FALSE(Due(NaturalDays(500), At(Day(2024, 12, 1))).provisional);
}

TEST_F(PeriodTest, EveryMissingYearIsNamed) {
  EXPECT_THAT(Due(Workdays(400), At(Day(2026, 12, 1))).missing_years, ElementsAre(2027, 2028));
}

TEST_F(PeriodTest, ADayThatANeighboursNoticeNamesIsKnown) {
  calendar_ = ReadCalendar({2023});
  EXPECT_FALSE(Due(Workdays(1), At(Day(2022, 12, 30))).provisional);
  EXPECT_TRUE(Due(Workdays(1), At(Day(2022, 12, 29))).provisional);
}

TEST_F(PeriodTest, ADistrictsClosureIsNotAWorkingDay) {
  calendar_ = ReadCalendar({2023}, {{Day(2023, 8, 1), workday::DayClass::kClosure, "暴雨停业"}});
  EXPECT_EQ(LastDay(Workdays(1), Day(2023, 7, 31)), Day(2023, 8, 2));
  EXPECT_EQ(LastDay(NaturalDays(1), Day(2023, 7, 31)), Day(2023, 8, 2));
}

TEST_F(PeriodTest, RefusesImpossibleInputs) {
  const absl::Time start = At(Day(2024, 3, 1));
  const Day day(2024, 3, 8);
  EXPECT_THAT(Compute({Workdays(-1), start}, calendar_), HasViolation("rule.amount"));
  EXPECT_THAT(Compute({Workdays(1'000'000), start}, calendar_), HasViolation("rule.amount"));
  EXPECT_THAT(Compute({Workdays(1), start, {}, -1}, calendar_), HasViolation("extended_by"));
  EXPECT_THAT(Compute({Workdays(1), absl::InfiniteFuture()}, calendar_), HasViolation("start"));
  EXPECT_THAT(Compute({Workdays(1), start, {{day, day, ""}, {day, day - 1, ""}}}, calendar_),
              HasViolation("suspensions[1].to"));
  EXPECT_THAT(Compute({Workdays(1), start, {{day, day + 4000, ""}}}, calendar_),
              HasViolation("suspensions[0].to"));
  EXPECT_THAT(Explain({Workdays(-1), start}, calendar_), HasViolation("rule.amount"));
}

TEST_F(PeriodTest, AStatedDateLiesAfterTheDayOfServiceAndNeverMoves) {
  EXPECT_OK(ValidateStatedDue(Day(2023, 9, 28), Day(2023, 9, 29)));
  EXPECT_THAT(ValidateStatedDue(Day(2023, 9, 28), Day(2023, 9, 28)),
              StatusIs(absl::StatusCode::kFailedPrecondition, "DATE_ORDER"));
  EXPECT_THAT(StatedDeadline(Day(2023, 9, 28), Day(2023, 9, 27), calendar_),
              StatusIs(absl::StatusCode::kFailedPrecondition, "DATE_ORDER"));
  ASSERT_OK_AND_ASSIGN(const Deadline stated,
                       StatedDeadline(Day(2023, 9, 28), Day(2023, 10, 1), calendar_));
  EXPECT_EQ(stated.last_day, Day(2023, 10, 1));
  EXPECT_EQ(stated.due_instant, StartOfDay(Day(2023, 10, 2)));
  EXPECT_OK(RequireFirm(stated));
}

TEST_F(PeriodTest, TheLastLawfulDayIsPrintedInclusive) {
  EXPECT_EQ(FormatLastDayZh(Day(2023, 2, 3)), "2023年2月3日（含当日）");
}

TEST_F(PeriodTest, AnExplanationOfWorkingDaysNamesTheNoticeOfEachDay) {
  const std::vector<DayStep> steps = Steps(Workdays(3), At(Day(2023, 9, 28)));
  ASSERT_EQ(steps.size(), 12u);
  EXPECT_EQ(steps.front().day, Day(2023, 9, 28));
  EXPECT_FALSE(steps.front().counted);
  EXPECT_EQ(steps.front().note_zh, "起算日不计");
  EXPECT_EQ(steps[1].day_class, workday::DayClass::kHoliday);
  EXPECT_EQ(steps[1].name, "中秋节、国庆节");
  EXPECT_EQ(steps[1].notice, "国办发明电〔2022〕16号");
  EXPECT_EQ(steps[1].note_zh, "非工作日不计");
  EXPECT_EQ(steps[9].day_class, workday::DayClass::kMakeUpWorkday);
  EXPECT_TRUE(steps[9].counted);
  EXPECT_EQ(steps[9].count, 1);
  EXPECT_EQ(steps.back().day, Day(2023, 10, 9));
  EXPECT_EQ(steps.back().count, 3);
  EXPECT_EQ(steps.back().note_zh, "最后一日（含当日）");
}

TEST_F(PeriodTest, AnExplanationShowsTheMoveToTheNextWorkingDay) {
  const std::vector<DayStep> steps = Steps(NaturalDays(1), At(Day(2025, 9, 30)));
  ASSERT_EQ(steps.size(), 10u);
  EXPECT_TRUE(steps[1].counted);
  EXPECT_EQ(steps[1].note_zh, "期满遇非工作日，顺延");
  EXPECT_FALSE(steps[2].counted);
  EXPECT_EQ(steps[2].note_zh, "顺延");
  EXPECT_EQ(steps.back().note_zh, "顺延后的最后一日（含当日）");
  EXPECT_EQ(steps.back().count, 1);
}

TEST_F(PeriodTest, AnExplanationSaysThatASealDoesNotMove) {
  const std::vector<DayStep> steps = Steps(Seal(30), At(Day(2026, 1, 20)));
  EXPECT_EQ(steps.back().day, Day(2026, 2, 19));
  EXPECT_EQ(steps.back().note_zh, "最后一日（含当日）；不顺延");
}

TEST_F(PeriodTest, AnExplanationNamesSuspensionsAndMissingNotices) {
  const std::vector<DayStep> steps =
      Steps(Workdays(3), At(Day(2026, 12, 30)), {{Day(2026, 12, 31), Day(2026, 12, 31), "鉴定"}});
  EXPECT_EQ(steps[1].note_zh, "中止（鉴定）不计");
  EXPECT_FALSE(steps[1].counted);
  EXPECT_EQ(steps[2].day_class, workday::DayClass::kUnknown);
  EXPECT_EQ(steps[2].notice, "");
  EXPECT_TRUE(steps[2].counted);
  EXPECT_THAT(steps[2].note_zh, HasSubstr("当年放假通知未载入"));
}

TEST_F(PeriodTest, AnExplanationOfHoursCountsWholeHoursUpToEachMidnight) {
  const std::vector<DayStep> steps = Steps(Hours(24), At(Day(2026, 2, 15), 20, 30));
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].count, 3);
  EXPECT_EQ(steps[0].note_zh, "起算日，自起算时刻计");
  EXPECT_EQ(steps[1].count, 24);
  EXPECT_EQ(steps[1].note_zh, "届满日");
}

}  // namespace
}  // namespace rectify::deadline::domain

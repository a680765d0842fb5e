// The shipped calendars against the State Council's notices, written down here a second time.
#include <map>
#include <string>

#include "tests/unit/deadline_domain/notice_files.h"

namespace rectify::deadline {
namespace {

using ::rectify::workday::DayClass;
using Day = absl::CivilDay;

struct Off {
  std::string name;
  Day first, last;
};

struct Notice {
  int year;
  std::string notice;
  std::vector<Off> off;
  std::vector<Day> make_up;
  int working_days;
};

const std::vector<Notice>& Notices() {
  static const auto& notices = *new std::vector<Notice>{
      {2023,
       "国办发明电〔2022〕16号",
       {{"元旦", Day(2022, 12, 31), Day(2023, 1, 2)},
        {"春节", Day(2023, 1, 21), Day(2023, 1, 27)},
        {"清明节", Day(2023, 4, 5), Day(2023, 4, 5)},
        {"劳动节", Day(2023, 4, 29), Day(2023, 5, 3)},
        {"端午节", Day(2023, 6, 22), Day(2023, 6, 24)},
        {"中秋节、国庆节", Day(2023, 9, 29), Day(2023, 10, 6)}},
       {Day(2023, 1, 28), Day(2023, 1, 29), Day(2023, 4, 23), Day(2023, 5, 6), Day(2023, 6, 25),
        Day(2023, 10, 7), Day(2023, 10, 8)},
       249},
      {2024,
       "国办发明电〔2023〕7号",
       {{"元旦", Day(2024, 1, 1), Day(2024, 1, 1)},
        {"春节", Day(2024, 2, 10), Day(2024, 2, 17)},
        {"清明节", Day(2024, 4, 4), Day(2024, 4, 6)},
        {"劳动节", Day(2024, 5, 1), Day(2024, 5, 5)},
        {"端午节", Day(2024, 6, 10), Day(2024, 6, 10)},
        {"中秋节", Day(2024, 9, 15), Day(2024, 9, 17)},
        {"国庆节", Day(2024, 10, 1), Day(2024, 10, 7)}},
       {Day(2024, 2, 4), Day(2024, 2, 18), Day(2024, 4, 7), Day(2024, 4, 28), Day(2024, 5, 11),
        Day(2024, 9, 14), Day(2024, 9, 29), Day(2024, 10, 12)},
       251},
      {2025,
       "国办发明电〔2024〕12号",
       {{"元旦", Day(2025, 1, 1), Day(2025, 1, 1)},
        {"春节", Day(2025, 1, 28), Day(2025, 2, 4)},
        {"清明节", Day(2025, 4, 4), Day(2025, 4, 6)},
        {"劳动节", Day(2025, 5, 1), Day(2025, 5, 5)},
        {"端午节", Day(2025, 5, 31), Day(2025, 6, 2)},
        {"国庆节、中秋节", Day(2025, 10, 1), Day(2025, 10, 8)}},
       {Day(2025, 1, 26), Day(2025, 2, 8), Day(2025, 4, 27), Day(2025, 9, 28), Day(2025, 10, 11)},
       248},
      {2026,
       "国办发明电〔2025〕7号",
       {{"元旦", Day(2026, 1, 1), Day(2026, 1, 3)},
        {"春节", Day(2026, 2, 15), Day(2026, 2, 23)},
        {"清明节", Day(2026, 4, 4), Day(2026, 4, 6)},
        {"劳动节", Day(2026, 5, 1), Day(2026, 5, 5)},
        {"端午节", Day(2026, 6, 19), Day(2026, 6, 21)},
        {"中秋节", Day(2026, 9, 25), Day(2026, 9, 27)},
        {"国庆节", Day(2026, 10, 1), Day(2026, 10, 7)}},
       {Day(2026, 1, 4), Day(2026, 2, 14), Day(2026, 2, 28), Day(2026, 5, 9), Day(2026, 9, 20),
        Day(2026, 10, 10)},
       248}};
  return notices;
}

TEST(CalendarDataTest, EveryDayOfFourYearsIsAsTheNoticesSay) {
  std::map<Day, std::string> off;
  std::map<Day, bool> make_up;
  std::map<int, std::string> number;
  for (const Notice& notice : Notices()) {
    number[notice.year] = notice.notice;
    for (const Off& span : notice.off) {
      for (Day day = span.first; day <= span.last; ++day) off[day] = span.name;
    }
    for (const Day day : notice.make_up) make_up[day] = true;
  }
  const workday::Calendar calendar = ReadCalendar();
  for (Day day(2023, 1, 1); day < Day(2027, 1, 1); ++day) {
    const bool weekend = absl::GetWeekday(day) == absl::Weekday::saturday ||
                         absl::GetWeekday(day) == absl::Weekday::sunday;
    DayClass want = weekend ? DayClass::kWeekend : DayClass::kWorkday;
    if (off.count(day)) want = DayClass::kHoliday;
    if (make_up.count(day)) want = DayClass::kMakeUpWorkday;
    const workday::DayInfo info = calendar.Classify(day);
    EXPECT_EQ(info.day_class, want) << day;
    EXPECT_EQ(calendar.ClassOf(day), want) << day;
    EXPECT_EQ(info.notice, number[static_cast<int>(day.year())]) << day;
    if (off.count(day)) {
      EXPECT_EQ(info.name, off[day]) << day;
    }
    EXPECT_EQ(info.name.empty(), !off.count(day) && !make_up.count(day)) << day;
  }
}

TEST(CalendarDataTest, TheNoticeOf2023BeginsOnTheLastDayOf2022) {
  const workday::Calendar calendar = ReadCalendar();
  EXPECT_EQ(calendar.ClassOf(Day(2022, 12, 31)), DayClass::kHoliday);
  EXPECT_EQ(calendar.ClassOf(Day(2022, 12, 30)), DayClass::kUnknown);
  EXPECT_EQ(calendar.ClassOf(Day(2027, 1, 1)), DayClass::kUnknown);
  EXPECT_EQ(calendar.version(), "2023.1+2024.1+2025.1+2026.1");
}

TEST(CalendarDataTest, EachYearHasItsNumberOfWorkingDays) {
  const workday::Calendar calendar = ReadCalendar();
  for (const Notice& notice : Notices()) {
    int working = 0;
    for (Day day(notice.year, 1, 1); day.year() == notice.year; ++day) {
      working += workday::IsWorking(calendar.ClassOf(day));
    }
    EXPECT_EQ(working, notice.working_days) << notice.year;
  }
}

}  // namespace
}  // namespace rectify::deadline

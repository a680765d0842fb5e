#include "services/cli/calendar_ics.h"

#include "absl/strings/str_format.h"
#include "libs/rpc/convert.h"
#include "libs/testing/paths.h"
#include "libs/testing/status_matchers.h"

namespace rectify::cli {
namespace {

using deadline::v1::DAY_CLASS_HOLIDAY;
using deadline::v1::DAY_CLASS_MAKE_UP_WORKDAY;
using deadline::v1::YearNotice;
using ::testing::HasSubstr;

constexpr char kNotice[] = "国办发明电〔2022〕16号";

YearNotice Shipped(int year) {
  YearNotice notice;
  EXPECT_OK(
      rpc::ReadTextProto(testing::SourcePath(absl::StrFormat(
                             "/services/rectification_deadlines/data/calendars/%d.txtpb", year)),
                         notice));
  return notice;
}

std::string Day(const google::type::Date& date) {
  return absl::StrFormat("%04d%02d%02d", date.year(), date.month(), date.day());
}

std::string Calendar(const std::string& events) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//示例//CN\r\n" + events + "END:VCALENDAR\r\n";
}

// One event for each day, as a publisher writes it.
std::string Publish(const YearNotice& notice, const std::string& off, const std::string& worked) {
  std::string events;
  for (const auto& day : notice.days()) {
    const bool holiday = day.day_class() == DAY_CLASS_HOLIDAY;
    absl::StrAppend(&events, "BEGIN:VEVENT\r\nUID:", Day(day.day()),
                    "\r\nDTSTART;VALUE=DATE:", Day(day.day()), "\r\nSUMMARY:", day.name(),
                    holiday ? off : worked, "\r\nEND:VEVENT\r\n");
  }
  return events;
}

absl::StatusOr<YearNotice> Read(const std::string& events, int year = 0) {
  return ReadHolidayIcs(Calendar(events), "holidays.ics", {year, kNotice, 1});
}

std::string MistakeOf(const std::string& events) {
  const auto notice = Read(events);
  EXPECT_EQ(notice.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(notice.status().message());
}

std::string Event(const std::string& lines) {
  return "BEGIN:VEVENT\r\n" + lines + "END:VEVENT\r\n";
}

TEST(CalendarIcsTest, EveryCommonWayOfMarkingGivesTheNoticeThatIsShipped) {
  const YearNotice shipped = Shipped(2023);
  for (const auto& [off, worked] :
       {std::pair(" 休", " 班"), std::pair("（休）", "（班）"), std::pair("放假", "调休上班"),
        std::pair(" 假期 第1天/共7天", " 补班 第1天/共2天")}) {
    ASSERT_OK_AND_ASSIGN(const YearNotice read, Read(Publish(shipped, off, worked)));
    EXPECT_EQ(read.DebugString(), shipped.DebugString()) << off;
  }
}

TEST(CalendarIcsTest, AFileOfSeveralYearsGivesTheOneThatIsAskedFor) {
  const std::string both =
      Publish(Shipped(2023), " 休", " 班") + Publish(Shipped(2024), " 休", " 班");
  EXPECT_THAT(MistakeOf(both), HasSubstr("2023、2024"));
  ASSERT_OK_AND_ASSIGN(const YearNotice read, Read(both, 2024));
  EXPECT_EQ(read.days_size(), Shipped(2024).days_size());
  // The last day of 2022 belongs to the New Year's holiday of 2023.
  ASSERT_OK_AND_ASSIGN(const YearNotice first, Read(both, 2023));
  EXPECT_EQ(first.days(0).day().year(), 2022);
  EXPECT_FALSE(Read(both, 2026).ok());
}

TEST(CalendarIcsTest, ReadsSpansFoldedLinesAlarmsAndApplesMark) {
  ASSERT_OK_AND_ASSIGN(
      const YearNotice read,
      Read(
          Event("DTSTART;VALUE=DATE:20230429\r\nDTEND;VALUE=DATE:20230504\r\nSUMMARY;LANGUAGE=zh_CN"
                ":劳动\r\n 节\r\nX-APPLE-SPECIAL-DAY:WORK-HOLIDAY\r\nBEGIN:VALARM\r\n"
                "SUMMARY:提醒\r\nDURATION:PT5M\r\nEND:VALARM\r\n") +
          Event("DTSTART:20230506\r\nDURATION:P1D\r\nSUMMARY:劳动节（班）\r\n"
                "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY\r\n") +
          Event("DTSTART;VALUE=DATE:20230605\r\nSUMMARY:芒种\r\n")));
  ASSERT_EQ(read.days_size(), 6);
  EXPECT_EQ(read.days(4).name(), "劳动节");
  EXPECT_EQ(read.days(4).day().day(), 3);
  EXPECT_EQ(read.days(5).day_class(), DAY_CLASS_MAKE_UP_WORKDAY);
}

TEST(CalendarIcsTest, NamesTheLineOfEachMistake) {
  const std::string good = Event("DTSTART;VALUE=DATE:20230429\r\nSUMMARY:劳动节 休\r\n");
  EXPECT_THAT(MistakeOf(good + Event("DTSTART:20230429T080000\r\nSUMMARY:劳动节 休\r\n")),
              HasSubstr("holidays.ics:8: 标明休、班的日程须为全天日程"));
  EXPECT_THAT(MistakeOf(Event("DTSTART;VALUE=DATE:20230230\r\nSUMMARY:劳动节 休\r\n")),
              HasSubstr("holidays.ics:5: 不是日期"));
  EXPECT_THAT(MistakeOf(good + Event("DTSTART;VALUE=DATE:20230429\r\nSUMMARY:劳动节 班\r\n")),
              HasSubstr("既休又班"));
  EXPECT_THAT(MistakeOf(Event("DTSTART;VALUE=DATE:20230429\r\nRRULE:FREQ=YEARLY\r\n"
                              "SUMMARY:劳动节 休\r\n")),
              HasSubstr("重复日程"));
  EXPECT_THAT(MistakeOf(Event("DTSTART;VALUE=DATE:20230429\r\nDTEND;VALUE=DATE:20230601\r\n"
                              "SUMMARY:劳动节 休\r\n")),
              HasSubstr("1 至 15 天"));
  EXPECT_THAT(MistakeOf(Event("DTSTART;VALUE=DATE:20230429\r\nSUMMARY:劳动节调休\r\n")),
              HasSubstr("没有说明是休还是班"));
  EXPECT_THAT(MistakeOf(Event("DTSTART;VALUE=DATE:20230605\r\nSUMMARY:芒种\r\n")),
              HasSubstr("没有标明休、班"));
  EXPECT_THAT(MistakeOf("SUMMARY\r\n"), HasSubstr("holidays.ics:4: 缺少冒号"));
  EXPECT_THAT(MistakeOf("BEGIN:VEVENT\r\n"), HasSubstr("不成对"));
}

TEST(CalendarIcsTest, RefusesWhatIsNoCalendar) {
  for (const char* text : {"", "日期,性质\n2023-04-29,休\n", "BEGIN:VCALENDAR\r\n",
                           " BEGIN:VCALENDAR\r\n", "BEGIN:VCARD\r\nEND:VCARD\r\n"}) {
    EXPECT_EQ(ReadHolidayIcs(text, "x.ics", {}).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace rectify::cli

// A year's holidays: iCalendar files, notices as text, and the calendar that they make.
#include "libs/workday/calendar.h"

#include <string>

#include "absl/strings/match.h"
#include "libs/rpc/convert.h"
#include "services/cli/calendar_ics.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

void Build(const deadline::v1::YearNotice& message) {
  const workday::YearNotice notice = deadline::events::ToNotice(message);
  const auto calendar = workday::Calendar::Create({notice});
  if (!calendar.ok()) return;
  Require(calendar->Covers(notice.year), "a calendar covers its year");
  const absl::CivilDay first(notice.year, 1, 1);
  const auto day = calendar->WorkdayOnOrAfter(first);
  Require(!day.has_value() || *day >= first, "a working day on or after is not before");
  for (const workday::SpecialDay& special : notice.days) {
    Require(calendar->ClassOf(special.day) == calendar->Classify(special.day).day_class,
            "the table agrees with the notice");
  }
}

}  // namespace

void Calendar(absl::string_view input) {
  const auto year = cli::ReadHolidayIcs(input, "input.ics", {2023, "国办发明电〔2022〕16号", 1});
  if (year.ok()) {
    Require(year->year() == 2023, "the year that was asked for");
    Build(*year);
  } else {
    Require(absl::StartsWith(year.status().message(), "input.ics"), "a refusal names the file");
  }
  deadline::v1::YearNotice notice;
  if (rpc::ParseTextProto(input, "input.txtpb", notice).ok()) Build(notice);
}

}  // namespace rectify::fuzz

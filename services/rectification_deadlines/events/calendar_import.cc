#include "services/rectification_deadlines/events/calendar_import.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "services/rectification_deadlines/events/calendar_move.h"
#include "services/rectification_deadlines/events/data_files.h"

namespace rectify::deadline::events {
namespace {

using ::rectify::events::Change;
using ::rectify::events::kInternalOnly;
using workday::Calendar;
using workday::YearNotice;

// The paths of Calendar::Create name the list that we made; the caller knows one notice.
absl::Status AsFieldsOfNotice(const absl::Status& status, size_t index) {
  std::optional<ErrorDetail> detail = DetailOf(status);
  if (!detail) return status;
  for (FieldViolation& violation : detail->violations) {
    violation.field =
        absl::StrReplaceAll(violation.field, {{absl::StrCat("notices[", index, "]"), "notice"}});
  }
  return MakeError(status.code(), *std::move(detail));
}

absl::Status NotNewerError(const YearNotice& notice, int loaded) {
  return FieldError("notice.version",
                    {absl::StrCat(notice.year, " 年已载入第 ", loaded, " 版，新版本号须更大"),
                     absl::StrCat("version ", loaded, " of ", notice.year,
                                  " is loaded; the new one must be higher")},
                    "CALENDAR_INVALID");
}

// All years with the new notice, as the last, in the place of its year's.
std::vector<YearNotice> NoticesWith(const YearNotice& notice,
                                    const std::vector<store::CalendarYear>& years) {
  std::vector<YearNotice> notices;
  for (const store::CalendarYear& year : years) {
    if (year.notice.year != notice.year) notices.push_back(year.notice);
  }
  notices.push_back(notice);
  return notices;
}

int CountWorkdays(const Calendar& calendar, int year) {
  int count = 0;
  for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
    count += workday::IsWorking(calendar.ClassOf(day));
  }
  return count;
}

// The days whose class the notice, or the loss of the one before it, may change.
struct Span {
  absl::CivilDay from, to;
  void Include(const YearNotice& notice) {
    for (const workday::SpecialDay& special : notice.days) {
      from = std::min(from, special.day);
      to = std::max(to, special.day);
    }
  }
};

absl::StatusOr<bool> IsNewer(Change& change, store::CalendarStore& calendars,
                             const YearNotice& notice) {
  ASSIGN_OR_RETURN(const std::vector<store::CalendarYear> years,
                   calendars.NewestYears(change.sql()));
  return std::none_of(years.begin(), years.end(), [&](const store::CalendarYear& year) {
    return year.notice.year == notice.year && year.notice.version >= notice.version;
  });
}

}  // namespace

absl::StatusOr<store::CalendarYear> ImportNotice(Change& change, store::CalendarStore& calendars,
                                                 const YearNotice& notice) {
  RETURN_IF_ERROR(calendars.LockForImport(change.sql()));
  ASSIGN_OR_RETURN(const std::vector<store::CalendarYear> years,
                   calendars.NewestYears(change.sql()));
  store::CalendarYear imported{notice, 1, change.now()};
  Span span{absl::CivilDay(notice.year, 1, 1), absl::CivilDay(notice.year, 12, 31)};
  for (const store::CalendarYear& year : years) {
    if (year.notice.year != notice.year) continue;
    if (notice.version <= year.notice.version) return NotNewerError(notice, year.notice.version);
    imported.revision = year.revision + 1;
    span.Include(year.notice);
  }
  const std::vector<YearNotice> notices = NoticesWith(notice, years);
  const absl::StatusOr<Calendar> calendar = Calendar::Create(notices);
  if (!calendar.ok()) return AsFieldsOfNotice(calendar.status(), notices.size() - 1);
  span.Include(notice);
  imported.workday_count = CountWorkdays(*calendar, notice.year);
  ASSIGN_OR_RETURN(imported.changed_clock_count,
                   MoveClocks(change, {notices, span.from, span.to, "", "放假通知载入"}));
  RETURN_IF_ERROR(calendars.Insert(change.sql(), imported));
  const std::string name = absl::StrCat("calendars/", notice.year);
  change.Audit({name,
                {},
                "ImportCalendar",
                absl::StrCat("载入 ", notice.year, " 年放假安排（", notice.notice, "）第 ",
                             notice.version, " 版，改变 ", imported.changed_clock_count, " 个期限"),
                {{"version", absl::StrCat(notice.version)}}});
  v1::CalendarImported event;
  *event.mutable_notice() = ToMessage(notice);
  change.Emit(name, imported.revision, event, kInternalOnly);
  return imported;
}

absl::Status ImportNewer(::rectify::events::Commands& commands, store::CalendarStore& calendars,
                         const std::vector<YearNotice>& notices) {
  for (const YearNotice& notice : notices) {
    const ::rectify::events::Cause cause{
        "services/deadline", absl::StrCat("start/calendar/", notice.year, ".", notice.version), ""};
    RETURN_IF_ERROR(
        commands.Act(cause, "deadline.import_calendar_file", [&](Change& change) -> absl::Status {
          ASSIGN_OR_RETURN(bool newer, IsNewer(change, calendars, notice));
          if (!newer) return absl::OkStatus();
          // Another replica may have had the turn and loaded the same.
          RETURN_IF_ERROR(calendars.LockForImport(change.sql()));
          ASSIGN_OR_RETURN(newer, IsNewer(change, calendars, notice));
          if (!newer) return absl::OkStatus();
          return ImportNotice(change, calendars, notice).status();
        }));
  }
  return absl::OkStatus();
}

}  // namespace rectify::deadline::events

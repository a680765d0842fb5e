#include "services/rectification_deadlines/store/calendar_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/store/closure_store.h"

namespace rectify::deadline::store {
namespace {

// Beyond the versions that open clocks rest on at any time.
constexpr size_t kKeptVersions = 64;

// Of a district's code in a version text; a year has fewer.
constexpr size_t kDistrictDigits = 6;

constexpr pg::Statement kHead = {"deadline.calendar_head", "select revision from calendar_head"};

constexpr pg::Statement kHoldHead = {"deadline.hold_calendar_head",
                                     "select revision from calendar_head for share"};

constexpr pg::Statement kLockHead = {"deadline.lock_calendar_head",
                                     "update calendar_head set revision = revision + 1"};

constexpr pg::Statement kNewestYears = {"deadline.newest_calendar_years", R"sql(
  select distinct on (year) year, version, revision, notice, import_time, workday_count,
         changed_clock_count
    from calendar_years order by year, revision desc)sql"};

constexpr pg::Statement kYears = {"deadline.calendar_years", R"sql(
  select y.year, y.version, revision, notice, import_time, workday_count, changed_clock_count
    from calendar_years y
    join unnest($1::int[], $2::int[]) as t(year, version)
      on y.year = t.year and y.version = t.version
   order by y.year)sql"};

constexpr pg::Statement kDays = {"deadline.calendar_days", R"sql(
  select d.year, day, day_class, name
    from calendar_days d
    join unnest($1::int[], $2::int[]) as t(year, version)
      on d.year = t.year and d.version = t.version
   order by d.year, day)sql"};

constexpr pg::Statement kInsertYear = {"deadline.insert_calendar_year", R"sql(
  insert into calendar_years (year, version, revision, notice, import_time, workday_count,
                              changed_clock_count)
  values ($1::int, $2::int, $3::bigint, $4, $5::timestamptz, $6::int, $7::int))sql"};

constexpr pg::Statement kInsertDays = {"deadline.insert_calendar_days", R"sql(
  insert into calendar_days (year, version, day, day_class, name)
  select $1::int, $2::int, day, day_class, name
    from unnest($3::date[], $4::smallint[], $5::text[]) as t(day, day_class, name))sql"};

absl::StatusOr<std::vector<CalendarYear>> WithDays(pg::Tx& tx, const pg::Rows& rows) {
  std::vector<CalendarYear> years;
  std::map<int, CalendarYear*> by_year;
  std::vector<int> numbers, versions;
  years.reserve(rows.size());
  for (const pg::Row row : rows) {
    numbers.push_back(static_cast<int>(row.Int(0)));
    versions.push_back(static_cast<int>(row.Int(1)));
    years.push_back({{numbers.back(), row.Text(3), versions.back(), {}},
                     row.Int(2),
                     row.Time(4),
                     static_cast<int>(row.Int(5)),
                     static_cast<int>(row.Int(6))});
    by_year[numbers.back()] = &years.back();
  }
  ASSIGN_OR_RETURN(const pg::Rows days, tx.Exec(kDays, {numbers, versions}));
  for (const pg::Row row : days) {
    by_year[static_cast<int>(row.Int(0))]->notice.days.push_back(
        {row.Day(1), static_cast<workday::DayClass>(row.Int(2)), row.Text(3)});
  }
  return years;
}

absl::StatusOr<CalendarPtr> MakeCalendar(const std::vector<CalendarYear>& years, Overlay overlay) {
  std::vector<workday::YearNotice> notices;
  notices.reserve(years.size());
  for (const CalendarYear& year : years) notices.push_back(year.notice);
  ASSIGN_OR_RETURN(
      workday::Calendar calendar,
      workday::Calendar::Create(std::move(notices), std::move(overlay.days), overlay.version));
  return std::make_shared<const workday::Calendar>(std::move(calendar));
}

// One part of a version text: of a year, "2023.1", or of a district's closures, "120110.1".
struct VersionPart {
  std::string code;
  int version = 0;
  bool IsDistrict() const { return code.size() == kDistrictDigits; }
};

absl::StatusOr<std::vector<VersionPart>> SplitVersion(const std::string& text) {
  std::vector<VersionPart> parts;
  for (const absl::string_view piece : absl::StrSplit(text, '+', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(piece, '.');
    VersionPart part{pair.first};
    if (!absl::SimpleAtoi(pair.second, &part.version)) {
      return absl::DataLossError(absl::StrCat("not a calendar version: ", text));
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

absl::StatusOr<CalendarPtr> CalendarStore::Newest(pg::Tx& tx, const std::string& district) {
  ASSIGN_OR_RETURN(const pg::Rows head, tx.Exec(kHead));
  return NewestAt(tx, head[0].Int(0), district);
}

absl::StatusOr<CalendarPtr> CalendarStore::NewestForUse(pg::Tx& tx, const std::string& district) {
  ASSIGN_OR_RETURN(const pg::Rows head, tx.Exec(kHoldHead));
  return NewestAt(tx, head[0].Int(0), district);
}

absl::StatusOr<CalendarPtr> CalendarStore::NewestAt(pg::Tx& tx, int64_t revision,
                                                    const std::string& district) {
  {
    absl::MutexLock lock(&mutex_);
    const auto it = newest_.find(district);
    if (revision == revision_ && it != newest_.end()) return it->second;
  }
  ASSIGN_OR_RETURN(const std::vector<CalendarYear> years, NewestYears(tx));
  Overlay overlay;
  if (!district.empty()) {
    ASSIGN_OR_RETURN(overlay, NewestOverlay(tx, district));
  }
  ASSIGN_OR_RETURN(CalendarPtr calendar, MakeCalendar(years, std::move(overlay)));
  // An import may have committed between the two reads. Its years belong to a later revision, so
  // they are kept only when the revision is still the one that was read.
  ASSIGN_OR_RETURN(const pg::Rows again, tx.Exec(kHead));
  absl::MutexLock lock(&mutex_);
  if (again[0].Int(0) != revision || revision < revision_) return calendar;
  if (revision > revision_) newest_.clear();
  revision_ = revision;
  newest_[district] = calendar;
  return calendar;
}

absl::StatusOr<CalendarPtr> CalendarStore::OfVersion(pg::Tx& tx, const std::string& version) {
  {
    absl::MutexLock lock(&mutex_);
    if (auto it = versions_.find(version); it != versions_.end()) return it->second;
  }
  ASSIGN_OR_RETURN(const std::vector<VersionPart> parts, SplitVersion(version));
  std::vector<int> numbers, versions;
  Overlay overlay;
  for (const VersionPart& part : parts) {
    int year = 0;
    if (part.IsDistrict()) {
      ASSIGN_OR_RETURN(overlay, OverlayAt(tx, part.code, part.version));
    } else if (absl::SimpleAtoi(part.code, &year)) {
      numbers.push_back(year);
      versions.push_back(part.version);
    }
  }
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kYears, {numbers, versions}));
  ASSIGN_OR_RETURN(const std::vector<CalendarYear> years, WithDays(tx, rows));
  ASSIGN_OR_RETURN(CalendarPtr calendar, MakeCalendar(years, std::move(overlay)));
  if (calendar->version() != version) {
    return absl::DataLossError(absl::StrCat("a notice of calendar ", version, " is missing"));
  }
  absl::MutexLock lock(&mutex_);
  if (versions_.size() >= kKeptVersions) versions_.clear();
  versions_[version] = calendar;
  return calendar;
}

absl::StatusOr<std::vector<CalendarYear>> CalendarStore::NewestYears(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kNewestYears));
  return WithDays(tx, rows);
}

absl::Status CalendarStore::LockForImport(pg::Tx& tx) { return tx.Exec(kLockHead).status(); }

absl::Status CalendarStore::Insert(pg::Tx& tx, const CalendarYear& year) {
  std::vector<absl::CivilDay> days;
  std::vector<int> classes;
  std::vector<std::string> names;
  for (const workday::SpecialDay& special : year.notice.days) {
    days.push_back(special.day);
    classes.push_back(static_cast<int>(special.day_class));
    names.push_back(special.name);
  }
  RETURN_IF_ERROR(tx.Exec(kInsertYear,
                          {year.notice.year, year.notice.version, year.revision, year.notice.notice,
                           year.import_time, year.workday_count, year.changed_clock_count})
                      .status());
  return tx.Exec(kInsertDays, {year.notice.year, year.notice.version, days, classes, names})
      .status();
}

}  // namespace rectify::deadline::store

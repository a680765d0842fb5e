#include "services/reminder_dispatch/store/clock_store.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "libs/rpc/resource_name.h"
#include "services/reminder_dispatch/store/names.h"

namespace rectify::reminder::store {
namespace {

#define RECTIFY_CLOCK_COLUMNS                                                                   \
  "name, title, subject, findings, hazards, owner, handling_officer, venue, party, street, "    \
  "document_number, basis, ladder, start_time, due_time, due_date, running, schedule_version, " \
  "kind, department"

constexpr pg::Statement kLockClock = {
    "reminder.lock_clock", "select " RECTIFY_CLOCK_COLUMNS
                           " from clocks where district = $1::text and name = $2::text for update"};

constexpr pg::Statement kReadClock = {
    "reminder.read_clocks",
    "select " RECTIFY_CLOCK_COLUMNS
    " from clocks where (district, name) in (select * from unnest($1::text[], $2::text[]))"};

// In the order of the key, like every other taker of several.
constexpr pg::Statement kLockMany = {
    "reminder.lock_clocks",
    "select " RECTIFY_CLOCK_COLUMNS
    " from clocks where (district, name) in (select * from unnest($1::text[], $2::text[]))"
    " order by district, name for update"};
#define RECTIFY_SHARE                                                                     \
  "select " RECTIFY_CLOCK_COLUMNS                                                         \
  " from clocks where (district, name) in (select * from unnest($1::text[], $2::text[]))" \
  " order by district, name for share"
constexpr pg::Statement kShare = {"reminder.share_clocks", RECTIFY_SHARE};
constexpr pg::Statement kShareFree = {"reminder.share_free_clocks", RECTIFY_SHARE " skip locked"};
#undef RECTIFY_SHARE

constexpr pg::Statement kLockByWorkdays = {
    "reminder.lock_clocks_by_workdays",
    "select " RECTIFY_CLOCK_COLUMNS
    " from clocks c where running and exists ("
    "   select 1 from reminders r where r.district = c.district and r.clock = c.name"
    "      and r.state in (1, 2) and r.by_workdays)"
    " order by district, name for update"};

constexpr pg::Statement kSaveClock = {"reminder.save_clocks", R"sql(
  insert into clocks (district, name, title, subject, findings, hazards, owner, handling_officer,
                      venue, party, street, document_number, basis, ladder, start_time, due_time,
                      due_date, running, schedule_version, kind, department)
  select district, name, title, subject, findings::text[], hazards::text[], owner,
         handling_officer, venue, party, street, document_number, basis, ladder, start_time,
         due_time, due_date, running, schedule_version, kind, department
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                $14::text[], $15::timestamptz[], $16::timestamptz[], $17::date[], $18::boolean[],
                $19::int[], $20::text[], $21::text[])
         as t(district, name, title, subject, findings, hazards, owner, handling_officer, venue,
              party, street, document_number, basis, ladder, start_time, due_time, due_date,
              running, schedule_version, kind, department)
   order by district, name
  on conflict (district, name) do update set
    title = excluded.title, subject = excluded.subject, findings = excluded.findings,
    hazards = excluded.hazards, owner = excluded.owner,
    handling_officer = excluded.handling_officer, venue = excluded.venue, party = excluded.party,
    street = excluded.street, document_number = excluded.document_number, basis = excluded.basis,
    ladder = excluded.ladder, start_time = excluded.start_time, due_time = excluded.due_time,
    due_date = excluded.due_date, running = excluded.running,
    schedule_version = excluded.schedule_version, kind = excluded.kind,
    department = excluded.department)sql"};

constexpr pg::Statement kNextEvents = {"reminder.next_clock_events", R"sql(
  update clocks set event_version = event_version + 1
   where (district, name) in (select * from unnest($1::text[], $2::text[]))
  returning name, event_version)sql"};

constexpr pg::Statement kSetVersions = {"reminder.set_schedule_versions", R"sql(
  update clocks c set schedule_version = t.version
    from unnest($1::text[], $2::text[], $3::int[]) as t(district, name, version)
   where c.district = t.district and c.name = t.name)sql"};

constexpr pg::Statement kSaveNotice = {"reminder.save_notice", R"sql(
  insert into calendar_years as y (year, version, notice, days, make_up, names)
  values ($1::int, $2::int, $3::text, $4::date[], $5::boolean[], $6::text[])
  on conflict (year) do update set version = excluded.version, notice = excluded.notice,
    days = excluded.days, make_up = excluded.make_up, names = excluded.names
   where y.version < excluded.version)sql"};

constexpr pg::Statement kReadNotices = {"reminder.read_notices", R"sql(
  select year, version, notice, days::text[], make_up::text[], names
    from calendar_years order by year)sql"};

domain::TrackedClock ToClock(const pg::Row& row) {
  domain::TrackedClock clock;
  clock.name = row.Text(0);
  clock.title = row.Text(1);
  clock.subject = row.Text(2);
  clock.findings = row.TextArray(3);
  clock.hazards = row.TextArray(4);
  clock.owner = row.Text(5);
  clock.handling_officer = row.Text(6);
  clock.venue = row.Text(7);
  clock.party = row.Text(8);
  clock.street = row.Text(9);
  clock.document_number = row.Text(10);
  clock.basis = row.Text(11);
  clock.ladder = row.Text(12);
  clock.start_time = row.Time(13);
  clock.due_time = row.Time(14);
  clock.due_date = row.OptDay(15);
  clock.running = row.Bool(16);
  clock.schedule_version = static_cast<int>(row.Int(17));
  clock.kind = row.Text(18);
  clock.department = row.Text(19);
  return clock;
}

absl::StatusOr<std::map<std::string, domain::TrackedClock>> ByName(
    pg::Tx& tx, const pg::Statement& statement, const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(statement, {DistrictsOf(names), names}));
  std::map<std::string, domain::TrackedClock> clocks;
  for (pg::Row row : rows) {
    domain::TrackedClock clock = ToClock(row);
    clocks.emplace(clock.name, std::move(clock));
  }
  return clocks;
}

}  // namespace

absl::StatusOr<std::optional<domain::TrackedClock>> LockClock(pg::Tx& tx, const std::string& name) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockClock, {rpc::DistrictOf(name), name}));
  if (rows.empty()) return std::optional<domain::TrackedClock>();
  return std::optional(ToClock(rows[0]));
}

absl::StatusOr<std::map<std::string, domain::TrackedClock>> LockClocks(
    pg::Tx& tx, const std::vector<std::string>& names) {
  return ByName(tx, kLockMany, names);
}

absl::StatusOr<std::map<std::string, domain::TrackedClock>> ReadClocks(
    pg::Tx& tx, const std::vector<std::string>& names) {
  return ByName(tx, kReadClock, names);
}

absl::StatusOr<std::map<std::string, domain::TrackedClock>> ShareClocks(
    pg::Tx& tx, const std::vector<std::string>& names, Busy busy) {
  return ByName(tx, busy == Busy::kWait ? kShare : kShareFree, names);
}

absl::StatusOr<std::vector<domain::TrackedClock>> LockClocksByWorkdays(pg::Tx& tx) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockByWorkdays));
  std::vector<domain::TrackedClock> clocks;
  for (pg::Row row : rows) clocks.push_back(ToClock(row));
  return clocks;
}

absl::Status SaveClocks(pg::Tx& tx, const std::vector<const domain::TrackedClock*>& clocks) {
  if (clocks.empty()) return absl::OkStatus();
  using C = domain::TrackedClock;
  return tx.Send(kSaveClock,
                 {pg::Column(clocks, [](const C& c) { return c.district(); }),
                  pg::Column(clocks, [](const C& c) { return c.name; }),
                  pg::Column(clocks, [](const C& c) { return c.title; }),
                  pg::Column(clocks, [](const C& c) { return c.subject; }),
                  pg::Column(clocks, [](const C& c) { return pg::Param(c.findings).text(); }),
                  pg::Column(clocks, [](const C& c) { return pg::Param(c.hazards).text(); }),
                  pg::Column(clocks, [](const C& c) { return c.owner; }),
                  pg::Column(clocks, [](const C& c) { return c.handling_officer; }),
                  pg::Column(clocks, [](const C& c) { return c.venue; }),
                  pg::Column(clocks, [](const C& c) { return c.party; }),
                  pg::Column(clocks, [](const C& c) { return c.street; }),
                  pg::Column(clocks, [](const C& c) { return c.document_number; }),
                  pg::Column(clocks, [](const C& c) { return c.basis; }),
                  pg::Column(clocks, [](const C& c) { return c.ladder; }),
                  pg::Column(clocks, [](const C& c) { return c.start_time; }),
                  pg::Column(clocks, [](const C& c) { return c.due_time; }),
                  pg::Column(clocks, [](const C& c) { return c.due_date; }),
                  pg::Column(clocks, [](const C& c) { return c.running; }),
                  pg::Column(clocks, [](const C& c) { return c.schedule_version; }),
                  pg::Column(clocks, [](const C& c) { return c.kind; }),
                  pg::Column(clocks, [](const C& c) { return c.department; })});
}

absl::StatusOr<std::map<std::string, int64_t>> NextClockEvents(
    pg::Tx& tx, const std::vector<std::string>& clocks) {
  std::map<std::string, int64_t> versions;
  if (clocks.empty()) return versions;
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kNextEvents, {DistrictsOf(clocks), clocks}));
  for (const pg::Row row : rows) versions[row.Text(0)] = row.Int(1);
  for (const std::string& clock : clocks) {
    if (!versions.contains(clock)) return absl::DataLossError(clock + " is not known");
  }
  return versions;
}

absl::Status SetScheduleVersions(pg::Tx& tx, const std::vector<domain::TrackedClock>& clocks) {
  std::vector<std::string> districts, names;
  std::vector<int64_t> versions;
  for (const domain::TrackedClock& clock : clocks) {
    districts.push_back(clock.district());
    names.push_back(clock.name);
    versions.push_back(clock.schedule_version);
  }
  return tx.Exec(kSetVersions, {districts, names, versions}).status();
}

absl::StatusOr<bool> SaveNotice(pg::Tx& tx, const workday::YearNotice& notice) {
  std::vector<absl::CivilDay> days;
  std::vector<bool> make_up;
  std::vector<std::string> names;
  for (const workday::SpecialDay& day : notice.days) {
    days.push_back(day.day);
    make_up.push_back(day.day_class == workday::DayClass::kMakeUpWorkday);
    names.push_back(day.name);
  }
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kSaveNotice, {notice.year, notice.version, notice.notice,
                                                        days, make_up, names}));
  return rows.affected() > 0;
}

absl::StatusOr<workday::Calendar> ReadCalendar(pg::Tx& tx) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadNotices));
  std::vector<workday::YearNotice> notices;
  for (pg::Row row : rows) {
    workday::YearNotice notice;
    notice.year = static_cast<int>(row.Int(0));
    notice.version = static_cast<int>(row.Int(1));
    notice.notice = row.Text(2);
    const std::vector<std::string> days = row.TextArray(3), make_up = row.TextArray(4),
                                   names = row.TextArray(5);
    for (size_t i = 0; i < days.size(); ++i) {
      ASSIGN_OR_RETURN(const absl::CivilDay day, ParseCivilDay(days[i]));
      notice.days.push_back(
          {day,
           make_up[i] == "true" ? workday::DayClass::kMakeUpWorkday : workday::DayClass::kHoliday,
           names[i]});
    }
    notices.push_back(std::move(notice));
  }
  return workday::Calendar::Create(std::move(notices));
}

}  // namespace rectify::reminder::store

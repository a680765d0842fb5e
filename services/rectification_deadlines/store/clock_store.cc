#include "services/rectification_deadlines/store/clock_store.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/deadline/v1/clock.pb.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/projection_store.h"

namespace rectify::deadline::store {
namespace {

using domain::Clock;

#define CLOCK_COLUMNS                                                                           \
  "district, id, kind, title, subject, findings, owner, venue, reminder_ladder, start_time, "   \
  "amount, unit, coercive, basis, due_time, due_date, first_due_date, provisional, "            \
  "calendar_version, state, overdue_announced, end_time, met_in_time, version, subject_title, " \
  "side, handling_officer, party, street, suspensions, suspended_from, suspend_reason"

constexpr pg::Statement kLoadClock = {"deadline.load_clock",
                                      "select " CLOCK_COLUMNS
                                      " from clocks where district = $1 and id = $2::uuid"};

// What a clock was at an instant, as a row of clocks.
#define CLOCKS_AS_OF                                                                           \
  "(select c.district, id, kind, title, subject, findings, coalesce(h.former_owner, owner) "   \
  "as owner, coalesce(h.former_venue, venue) as venue, reminder_ladder, "                      \
  "h.start_time, amount, unit, coercive, basis, h.due_time, h.due_date, first_due_date, "      \
  "h.provisional, h.calendar_version, h.state, overdue_announced, h.end_time, h.met_in_time, " \
  "h.version, subject_title, side, handling_officer, party, street, h.suspensions, "           \
  "h.suspended_from, h.suspend_reason from clocks c cross join lateral (select * from "        \
  "clock_history where district = c.district and clock_id = c.id and record_time <= "          \
  "$2::timestamptz order by version desc limit 1) h where c.district = $1) as clocks"

constexpr pg::Statement kLoadAsOf = {"deadline.load_clock_as_of",
                                     "select " CLOCK_COLUMNS " from " CLOCKS_AS_OF
                                     " where id = $3::uuid"};

constexpr pg::Statement kLockOpen = {"deadline.lock_open_clocks",
                                     "select " CLOCK_COLUMNS
                                     " from clocks where (district, subject) in "
                                     "(select * from unnest($1::text[], $2::text[])) and "
                                     "state in (1, 4) order by id for update"};

constexpr pg::Statement kLockOverdue = {
    "deadline.lock_overdue_clocks", "select " CLOCK_COLUMNS
                                    " from clocks where state = 1 and not overdue_announced and "
                                    "due_time < $1::timestamptz order by due_time "
                                    "limit $2::bigint for update skip locked"};

constexpr pg::Statement kLockOfVenue = {"deadline.lock_open_clocks_of_venue",
                                        "select " CLOCK_COLUMNS
                                        " from clocks where district = $1 and state in (1, 4) and "
                                        "(owner = $2 or venue = $2) order by id for update"};

// The start day counts in China: an instant's day begins at most a day before its UTC day ends.
constexpr pg::Statement kLockDepending = {
    "deadline.lock_depending_clocks",
    "select " CLOCK_COLUMNS
    " from clocks where state = 1 and amount is not null and due_date is not null and "
    "(provisional or (due_date >= $1::date and start_time < $2::timestamptz)) and "
    "($3 = '' or district = $3) "
    "order by district, id for update"};

constexpr pg::Statement kNextDue = {
    "deadline.next_due",
    "select min(due_time) from clocks where state = 1 and not overdue_announced"};

constexpr pg::Statement kChanges = {"deadline.clock_changes", R"sql(
  select clock_id, change_time, old_due_date, new_due_date, old_calendar_version,
         new_calendar_version, reason
    from clock_changes where district = $1 and clock_id = any($2::uuid[])
   order by clock_id, position)sql"};

// One pass over the running clocks: an index search for each open finding would cost more.
constexpr pg::Statement kFallen = {"deadline.fallen_through", R"sql(
  select f.name
    from findings f
    left join (select distinct unnest(findings) as finding
                 from clocks where district = $1 and state = 1) c on c.finding = f.name
   where f.district = $1 and f.close_time is null and c.finding is null
   order by f.name limit $2::bigint)sql"};

constexpr pg::Statement kOpenFindings = {
    "deadline.open_findings",
    "select count(*) from findings where district = $1 and close_time is null"};

constexpr pg::Statement kCountFallen = {"deadline.count_fallen_through", R"sql(
  select count(*)
    from findings f
    left join (select distinct unnest(findings) as finding from clocks where state = 1) c
      on c.finding = f.name
   where f.close_time is null and c.finding is null)sql"};

domain::Suspension ReadInterval(const std::string& text) {
  domain::Suspension suspension;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(' ', 1));
  const std::pair<absl::string_view, absl::string_view> days = absl::StrSplit(parts.first, '/');
  absl::ParseCivilTime(days.first, &suspension.from);
  absl::ParseCivilTime(days.second, &suspension.to);
  suspension.reason = std::string(parts.second);
  return suspension;
}

Clock ReadClock(const pg::Row& row) {
  Clock clock;
  clock.name = ClockName(row.Text(0), row.Text(1));
  clock.kind = row.Text(2);
  clock.title = row.Text(3);
  clock.subject = row.Text(4);
  clock.findings = row.TextArray(5);
  clock.owner = row.Text(6);
  clock.venue = row.Text(7);
  clock.reminder_ladder = row.Text(8);
  clock.start_time = row.Time(9);
  if (!row.IsNull(10)) {
    clock.period = domain::PeriodRule{.code = clock.kind,
                                      .amount = static_cast<int>(row.Int(10)),
                                      .unit = static_cast<domain::Unit>(row.Int(11)),
                                      .basis = row.Text(13),
                                      .coercive = row.Bool(12)};
  }
  clock.due_time = row.Time(14);
  clock.due_date = row.OptDay(15);
  clock.first_due_date = row.OptDay(16);
  clock.provisional = row.Bool(17);
  clock.calendar_version = row.Text(18);
  clock.state = static_cast<domain::ClockState>(row.Int(19));
  clock.overdue_announced = row.Bool(20);
  clock.end_time = row.OptTime(21);
  clock.met_in_time = row.Bool(22);
  clock.version = row.Int(23);
  clock.subject_title = row.Text(24);
  clock.side = static_cast<domain::Side>(row.Int(25));
  clock.handling_officer = row.Text(26);
  clock.party = row.Text(27);
  clock.street = row.Text(28);
  for (const std::string& text : row.TextArray(29)) clock.suspensions.push_back(ReadInterval(text));
  clock.suspended_from = row.OptDay(30);
  clock.suspend_reason = row.Text(31);
  return clock;
}

std::vector<Clock> ReadRows(const pg::Rows& rows) {
  std::vector<Clock> clocks;
  clocks.reserve(rows.size());
  for (const pg::Row row : rows) clocks.push_back(ReadClock(row));
  return clocks;
}

absl::Status LoadChanges(pg::Tx& tx, absl::string_view district, std::vector<Clock>& clocks) {
  if (clocks.empty()) return absl::OkStatus();
  std::map<std::string, Clock*> by_id;
  std::vector<std::string> ids;
  for (Clock& clock : clocks) {
    ids.push_back(SplitName(clock.name).id);
    by_id[ids.back()] = &clock;
  }
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kChanges, {district, ids}));
  for (const pg::Row row : rows) {
    by_id[row.Text(0)]->changes.push_back(
        {row.Time(1), row.OptDay(2), row.OptDay(3), row.Text(4), row.Text(5), row.Text(6)});
  }
  return absl::OkStatus();
}

query::ListSpec MakeList(const char* name, const char* from) {
  using Field = query::ListField;
  return query::ListSpec{
      .name = name,
      .columns = CLOCK_COLUMNS,
      .from = from,
      .fields = {{"owner", Field::Kind::kText, "owner = $?"},
                 {"subject", Field::Kind::kText, "subject = $?"},
                 {"finding", Field::Kind::kText, "findings @> array[$?]::text[]"},
                 {"venue", Field::Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
                 {"street", Field::Kind::kText, "street = $?"},
                 {"handling_officer", Field::Kind::kText, "handling_officer = $?"},
                 {"kind", Field::Kind::kText, "kind = $?"},
                 {"side", Field::Kind::kEnum, "side = $?::smallint", v1::ClockSide_descriptor()},
                 {"outcome", Field::Kind::kEnum,
                  "case when state = 2 and met_in_time then 1 when state = 2 then 2 "
                  "when state = 3 then 3 else 0 end = $?::smallint",
                  v1::ClockOutcome_descriptor()},
                 {"state", Field::Kind::kEnum, "state = $?::smallint",
                  v1::Clock::State_descriptor()},
                 {"overdue", Field::Kind::kBool,
                  "(state = 1 and due_time < current_setting('rectify.list_time')::timestamptz)"},
                 {"provisional", Field::Kind::kBool, "provisional"}},
      .order = {{"due_time", "timestamptz"}, {"id", "uuid"}}};
}

const query::ListSpec& ClockList() {
  static const auto& spec =
      *new query::ListSpec(MakeList("deadline.list_clocks", "clocks where district = $1"));
  return spec;
}

const query::ListSpec& ClockListAsOf() {
  static const auto& spec = *new query::ListSpec(
      MakeList("deadline.list_clocks_as_of", CLOCKS_AS_OF " where district = $1"));
  return spec;
}

// Without what was changed later.
void Forget(std::vector<Clock>& clocks, std::optional<absl::Time> as_of) {
  if (!as_of) return;
  for (Clock& clock : clocks) {
    std::erase_if(clock.changes,
                  [&](const domain::DueDateChange& change) { return change.change_time > *as_of; });
  }
}

}  // namespace

absl::StatusOr<Clock> LoadClock(pg::Tx& tx, absl::string_view name,
                                std::optional<absl::Time> as_of) {
  const NameParts parts = SplitName(name);
  ASSIGN_OR_RETURN(const pg::Rows rows, as_of
                                            ? tx.Exec(kLoadAsOf, {parts.district, *as_of, parts.id})
                                            : tx.Exec(kLoadClock, {parts.district, parts.id}));
  if (rows.empty()) return rectify::NotFoundError(name);
  std::vector<Clock> clocks = ReadRows(rows);
  RETURN_IF_ERROR(LoadChanges(tx, parts.district, clocks));
  Forget(clocks, as_of);
  return std::move(clocks[0]);
}

absl::StatusOr<std::pair<std::vector<Clock>, std::string>> ListClocks(
    pg::Tx& tx, absl::string_view district, const Page& page, absl::Time now,
    std::optional<absl::Time> as_of) {
  std::vector<pg::Param> scope = {district};
  if (as_of) scope.emplace_back(*as_of);
  ASSIGN_OR_RETURN(const query::ListQuery list,
                   query::ListQuery::Build(as_of ? ClockListAsOf() : ClockList(), std::move(scope),
                                           page.filter, page.size, page.token));
  RETURN_IF_ERROR(SetListTime(tx, now));
  ASSIGN_OR_RETURN(auto clocks, list.Run<Clock>(tx, ReadClock));
  RETURN_IF_ERROR(LoadChanges(tx, district, clocks.first));
  Forget(clocks.first, as_of);
  return clocks;
}

absl::StatusOr<std::vector<Clock>> LockOpenClocks(pg::Tx& tx,
                                                  const std::vector<std::string>& subjects) {
  if (subjects.empty()) return std::vector<Clock>();
  std::vector<std::string> districts;
  districts.reserve(subjects.size());
  for (const std::string& subject : subjects) districts.push_back(DistrictOf(subject));
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLockOpen, {districts, subjects}));
  return ReadRows(rows);
}

absl::StatusOr<std::vector<Clock>> LockOpenClocksOfVenue(pg::Tx& tx, absl::string_view venue) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLockOfVenue, {DistrictOf(venue), venue}));
  return ReadRows(rows);
}

absl::StatusOr<std::vector<Clock>> LockUnannouncedOverdue(pg::Tx& tx, absl::Time now, int limit) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLockOverdue, {now, limit}));
  return ReadRows(rows);
}

absl::StatusOr<std::vector<Clock>> LockDependingOn(pg::Tx& tx, absl::CivilDay from,
                                                   absl::CivilDay to, absl::string_view district) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Exec(kLockDepending, {from, StartOfDay(to + 1), district}));
  return ReadRows(rows);
}

absl::StatusOr<absl::Time> NextUnannouncedDue(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kNextDue));
  return rows[0].OptTime(0).value_or(absl::InfiniteFuture());
}

absl::StatusOr<FallenThrough> FindFallenThrough(pg::Tx& tx, absl::string_view district, int limit) {
  FallenThrough result;
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kFallen, {district, limit}));
  for (const pg::Row row : rows) result.findings.push_back(row.Text(0));
  ASSIGN_OR_RETURN(const pg::Rows open, tx.Exec(kOpenFindings, {district}));
  result.open_findings = open[0].Int(0);
  return result;
}

absl::StatusOr<int64_t> CountFallenThrough(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kCountFallen));
  return rows[0].Int(0);
}

}  // namespace rectify::deadline::store

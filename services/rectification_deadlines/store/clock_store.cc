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

namespace rectify::deadline::store {
namespace {

using domain::Clock;

#define CLOCK_COLUMNS                                                                           \
  "district, id, kind, title, subject, findings, owner, venue, reminder_ladder, start_time, "   \
  "amount, unit, coercive, basis, due_time, due_date, first_due_date, provisional, "            \
  "calendar_version, state, overdue_announced, end_time, met_in_time, version, subject_title, " \
  "side, handling_officer, party, street, suspensions, suspended_from, suspend_reason"

constexpr pg::Statement kLoad = {"deadline.load_clock",
                                 "select " CLOCK_COLUMNS
                                 " from clocks where district = $1 and id = $2::uuid"};

// What a clock was at an instant, as a row of clocks.
#define CLOCKS_AS_OF                                                                           \
  "(select c.district, id, kind, title, subject, findings, owner, venue, reminder_ladder, "    \
  "h.start_time, amount, unit, coercive, basis, h.due_time, h.due_date, first_due_date, "      \
  "h.provisional, h.calendar_version, h.state, overdue_announced, h.end_time, h.met_in_time, " \
  "h.version, subject_title, side, handling_officer, party, street, h.suspensions, "           \
  "h.suspended_from, h.suspend_reason from clocks c cross join lateral (select * from "        \
  "clock_history where district = c.district and clock_id = c.id and record_time <= "          \
  "$2::timestamptz order by version desc limit 1) h where c.district = $1) as clocks"

constexpr pg::Statement kLoadAsOf = {"deadline.load_clock_as_of",
                                     "select " CLOCK_COLUMNS " from " CLOCKS_AS_OF
                                     " where id = $3::uuid"};

// The last of several changes in one transaction stays.
constexpr pg::Statement kRecord = {"deadline.record_clocks", R"sql(
  insert into clock_history
  select district, id, version, $3::timestamptz, start_time, due_time, due_date, provisional,
         calendar_version, state, end_time, met_in_time, suspensions, suspended_from,
         suspend_reason
    from clocks join unnest($1::text[], $2::uuid[]) as t(district, id) using (district, id)
  on conflict (district, clock_id, version) do update
     set due_time = excluded.due_time, due_date = excluded.due_date, state = excluded.state,
         end_time = excluded.end_time, met_in_time = excluded.met_in_time,
         suspensions = excluded.suspensions, suspended_from = excluded.suspended_from,
         suspend_reason = excluded.suspend_reason)sql"};

constexpr pg::Statement kLockOpen = {"deadline.lock_open_clocks",
                                     "select " CLOCK_COLUMNS
                                     " from clocks where district = $1 and subject = $2 and "
                                     "state in (1, 4) order by id for update"};

constexpr pg::Statement kLockOverdue = {
    "deadline.lock_overdue_clocks", "select " CLOCK_COLUMNS
                                    " from clocks where state = 1 and not overdue_announced and "
                                    "due_time < $1::timestamptz order by due_time "
                                    "limit $2::bigint for update skip locked"};

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

// `findings` are array literals, because unnest would flatten an array of arrays.
constexpr pg::Statement kInsert = {"deadline.insert_clocks", R"sql(
  insert into clocks (district, id, kind, title, subject, findings, owner, venue, reminder_ladder,
                      start_time, amount, unit, coercive, basis, due_time, due_date,
                      first_due_date, provisional, calendar_version, state, overdue_announced,
                      end_time, met_in_time, version, subject_title, side, handling_officer, party,
                      street)
  select district, id, kind, title, subject, findings::text[], owner, venue, reminder_ladder,
         start_time, amount, unit, coercive, basis, due_time, due_date, first_due_date,
         provisional, calendar_version, 1, false, null, false, version,
         subject_title, side, handling_officer, party, street
    from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::int[],
                $12::smallint[], $13::boolean[], $14::text[], $15::timestamptz[], $16::date[],
                $17::date[], $18::boolean[], $19::text[], $20::bigint[], $21::text[],
                $22::smallint[], $23::text[], $24::text[], $25::text[])
         as t(district, id, kind, title, subject, findings, owner, venue, reminder_ladder,
              start_time, amount, unit, coercive, basis, due_time, due_date, first_due_date,
              provisional, calendar_version, version, subject_title, side, handling_officer, party,
              street))sql"};

constexpr pg::Statement kUpdate = {"deadline.update_clocks", R"sql(
  update clocks c
     set start_time = t.start_time, due_time = t.due_time, due_date = t.due_date,
         provisional = t.provisional, calendar_version = t.calendar_version, state = t.state,
         overdue_announced = t.overdue_announced, end_time = t.end_time,
         met_in_time = t.met_in_time, version = t.version,
         suspensions = t.suspensions::text[], suspended_from = t.suspended_from,
         suspend_reason = t.suspend_reason,
         amount = case when t.stated then null else c.amount end
    from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::date[],
                $6::boolean[], $7::text[], $8::smallint[], $9::boolean[], $10::timestamptz[],
                $11::boolean[], $12::bigint[], $13::text[], $14::date[], $15::text[],
                $16::boolean[])
         as t(district, id, start_time, due_time, due_date, provisional, calendar_version, state,
              overdue_announced, end_time, met_in_time, version, suspensions, suspended_from,
              suspend_reason, stated)
   where c.district = t.district and c.id = t.id)sql"};

// The version at which a change was made numbers it.
constexpr pg::Statement kInsertChanges = {"deadline.insert_clock_changes", R"sql(
  insert into clock_changes (district, clock_id, position, change_time, old_due_date,
                             new_due_date, old_calendar_version, new_calendar_version, reason)
  select * from unnest($1::text[], $2::uuid[], $3::int[], $4::timestamptz[], $5::date[],
                       $6::date[], $7::text[], $8::text[], $9::text[])
  on conflict (district, clock_id, position) do nothing)sql"};

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

std::string WriteInterval(const domain::Suspension& suspension) {
  return absl::StrCat(FormatCivilDay(suspension.from), "/", FormatCivilDay(suspension.to), " ",
                      suspension.reason);
}

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

// An array literal, because unnest would flatten an array of arrays.
std::string ToLiteral(const std::vector<std::string>& texts) {
  return pg::Param(texts).text().value_or("{}");
}

Clock ReadRow(const pg::Row& row) {
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
  for (const pg::Row row : rows) clocks.push_back(ReadRow(row));
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

absl::Status InsertChanges(pg::Tx& tx, const std::vector<Clock>& clocks) {
  std::vector<std::string> districts, ids, old_versions, new_versions, reasons;
  std::vector<int64_t> positions;
  std::vector<absl::Time> times;
  std::vector<std::optional<absl::CivilDay>> old_days, new_days;
  for (const Clock& clock : clocks) {
    if (clock.changes.empty()) continue;
    const domain::DueDateChange& change = clock.changes.back();
    const NameParts name = SplitName(clock.name);
    districts.push_back(name.district);
    ids.push_back(name.id);
    positions.push_back(clock.version);
    times.push_back(change.change_time);
    old_days.push_back(change.old_due_date);
    new_days.push_back(change.new_due_date);
    old_versions.push_back(change.old_calendar_version);
    new_versions.push_back(change.new_calendar_version);
    reasons.push_back(change.reason);
  }
  if (ids.empty()) return absl::OkStatus();
  return tx
      .Exec(kInsertChanges, {districts, ids, positions, times, old_days, new_days, old_versions,
                             new_versions, reasons})
      .status();
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
                 {"venue", Field::Kind::kText, "venue = $?"},
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

absl::Status Record(pg::Tx& tx, const std::vector<std::string>& districts,
                    const std::vector<std::string>& ids, absl::Time now) {
  return tx.Exec(kRecord, {districts, ids, now}).status();
}

}  // namespace

absl::StatusOr<Clock> LoadClock(pg::Tx& tx, absl::string_view name,
                                std::optional<absl::Time> as_of) {
  const NameParts parts = SplitName(name);
  ASSIGN_OR_RETURN(const pg::Rows rows, as_of
                                            ? tx.Exec(kLoadAsOf, {parts.district, *as_of, parts.id})
                                            : tx.Exec(kLoad, {parts.district, parts.id}));
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
  ASSIGN_OR_RETURN(auto clocks, list.Run<Clock>(tx, ReadRow));
  RETURN_IF_ERROR(LoadChanges(tx, district, clocks.first));
  Forget(clocks.first, as_of);
  return clocks;
}

absl::StatusOr<std::vector<Clock>> LockOpenClocks(pg::Tx& tx, absl::string_view subject) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLockOpen, {DistrictOf(subject), subject}));
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

absl::Status InsertClocks(pg::Tx& tx, const std::vector<Clock>& clocks, absl::Time now) {
  if (clocks.empty()) return absl::OkStatus();
  std::vector<std::string> districts, ids, kinds, titles, subjects, findings, owners, venues,
      ladders, versions_of_calendar, subject_titles, officers, parties, streets;
  std::vector<int> sides;
  std::vector<absl::Time> starts, due_times;
  std::vector<std::optional<int>> amounts, units;
  std::vector<std::optional<bool>> coercive;
  std::vector<std::optional<std::string>> bases;
  std::vector<std::optional<absl::CivilDay>> due_dates, first_due_dates;
  std::vector<bool> provisional;
  std::vector<int64_t> versions;
  for (const Clock& clock : clocks) {
    const NameParts name = SplitName(clock.name);
    const auto& period = clock.period;
    districts.push_back(name.district);
    ids.push_back(name.id);
    kinds.push_back(clock.kind);
    titles.push_back(clock.title);
    subjects.push_back(clock.subject);
    findings.push_back(ToLiteral(clock.findings));
    owners.push_back(clock.owner);
    venues.push_back(clock.venue);
    ladders.push_back(clock.reminder_ladder);
    starts.push_back(clock.start_time);
    amounts.push_back(period ? std::optional(period->amount) : std::nullopt);
    units.push_back(period ? std::optional(static_cast<int>(period->unit)) : std::nullopt);
    coercive.push_back(period ? std::optional(period->coercive) : std::nullopt);
    bases.push_back(period ? std::optional(period->basis) : std::nullopt);
    due_times.push_back(clock.due_time);
    due_dates.push_back(clock.due_date);
    first_due_dates.push_back(clock.first_due_date);
    provisional.push_back(clock.provisional);
    versions_of_calendar.push_back(clock.calendar_version);
    versions.push_back(clock.version);
    subject_titles.push_back(clock.subject_title);
    sides.push_back(static_cast<int>(clock.side));
    officers.push_back(clock.handling_officer);
    parties.push_back(clock.party);
    streets.push_back(clock.street);
  }
  RETURN_IF_ERROR(tx.Exec(kInsert, {districts,
                                    ids,
                                    kinds,
                                    titles,
                                    subjects,
                                    findings,
                                    owners,
                                    venues,
                                    ladders,
                                    starts,
                                    amounts,
                                    units,
                                    coercive,
                                    bases,
                                    due_times,
                                    due_dates,
                                    first_due_dates,
                                    provisional,
                                    versions_of_calendar,
                                    versions,
                                    subject_titles,
                                    sides,
                                    officers,
                                    parties,
                                    streets})
                      .status());
  return Record(tx, districts, ids, now);
}

absl::Status UpdateClocks(pg::Tx& tx, const std::vector<Clock>& clocks, absl::Time now) {
  if (clocks.empty()) return absl::OkStatus();
  std::vector<std::string> districts, ids, versions_of_calendar, suspensions, suspend_reasons;
  std::vector<absl::Time> starts, due_times;
  std::vector<std::optional<absl::CivilDay>> due_dates, suspended_from;
  std::vector<std::optional<absl::Time>> end_times;
  std::vector<bool> provisional, announced, in_time, stated;
  std::vector<int> states;
  std::vector<int64_t> versions;
  for (const Clock& clock : clocks) {
    const NameParts name = SplitName(clock.name);
    stated.push_back(!clock.period);
    districts.push_back(name.district);
    ids.push_back(name.id);
    starts.push_back(clock.start_time);
    due_times.push_back(clock.due_time);
    due_dates.push_back(clock.due_date);
    provisional.push_back(clock.provisional);
    versions_of_calendar.push_back(clock.calendar_version);
    states.push_back(static_cast<int>(clock.state));
    announced.push_back(clock.overdue_announced);
    end_times.push_back(clock.end_time);
    in_time.push_back(clock.met_in_time);
    versions.push_back(clock.version);
    std::vector<std::string> intervals;
    for (const domain::Suspension& s : clock.suspensions) intervals.push_back(WriteInterval(s));
    suspensions.push_back(ToLiteral(intervals));
    suspended_from.push_back(clock.suspended_from);
    suspend_reasons.push_back(clock.suspend_reason);
  }
  RETURN_IF_ERROR(tx.Exec(kUpdate, {districts, ids, starts, due_times, due_dates, provisional,
                                    versions_of_calendar, states, announced, end_times, in_time,
                                    versions, suspensions, suspended_from, suspend_reasons, stated})
                      .status());
  RETURN_IF_ERROR(InsertChanges(tx, clocks));
  return Record(tx, districts, ids, now);
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

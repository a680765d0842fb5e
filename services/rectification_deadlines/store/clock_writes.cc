// What is written of clocks; what is read is in clock_store.cc.
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "services/rectification_deadlines/store/clock_store.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::store {
namespace {

using domain::Clock;

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
// `findings` are array literals, because unnest would flatten an array of arrays.
constexpr pg::Statement kInsertClock = {"deadline.insert_clocks", R"sql(
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

constexpr pg::Statement kUpdateClock = {"deadline.update_clocks", R"sql(
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

// What the clocks were before is told by their history from now on.
constexpr pg::Statement kPass = {"deadline.pass_clocks", R"sql(
  with passed as (
    select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bigint[])
                  as t(district, id, owner, venue, version)
  ), kept as (
    update clock_history h set former_owner = c.owner, former_venue = c.venue
      from clocks c join passed p using (district, id)
     where h.district = c.district and h.clock_id = c.id and h.former_owner is null
  )
  update clocks c set owner = p.owner, venue = p.venue, version = p.version
    from passed p where c.district = p.district and c.id = p.id)sql"};

std::string WriteInterval(const domain::Suspension& suspension) {
  return absl::StrCat(FormatCivilDay(suspension.from), "/", FormatCivilDay(suspension.to), " ",
                      suspension.reason);
}

// An array literal, because unnest would flatten an array of arrays.
std::string ToLiteral(const std::vector<std::string>& texts) {
  return pg::Param(texts).text().value_or("{}");
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
  return tx.Send(kInsertChanges, {districts, ids, positions, times, old_days, new_days,
                                  old_versions, new_versions, reasons});
}

absl::Status Record(pg::Tx& tx, const std::vector<std::string>& districts,
                    const std::vector<std::string>& ids, absl::Time now) {
  return tx.Send(kRecord, {districts, ids, now});
}

}  // namespace

absl::Status InsertClocks(pg::Tx& tx, const std::vector<Clock>& clocks, absl::Time now) {
  if (clocks.empty()) return absl::OkStatus();
  std::vector<std::vector<pg::Param>> rows;
  rows.reserve(clocks.size());
  std::vector<std::string> districts, ids;
  for (const Clock& clock : clocks) {
    const NameParts name = SplitName(clock.name);
    districts.push_back(name.district);
    ids.push_back(name.id);
    const auto of_period = [&](auto value) {
      return clock.period ? pg::Param(value(*clock.period)) : pg::Param(nullptr);
    };
    using Rule = domain::PeriodRule;
    rows.push_back({name.district,
                    name.id,
                    clock.kind,
                    clock.title,
                    clock.subject,
                    clock.findings,
                    clock.owner,
                    clock.venue,
                    clock.reminder_ladder,
                    clock.start_time,
                    of_period([](const Rule& rule) { return rule.amount; }),
                    of_period([](const Rule& rule) { return static_cast<int>(rule.unit); }),
                    of_period([](const Rule& rule) { return rule.coercive; }),
                    of_period([](const Rule& rule) { return rule.basis; }),
                    clock.due_time,
                    clock.due_date,
                    clock.first_due_date,
                    clock.provisional,
                    clock.calendar_version,
                    clock.version,
                    clock.subject_title,
                    static_cast<int>(clock.side),
                    clock.handling_officer,
                    clock.party,
                    clock.street});
  }
  RETURN_IF_ERROR(tx.Send(kInsertClock, pg::Columns(rows)));
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
  RETURN_IF_ERROR(
      tx.Send(kUpdateClock, {districts, ids, starts, due_times, due_dates, provisional,
                             versions_of_calendar, states, announced, end_times, in_time, versions,
                             suspensions, suspended_from, suspend_reasons, stated}));
  RETURN_IF_ERROR(InsertChanges(tx, clocks));
  return Record(tx, districts, ids, now);
}

absl::Status PassClocks(pg::Tx& tx, const std::vector<Clock>& clocks, absl::Time now) {
  if (clocks.empty()) return absl::OkStatus();
  std::vector<std::string> districts, ids, owners, venues;
  std::vector<int64_t> versions;
  for (const Clock& clock : clocks) {
    const NameParts name = SplitName(clock.name);
    districts.push_back(name.district);
    ids.push_back(name.id);
    owners.push_back(clock.owner);
    venues.push_back(clock.venue);
    versions.push_back(clock.version);
  }
  RETURN_IF_ERROR(tx.Send(kPass, {districts, ids, owners, venues, versions}));
  return Record(tx, districts, ids, now);
}

}  // namespace rectify::deadline::store

#include "services/reminder_dispatch/store/reachability_store.h"

#include "libs/base/status_macros.h"

namespace rectify::reminder::store {
namespace {

constexpr pg::Statement kReadExpected = {"reminder.read_expected", R"sql(
  select district, recipient, channel, count(*), min(due_time)
    from reminders where state = 1 and not_before < $1::timestamptz and channel <> 3
   group by district, recipient, channel order by district, recipient, channel)sql"};

// From one district to the next by the index: there may be millions of reminders in each.
constexpr pg::Statement kTakeUnchecked = {"reminder.take_unchecked", R"sql(
  with recursive districts as (
    select min(district) as district from reminders where state = 1
    union all
    select (select min(r.district) from reminders r where r.state = 1 and r.district > d.district)
      from districts d where d.district is not null
  )
  insert into reachability_checks as c (district, day)
  select district, $1::date from districts where district is not null
  on conflict (district) do update set day = excluded.day where c.day < excluded.day
  returning district)sql"};

constexpr pg::Statement kOpen = {"reminder.open_unreachable", R"sql(
  with before as (
    select open from unreachable_recipients where district = $1::text and recipient = $2::text
  ), saved as (
    insert into unreachable_recipients as u
      (district, recipient, reason, since_time, next_due_time, reminders, event_version, open)
    values ($1::text, $2::text, $3::text, $4::timestamptz, $5::timestamptz, $6::int, 1, true)
    on conflict (district, recipient) do update set
      reason = excluded.reason, next_due_time = excluded.next_due_time,
      reminders = excluded.reminders, open = true,
      since_time = case when u.open then u.since_time else excluded.since_time end,
      event_version = u.event_version + case when u.open then 0 else 1 end
    returning event_version
  )
  select case when coalesce((select open from before), false) then 0 else event_version end
    from saved)sql"};

constexpr pg::Statement kClose = {"reminder.close_reachable", R"sql(
  update unreachable_recipients set open = false
   where district = $1::text and open and recipient <> all($2::text[])
  returning recipient)sql"};

constexpr pg::Statement kReadUnreachable = {"reminder.read_unreachable", R"sql(
  select recipient, reason, since_time, next_due_time, reminders
    from unreachable_recipients where district = $1::text and open
   order by next_due_time, recipient limit 500)sql"};

absl::StatusOr<std::vector<std::string>> ReadNames(absl::StatusOr<pg::Rows> rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<std::string> names;
  for (pg::Row row : *rows) names.push_back(row.Text(0));
  return names;
}

}  // namespace

absl::StatusOr<std::vector<domain::Expected>> ReadExpected(pg::Tx& tx, absl::Time horizon) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadExpected, {horizon}));
  std::vector<domain::Expected> expected;
  for (pg::Row row : rows) {
    expected.push_back({row.Text(0), row.Text(1), static_cast<domain::Channel>(row.Int(2)),
                        static_cast<int>(row.Int(3)), row.Time(4)});
  }
  return expected;
}

absl::StatusOr<std::vector<std::string>> TakeUnchecked(pg::Tx& tx, absl::CivilDay day) {
  return ReadNames(tx.Exec(kTakeUnchecked, {day}));
}

absl::StatusOr<int64_t> OpenUnreachable(pg::Tx& tx, const std::string& district,
                                        const domain::Unreachable& unreachable) {
  ASSIGN_OR_RETURN(
      pg::Rows rows,
      tx.Exec(kOpen, {district, unreachable.recipient, unreachable.reason, unreachable.since_time,
                      unreachable.next_due_time, unreachable.reminders}));
  return rows[0].Int(0);
}

absl::StatusOr<std::vector<std::string>> CloseReachable(pg::Tx& tx, const std::string& district,
                                                        const std::vector<std::string>& still) {
  return ReadNames(tx.Exec(kClose, {district, still}));
}

absl::StatusOr<std::vector<domain::Unreachable>> ReadUnreachable(pg::Tx& tx,
                                                                 const std::string& district) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadUnreachable, {district}));
  std::vector<domain::Unreachable> recipients;
  for (pg::Row row : rows) {
    recipients.push_back(
        {row.Text(0), row.Text(1), row.Time(2), row.Time(3), static_cast<int>(row.Int(4))});
  }
  return recipients;
}

}  // namespace rectify::reminder::store

#include "services/reminder_dispatch/store/dispatch_store.h"

#include "libs/base/planted.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder::store {
namespace {

#define RECTIFY_REMINDER_COLUMNS_OF(t)                                                          \
  t "district, " t "id, " t "clock, " t "subject, " t "venue, " t "step, " t "recipient, " t    \
    "channel, " t "due_time, " t "due_date, " t "schedule_version, " t "state, " t "title, " t  \
    "title_template, " t "body_template, " t "catch_up, " t "repeat_days, " t "by_workdays, " t \
    "provisional, " t "not_before, " t "attempts, " t "last_error, " t "delivery, " t           \
    "settle_time, " t "event_version, " t "kind, " t "urgent, " t "statutory, " t               \
    "unless_acknowledged, " t "inhibited_by"

// A repeating reminder gives way only to its own next occurrence, which carries the chain on. The
// limits lead the planner along the indexes: what is due is little, what is planned is much.
constexpr pg::Statement kSupersede = {
    "reminder.supersede",
    "with ready as materialized ("
    "  select district, id, clock, recipient, channel, due_time, repeat_days, step"
    "    from reminders"
    "   where state = 1 and not_before <= $1::timestamptz and catch_up = 1"
    "   order by not_before, id limit $3::bigint for update skip locked"
    "), outdated as materialized ("
    "  select o.district, o.id from ready o cross join lateral ("
    "    select 1 from reminders n where n.district = o.district and n.clock = o.clock"
    "       and n.recipient = o.recipient and n.channel = o.channel and n.due_time > o.due_time"
    "       and n.due_time <= $1::timestamptz and n.state <> 6 and n.state not in (7, 9, 10)"
    "       and (o.repeat_days = 0 or n.step = o.step) limit 1) newer"
    "), closed as ("
    "  update deliveries d set state = 3, settle_time = $1::timestamptz"
    "    from outdated join reminders r using (district, id)"
    "   where d.district = r.district and d.id = r.delivery and d.state = 4"
    ") update reminders r set state = 5, last_error = $2::text, settle_time = $1::timestamptz,"
    "        event_version = r.event_version + 1"
    "    from outdated o where r.district = o.district and r.id = o.id"
    " returning " RECTIFY_REMINDER_COLUMNS_OF("r.")};

// Of a dispatcher of the former release, which died before it marked them.
constexpr pg::Statement kReleaseDead = {"reminder.release_dead", R"sql(
  with dead as (
    select district, id from reminders
     where state = 2 and lease_until < $1::timestamptz
     order by district, id for update skip locked)
  update reminders r set state = 1, lease_until = null
    from dead d where r.district = d.district and r.id = d.id)sql"};

#define RECTIFY_DUE                                             \
  "state = 1 and not_before <= $1::timestamptz and id not in (" \
  "  select unnest(reminders) from dispatch_batches"            \
  "   where holder <> $2::text and end_time > $3::timestamptz)"

// What is due is little, what is planned is much: the way leads along the indexes, from what is due
// first to its recipients and from each of them to his other due reminders; `offset 0` keeps the
// planner from another one. None may be sent before its due time.
constexpr pg::Statement kReadDue = {
    "reminder.read_due",
    "with first as materialized ("
    "  select district, recipient, channel from reminders where " RECTIFY_DUE
    "   order by not_before, id limit $4::bigint"
    "), places as materialized ("
    "  select distinct district, recipient, channel from first"
    ") select due.* from places p cross join lateral ("
    "  select " RECTIFY_REMINDER_COLUMNS_OF("r.") ", r.claim_token from reminders r"
    "   where r.district = p.district and r.recipient = p.recipient and r.channel = p.channel"
    "     and r.due_time <= $1::timestamptz and " RECTIFY_DUE " offset 0) due"
    "   order by not_before, id limit $4::bigint * 4"};

#undef RECTIFY_DUE

constexpr pg::Statement kNoteBatch = {"reminder.note_batch", R"sql(
  with over as (
    delete from dispatch_batches where end_time <= $4::timestamptz and holder <> $1::text
  )
  insert into dispatch_batches (holder, reminders, end_time)
  values ($1::text, $2::uuid[], $3::timestamptz)
  on conflict (holder) do update set reminders = excluded.reminders,
    end_time = excluded.end_time)sql"};

constexpr pg::Statement kForgetBatch = {"reminder.forget_batch", R"sql(
  delete from dispatch_batches where holder = $1::text)sql"};

// A hint that is lost with the server needs no wait for its disk.
constexpr pg::Statement kHint = {"reminder.hint",
                                 "select set_config('synchronous_commit', 'off', true)"};

// A message whole or not at all: a dispatcher that died may have left a transaction that settles it
// and holds some of its rows. Whoever took the rest would carry the message a second time.
constexpr pg::Statement kClaimInterrupted = {
    "reminder.claim_interrupted",
    "with lost as ("
    "  select district, id, delivery from reminders"
    "   where (district, delivery) in ("
    "     select district, delivery from reminders"
    "      where state = 3 and (lease_until < $1::timestamptz or claimed_by = $2::text)"
    "      order by not_before, id limit $4::bigint)"
    "     and state = 3 and (lease_until < $1::timestamptz or claimed_by = $2::text)"
    "   order by not_before, id for update skip locked"
    "), held as ("
    "  select district, delivery from reminders"
    "   where (district, delivery) in (select district, delivery from lost) and state = 3"
    "     and (district, id) not in (select district, id from lost)"
    "), taken as ("
    "  update reminders r set claim_token = r.claim_token + 1, claimed_by = $2::text,"
    "         lease_until = $3::timestamptz"
    "    from lost l where r.district = l.district and r.id = l.id"
    "     and (l.district, l.delivery) not in (select district, delivery from held)"
    " returning r.*"
    ") select " RECTIFY_REMINDER_COLUMNS_OF("t.") ", t.claim_token from taken t"
    " order by not_before, id"};

constexpr pg::Statement kPutOffReminders = {"reminder.put_off", R"sql(
  update reminders r set not_before = t.not_before, last_error = t.last_error,
         claim_token = r.claim_token + 1
    from unnest($1::text[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[])
         as t(district, id, token, not_before, last_error)
   where r.district = t.district and r.id = t.id and r.claim_token = t.token and r.state = 1)sql"};

constexpr pg::Statement kLockClaims = {"reminder.lock_claims", R"sql(
  select r.id from reminders r
    join unnest($1::text[], $2::uuid[], $3::bigint[]) as t(district, id, token)
      on r.district = t.district and r.id = t.id and r.claim_token = t.token
   where r.state = 1 order by r.district, r.id for update of r skip locked)sql"};

// The row keeps its creation, so that the ledger's order stands; text and time are the newest. What
// was marked carries on what the other parts need: joining the sets again would take the square of
// their size.
constexpr pg::Statement kMarkSending = {"reminder.mark_sending", R"sql(
  with marks as (
    select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[], $5::uuid[],
                         $6::smallint[], $7::text[], $8::text[], $9::bytea[], $10::timestamptz[],
                         $11::text[], $14::text[], $15::uuid[], $17::smallint[])
      as t(district, id, token, title, delivery, channel, address, body, sha256, write_time,
           reminder, delivery_title, former_delivery, was)
  ), marked as (
    update reminders r set state = 3, attempts = r.attempts + 1, title = m.title,
           delivery = m.delivery, claim_token = r.claim_token + 1, claimed_by = $16::text,
           lease_until = $12::timestamptz
      from marks m
     where r.district = m.district and r.id = m.id and r.claim_token = m.token
       and r.state = m.was
    returning m.*
  ), closed as (
    update deliveries d set state = 3, settle_time = $13::timestamptz
      from marked m
     where d.district = m.district and d.id = m.former_delivery and d.id <> m.delivery
       and d.state = 4
  ), written as (
    insert into deliveries as d (district, id, reminder, channel, address, title, body, body_sha256,
                                 state, provider_reply, create_time, write_time)
    select distinct on (m.district, m.delivery) m.district, m.delivery, m.reminder, m.channel,
           m.address, m.delivery_title, m.body, m.sha256, 1, '', m.write_time, m.write_time
      from marked m
     order by m.district, m.delivery
    on conflict (district, id) do update set
      channel = excluded.channel, address = excluded.address, title = excluded.title,
      body = excluded.body, body_sha256 = excluded.body_sha256, state = 1,
      write_time = excluded.write_time, settle_time = null
  )
  select id from marked)sql"};

constexpr pg::Statement kReadDelivery = {"reminder.read_delivery", R"sql(
  select reminder, channel, address, title, body, body_sha256, state, provider_reply, create_time,
         write_time
    from deliveries where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kSettleReminders = {"reminder.settle", R"sql(
  with results as (
    select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::smallint[], $5::timestamptz[],
                         $6::text[], $7::smallint[], $8::text[], $9::boolean[], $11::boolean[],
                         $12::smallint[])
      as t(district, id, token, state, not_before, reason, delivery_state, reply, event, called,
           was)
  ), settled as (
    update reminders r set state = s.state, not_before = s.not_before, last_error = s.reason,
           lease_until = null, attempts = r.attempts - case when s.called then 0 else 1 end,
           settle_time = case when s.state >= 4 then $10::timestamptz end,
           event_version = r.event_version + case when s.event then 1 else 0 end
      from results s
     where r.district = s.district and r.id = s.id and r.claim_token = s.token
       and r.state = s.was
    returning r.district, r.id, r.delivery, s.delivery_state, s.reply
  ), ledger as (
    update deliveries d set state = s.delivery_state, provider_reply = s.reply,
           settle_time = case when s.delivery_state in (2, 3) then $10::timestamptz end
      from settled s
     where d.district = s.district and d.id = s.delivery
  )
  select id from settled)sql"};

// Of a planted bug: whoever settles is taken for the holder of the claim.
constexpr pg::Statement kTokenNow = {"reminder.token_now", R"sql(
  select claim_token from reminders where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kNextDue = {"reminder.next_due", R"sql(
  select min(not_before) from reminders where state = 1)sql"};

constexpr pg::Statement kAnyTaken = {"reminder.any_taken", R"sql(
  select exists (select from reminders where state in (2, 3) order by lease_until limit 1)
      or exists (select from dispatch_batches
                  where holder <> $1::text and end_time > $2::timestamptz))sql"};

// Of the due reminders, in one go; what is superseded makes room for the next.
constexpr int kMostLookedAt = 10'000;

const std::string& DistrictOf(const Claim& claim) { return claim.reminder.district; }
const std::string& IdOf(const Claim& claim) { return claim.reminder.id; }
int64_t TokenOf(const Claim& claim) { return claim.token; }

absl::StatusOr<std::vector<Claim>> ReadClaims(absl::StatusOr<pg::Rows> rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<Claim> claims;
  for (pg::Row row : *rows) claims.push_back({ToReminder(row), row.Int(row.size() - 1)});
  return claims;
}

absl::StatusOr<std::vector<std::string>> ReadIds(absl::StatusOr<pg::Rows> rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<std::string> ids;
  for (pg::Row row : *rows) ids.push_back(row.Text(0));
  return ids;
}

}  // namespace

absl::StatusOr<std::vector<domain::Reminder>> SupersedeOutdated(pg::Tx& tx, absl::Time now) {
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kSupersede, {now, "同一时限有更新的提醒", kMostLookedAt}));
  std::vector<domain::Reminder> reminders;
  for (pg::Row row : rows) reminders.push_back(ToReminder(row));
  return reminders;
}

absl::StatusOr<std::vector<Claim>> ReadDue(pg::Tx& tx, absl::Time now, const Lease& lease,
                                           int limit) {
  return ReadClaims(tx.Exec(kReadDue, {now, lease.holder, lease.machine, limit}));
}

absl::Status NoteBatch(pg::Tx& tx, const Lease& lease, const std::vector<Claim>& batch) {
  RETURN_IF_ERROR(tx.Send(kHint, {}));
  return tx.Send(kNoteBatch, {lease.holder, pg::Column(batch, IdOf), lease.until, lease.machine});
}

absl::Status ForgetBatch(pg::Tx& tx, const std::string& holder) {
  RETURN_IF_ERROR(tx.Send(kHint, {}));
  return tx.Send(kForgetBatch, {holder});
}

absl::Status ReleaseDead(pg::Tx& tx, absl::Time machine) {
  return tx.Send(kReleaseDead, {machine});
}

absl::StatusOr<std::vector<Claim>> ClaimInterrupted(pg::Tx& tx, const Lease& lease, int limit) {
  return ReadClaims(tx.Exec(kClaimInterrupted, {lease.machine, lease.holder, lease.until, limit}));
}

absl::Status PutOff(pg::Tx& tx, const std::vector<Claim>& claims) {
  return tx
      .Exec(kPutOffReminders,
            {pg::Column(claims, DistrictOf), pg::Column(claims, IdOf), pg::Column(claims, TokenOf),
             pg::Column(claims, [](const Claim& c) { return c.reminder.not_before; }),
             pg::Column(claims, [](const Claim& c) { return c.reminder.last_error; })})
      .status();
}

absl::StatusOr<std::vector<std::string>> LockClaims(pg::Tx& tx, const std::vector<Claim>& claims) {
  return ReadIds(tx.Exec(kLockClaims, {pg::Column(claims, DistrictOf), pg::Column(claims, IdOf),
                                       pg::Column(claims, TokenOf)}));
}

absl::StatusOr<std::vector<std::string>> MarkSending(pg::Tx& tx, const std::vector<Mark>& marks,
                                                     const Lease& lease, absl::Time now) {
  std::vector<std::string> districts, ids, titles, deliveries, addresses, bodies, names,
      delivery_titles;
  std::vector<int64_t> tokens, channels, states;
  std::vector<pg::Bytes> hashes;
  std::vector<pg::Param> formers;
  std::vector<absl::Time> write_times;
  for (const Mark& mark : marks) {
    districts.push_back(mark.delivery.district);
    ids.push_back(mark.claim.reminder.id);
    tokens.push_back(mark.claim.token);
    titles.push_back(mark.claim.reminder.title);
    delivery_titles.push_back(mark.delivery.title);
    deliveries.push_back(mark.delivery.id);
    channels.push_back(static_cast<int64_t>(mark.delivery.channel));
    states.push_back(static_cast<int64_t>(mark.claim.reminder.state));
    addresses.push_back(mark.delivery.address);
    bodies.push_back(mark.delivery.body);
    hashes.push_back({mark.delivery.body_sha256});
    write_times.push_back(mark.delivery.write_time);
    names.push_back(mark.delivery.reminder);
    const std::string& former = mark.claim.reminder.delivery;
    formers.push_back(former.empty() ? pg::Param(nullptr) : pg::Param(former));
  }
  return ReadIds(tx.Exec(kMarkSending, {districts, ids, tokens, titles, deliveries, channels,
                                        addresses, bodies, hashes, write_times, names, lease.until,
                                        now, delivery_titles, formers, lease.holder, states}));
}

absl::StatusOr<domain::Delivery> ReadDelivery(pg::Tx& tx, const std::string& district,
                                              const std::string& id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadDelivery, {district, id}));
  if (rows.empty()) return absl::DataLossError("a reminder is being sent without a delivery");
  const pg::Row row = rows[0];
  domain::Delivery delivery;
  delivery.district = district;
  delivery.id = id;
  delivery.reminder = row.Text(0);
  delivery.channel = static_cast<domain::Channel>(row.Int(1));
  delivery.address = row.Text(2);
  delivery.title = row.Text(3);
  delivery.body = row.Text(4);
  delivery.body_sha256 = row.Bytes(5);
  delivery.state = static_cast<domain::DeliveryState>(row.Int(6));
  delivery.provider_reply = row.Text(7);
  delivery.create_time = row.Time(8);
  delivery.write_time = row.Time(9);
  return delivery;
}

absl::StatusOr<std::vector<std::string>> Settle(pg::Tx& tx,
                                                const std::vector<Settlement>& settlements,
                                                absl::Time now) {
  std::vector<std::string> districts, ids, reasons, replies;
  std::vector<int64_t> tokens, former_states, states, delivery_states;
  std::vector<absl::Time> not_befores;
  std::vector<bool> events, called;
  for (const Settlement& each : settlements) {
    districts.push_back(each.claim.reminder.district);
    ids.push_back(each.claim.reminder.id);
    tokens.push_back(each.claim.token);
    if (RECTIFY_PLANTED("settle_without_token")) {
      ASSIGN_OR_RETURN(pg::Rows now_held, tx.Exec(kTokenNow, {districts.back(), ids.back()}));
      tokens.back() = now_held[0].Int(0);
    }
    former_states.push_back(static_cast<int64_t>(each.claim.reminder.state));
    states.push_back(static_cast<int64_t>(each.outcome.state));
    not_befores.push_back(each.outcome.not_before);
    reasons.push_back(each.outcome.reason);
    delivery_states.push_back(static_cast<int64_t>(each.delivery_state));
    replies.push_back(each.reply);
    events.push_back(each.event);
    called.push_back(each.called);
  }
  return ReadIds(
      tx.Exec(kSettleReminders, {districts, ids, tokens, states, not_befores, reasons,
                                 delivery_states, replies, events, now, called, former_states}));
}

absl::StatusOr<absl::Time> NextDue(pg::Tx& tx) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kNextDue));
  return rows[0].OptTime(0).value_or(absl::InfiniteFuture());
}

absl::StatusOr<bool> AnyTaken(pg::Tx& tx, const std::string& holder, absl::Time machine) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kAnyTaken, {holder, machine}));
  return rows[0].Bool(0);
}

}  // namespace rectify::reminder::store

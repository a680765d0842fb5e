#include "services/reminder_dispatch/store/replay_store.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder::store {
namespace {

// The ledger is indexed by creation. No message tries for longer than a month, so what was accepted
// in the range was created from a month before it on.
constexpr pg::Statement kFind = {"reminder.find_accepted", R"sql(
  select d.id, r.recipient,
         exists (select from replays p where p.district = d.district and p.original = d.id)
    from deliveries d
    join reminders r on r.district = d.district
     and r.id = substring(d.reminder from '[^/]*$')::uuid
   where d.district = $1::text and d.state = 2 and d.original is null
     and d.create_time >= $4::timestamptz - interval '31 days' and d.create_time < $5::timestamptz
     and d.settle_time >= $4::timestamptz and d.settle_time < $5::timestamptz
     and ($2::int = 0 or d.channel = $2::int) and ($3::text = '' or r.recipient = $3::text)
   order by d.settle_time, d.id limit $6::bigint)sql"};

// The ledger entry holds the original's words, and no address before it is sent.
constexpr pg::Statement kInsertReplay = {"reminder.insert_replays", R"sql(
  with queued as (
    insert into replays (district, delivery, original, recipient, accept_time, include_ended,
                         not_before)
    select d.district, t.id, t.original, t.recipient, d.settle_time, $5::boolean, $6::timestamptz
      from unnest($2::uuid[], $3::uuid[], $4::text[]) as t(id, original, recipient)
      join deliveries d on d.district = $1::text and d.id = t.original
    on conflict (district, original) do nothing
    returning district, delivery, original
  )
  insert into deliveries (district, id, reminder, channel, address, title, body, body_sha256, state,
                          provider_reply, create_time, write_time, original)
  select q.district, q.delivery, d.reminder, d.channel, '', d.title, d.body, d.body_sha256, 4, '',
         $6::timestamptz, d.write_time, q.original
    from queued q join deliveries d on d.district = q.district and d.id = q.original)sql"};

// In the order in which the originals were accepted.
constexpr pg::Statement kClaim = {"reminder.claim_replays", R"sql(
  with due as (
    select district, delivery from replays
     where not_before <= $1::timestamptz
       and (lease_until is null or lease_until < $2::timestamptz or claimed_by = $3::text)
     order by not_before, accept_time, delivery for update skip locked limit $5::bigint
  ), taken as (
    update replays p set claim_token = p.claim_token + 1, claimed_by = $3::text,
           lease_until = $4::timestamptz
      from due t where p.district = t.district and p.delivery = t.delivery returning p.*
  )
  select t.district, t.delivery, t.original, t.recipient, t.include_ended, t.attempts,
         t.claim_token, d.reminder, d.channel, d.title, d.body, d.write_time
    from taken t join deliveries d on d.district = t.district and d.id = t.delivery
   order by t.not_before, t.accept_time, t.delivery)sql"};

constexpr pg::Statement kPutOffReplays = {"reminder.put_off_replays", R"sql(
  update replays p set not_before = $4::timestamptz, lease_until = null, claimed_by = null
    from unnest($1::text[], $2::uuid[], $3::bigint[]) as t(district, delivery, token)
   where p.district = t.district and p.delivery = t.delivery and p.claim_token = t.token)sql"};

constexpr pg::Statement kMarkReplay = {"reminder.mark_replay", R"sql(
  with marked as (
    update replays set attempts = attempts + 1, lease_until = $4::timestamptz
     where district = $1::text and delivery = $2::uuid and claim_token = $3::bigint
    returning district, delivery
  )
  update deliveries d set state = 1, address = $5::text, body_sha256 = $6::bytea
    from marked m where d.district = m.district and d.id = m.delivery)sql"};

constexpr pg::Statement kSettleReplay = {"reminder.settle_replay", R"sql(
  with settled as (
    delete from replays
     where district = $1::text and delivery = $2::uuid and claim_token = $3::bigint
    returning district, delivery
  )
  update deliveries d set state = $4::smallint, provider_reply = $5::text,
         settle_time = $6::timestamptz
    from settled s where d.district = s.district and d.id = s.delivery)sql"};

constexpr pg::Statement kTryAgain = {"reminder.try_replay_again", R"sql(
  with waiting as (
    update replays set not_before = $6::timestamptz, lease_until = null, claimed_by = null
     where district = $1::text and delivery = $2::uuid and claim_token = $3::bigint
    returning district, delivery
  )
  update deliveries d set state = $4::smallint, provider_reply = $5::text
    from waiting w where d.district = w.district and d.id = w.delivery)sql"};

constexpr pg::Statement kReadQueue = {"reminder.read_replay_queue", R"sql(
  select min(not_before), coalesce(bool_or(lease_until is not null), false) from replays)sql"};

}  // namespace

absl::StatusOr<std::vector<ReplayCandidate>> FindAccepted(pg::Tx& tx,
                                                          const ReplayQuestion& question,
                                                          int limit) {
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kFind, {question.district, question.channel, question.recipient,
                                   question.start, question.end, limit}));
  std::vector<ReplayCandidate> candidates;
  for (pg::Row row : rows) candidates.push_back({row.Text(0), row.Text(1), row.Bool(2)});
  return candidates;
}

absl::StatusOr<std::map<std::string, std::vector<domain::SpokenReminder>>> ReadSpoken(
    pg::Tx& tx, const std::string& district, const std::vector<std::string>& deliveries) {
  ASSIGN_OR_RETURN(const std::vector<domain::Reminder> reminders,
                   ReadByDelivery(tx, district, deliveries));
  std::vector<std::string> clock_names;
  clock_names.reserve(reminders.size());
  for (const domain::Reminder& reminder : reminders) clock_names.push_back(reminder.clock);
  ASSIGN_OR_RETURN(const auto clocks, ReadClocks(tx, clock_names));
  std::map<std::string, std::vector<domain::SpokenReminder>> spoken;
  for (const domain::Reminder& reminder : reminders) {
    const auto clock = clocks.find(reminder.clock);
    if (clock == clocks.end()) return absl::DataLossError("a reminder without its clock");
    spoken[reminder.delivery].push_back({reminder, clock->second});
  }
  return spoken;
}

absl::StatusOr<int> InsertReplays(pg::Tx& tx, const std::string& district,
                                  const std::vector<NewReplay>& replays, bool include_ended,
                                  absl::Time now) {
  if (replays.empty()) return 0;
  std::vector<std::string> ids, originals, recipients;
  for (const NewReplay& each : replays) {
    ids.push_back(each.id);
    originals.push_back(each.original);
    recipients.push_back(each.recipient);
  }
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kInsertReplay, {district, ids, originals, recipients,
                                                          include_ended, now}));
  return static_cast<int>(rows.affected());
}

absl::StatusOr<std::vector<ReplayClaim>> ClaimReplays(pg::Tx& tx, absl::Time now,
                                                      const Lease& lease, int limit) {
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kClaim, {now, lease.machine, lease.holder, lease.until, limit}));
  std::vector<ReplayClaim> claims;
  for (pg::Row row : rows) {
    ReplayClaim claim;
    claim.delivery.district = row.Text(0);
    claim.delivery.id = row.Text(1);
    claim.delivery.original = row.Text(2);
    claim.recipient = row.Text(3);
    claim.include_ended = row.Bool(4);
    claim.attempts = static_cast<int>(row.Int(5));
    claim.token = row.Int(6);
    claim.delivery.reminder = row.Text(7);
    claim.delivery.channel = static_cast<domain::Channel>(row.Int(8));
    claim.delivery.title = row.Text(9);
    claim.delivery.body = row.Text(10);
    claim.delivery.write_time = row.Time(11);
    claims.push_back(std::move(claim));
  }
  return claims;
}

absl::Status PutOffReplays(pg::Tx& tx, const std::vector<ReplayClaim>& claims, absl::Time until) {
  std::vector<std::string> districts, ids;
  std::vector<int64_t> tokens;
  for (const ReplayClaim& claim : claims) {
    districts.push_back(claim.delivery.district);
    ids.push_back(claim.delivery.id);
    tokens.push_back(claim.token);
  }
  return tx.Exec(kPutOffReplays, {districts, ids, tokens, until}).status();
}

absl::StatusOr<bool> MarkReplaySending(pg::Tx& tx, const ReplayClaim& claim, absl::Time lease_end) {
  const domain::Delivery& delivery = claim.delivery;
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kMarkReplay, {delivery.district, delivery.id, claim.token, lease_end,
                                         delivery.address, pg::Bytes{delivery.body_sha256}}));
  return rows.affected() > 0;
}

absl::StatusOr<bool> SettleReplay(pg::Tx& tx, const ReplayClaim& claim,
                                  const domain::ReplayFate& fate, const std::string& reply,
                                  absl::Time now) {
  const bool again = fate.state == domain::DeliveryState::kWaiting;
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(again ? kTryAgain : kSettleReplay,
                                          {claim.delivery.district, claim.delivery.id, claim.token,
                                           static_cast<int64_t>(fate.state), reply,
                                           again ? fate.not_before : now}));
  return rows.affected() > 0;
}

absl::StatusOr<ReplayQueue> ReadReplayQueue(pg::Tx& tx) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadQueue));
  return ReplayQueue{rows[0].OptTime(0).value_or(absl::InfiniteFuture()), rows[0].Bool(1)};
}

}  // namespace rectify::reminder::store

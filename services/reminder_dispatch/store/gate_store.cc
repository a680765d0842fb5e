#include "services/reminder_dispatch/store/gate_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "libs/rpc/resource_name.h"

namespace rectify::reminder::store {
namespace {

#define RECTIFY_MUTE_COLUMNS "district, id, clock, recipient, author, reason, start_time, end_time"

constexpr pg::Statement kInsertMute = {"reminder.insert_mute", R"sql(
  insert into mutes (district, id, clock, recipient, author, reason, start_time, end_time)
  values ($1::text, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::timestamptz,
          $8::timestamptz))sql"};
constexpr pg::Statement kLockMute = {"reminder.lock_mute",
                                     "select " RECTIFY_MUTE_COLUMNS
                                     " from mutes where district = $1::text and id = $2::uuid"
                                     " for update"};
constexpr pg::Statement kSetMuteEnd = {"reminder.set_mute_end", R"sql(
  update mutes set end_time = $3::timestamptz
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kReadMutes = {
    "reminder.read_mutes", "select " RECTIFY_MUTE_COLUMNS
                           " from mutes where district = $1::text and end_time > $2::timestamptz"
                           "   and (clock = '' or clock = any($3::text[]))"
                           "   and (recipient = '' or recipient = any($4::text[]))"
                           " order by start_time, id"};

constexpr pg::Statement kSaveAcknowledgement = {"reminder.save_acknowledgement", R"sql(
  insert into acknowledgements (district, clock, schedule_version, author, note, acknowledge_time,
                                end_time)
  values ($1::text, $2::text, $3::int, $4::text, $5::text, $6::timestamptz, $7::timestamptz)
  on conflict (district, clock, schedule_version) do update set
    author = excluded.author, note = excluded.note, acknowledge_time = excluded.acknowledge_time,
    end_time = excluded.end_time)sql"};

constexpr pg::Statement kReadAcknowledgements = {"reminder.read_acknowledgements", R"sql(
  select a.clock, a.schedule_version, a.author, a.note, a.acknowledge_time, a.end_time
    from acknowledgements a join clocks c
      on c.district = a.district and c.name = a.clock and c.schedule_version = a.schedule_version
   where a.district = $1::text and a.clock = any($2::text[]) and a.end_time > $3::timestamptz)sql"};

// The cause speaks to the recipient when that one has a reminder of it that was sent or will be.
constexpr pg::Statement kReadInhibitors = {"reminder.read_inhibitors", R"sql(
  select r.id, c.title
    from reminders r
    join clocks c on c.district = r.district and c.subject = r.subject and c.name <> r.clock
     and c.running and c.start_time <= $3::timestamptz and c.kind = any(r.inhibited_by)
   where r.district = $1::text and r.id = any($2::uuid[]) and exists (
     select from reminders n where n.district = c.district and n.clock = c.name
        and n.recipient = r.recipient and n.state in (1, 2, 3, 4, 8))
   order by r.id, c.title)sql"};

constexpr pg::Statement kFillBucket = {"reminder.fill_bucket", R"sql(
  insert into rate_buckets (district, key, tokens, fill_time)
  values ($1::text, $2::text, $3::double precision, $4::timestamptz) on conflict do nothing)sql"};
constexpr pg::Statement kLockBucket = {"reminder.lock_bucket", R"sql(
  select tokens, fill_time from rate_buckets
   where district = $1::text and key = $2::text for update)sql"};
constexpr pg::Statement kSaveBucket = {"reminder.save_bucket", R"sql(
  update rate_buckets set tokens = $3::double precision, fill_time = $4::timestamptz
   where district = $1::text and key = $2::text)sql"};

domain::Mute ToMute(const pg::Row& row) {
  return {row.Text(0), row.Text(1), row.Text(2), row.Text(3),
          row.Text(4), row.Text(5), row.Time(6), row.Time(7)};
}

using Kind = query::ListField::Kind;

const query::ListSpec& MuteList() {
  static const query::ListSpec& spec = *new query::ListSpec{
      .name = "reminder.list_mutes",
      .columns = RECTIFY_MUTE_COLUMNS,
      .from = "mutes where district = $1::text",
      .fields = {{"clock", Kind::kText, "clock = $?::text"},
                 {"recipient", Kind::kText, "recipient = $?::text"},
                 {"author", Kind::kText, "author = $?::text"}},
      .order = {{"start_time", "timestamptz"}, {"id", "uuid"}},
      .descending = true,
  };
  return spec;
}

std::string KeyOf(const domain::RateLimit& limit, const std::string& recipient) {
  const std::string channel = absl::StrCat("channels/", static_cast<int>(limit.channel));
  return limit.per_recipient ? absl::StrCat(channel, "/", recipient) : channel;
}

}  // namespace

absl::Status InsertMute(pg::Tx& tx, const domain::Mute& mute) {
  return tx
      .Exec(kInsertMute, {mute.district, mute.id, mute.clock, mute.recipient, mute.author,
                          mute.reason, mute.start_time, mute.end_time})
      .status();
}

absl::StatusOr<std::optional<domain::Mute>> LockMute(pg::Tx& tx, const std::string& district,
                                                     const std::string& id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockMute, {district, id}));
  if (rows.empty()) return std::optional<domain::Mute>();
  return std::optional(ToMute(rows[0]));
}

absl::Status SetMuteEnd(pg::Tx& tx, const domain::Mute& mute) {
  return tx.Exec(kSetMuteEnd, {mute.district, mute.id, mute.end_time}).status();
}

absl::StatusOr<std::pair<std::vector<domain::Mute>, std::string>> ListMutes(
    pg::Tx& tx, const ListQuestion& question) {
  ASSIGN_OR_RETURN(query::ListQuery list,
                   query::ListQuery::Build(MuteList(), {question.district}, question.filter,
                                           question.page_size, question.page_token));
  return list.Run<domain::Mute>(tx, ToMute);
}

absl::Status SaveAcknowledgement(pg::Tx& tx, const domain::Acknowledgement& acknowledgement) {
  return tx
      .Exec(kSaveAcknowledgement,
            {rpc::DistrictOf(acknowledgement.clock), acknowledgement.clock,
             acknowledgement.schedule_version, acknowledgement.author, acknowledgement.note,
             acknowledgement.acknowledge_time, acknowledgement.end_time})
      .status();
}

absl::StatusOr<std::map<std::string, domain::Standing>> ReadStandings(
    pg::Tx& tx, const std::string& district, const std::vector<domain::Reminder>& reminders,
    absl::Time now) {
  std::vector<std::string> ids, clocks, recipients;
  for (const domain::Reminder& reminder : reminders) {
    ids.push_back(reminder.id);
    clocks.push_back(reminder.clock);
    recipients.push_back(reminder.recipient);
  }
  std::map<std::string, domain::Standing> standings;
  ASSIGN_OR_RETURN(pg::Rows mutes, tx.Exec(kReadMutes, {district, now, clocks, recipients}));
  ASSIGN_OR_RETURN(pg::Rows seen, tx.Exec(kReadAcknowledgements, {district, clocks, now}));
  for (const domain::Reminder& reminder : reminders) {
    domain::Standing& standing = standings[reminder.id];
    for (pg::Row row : mutes) standing.mutes.push_back(ToMute(row));
    for (pg::Row row : seen) {
      if (row.Text(0) != reminder.clock) continue;
      standing.acknowledgement = {row.Text(0), static_cast<int>(row.Int(1)),
                                  row.Text(2), row.Text(3),
                                  row.Time(4), row.Time(5)};
    }
  }
  ASSIGN_OR_RETURN(pg::Rows inhibitors, tx.Exec(kReadInhibitors, {district, ids, now}));
  for (pg::Row row : inhibitors) standings[row.Text(0)].inhibitors.push_back(row.Text(1));
  return standings;
}

absl::StatusOr<std::optional<absl::Time>> TakeTokens(pg::Tx& tx, const std::string& district,
                                                     const std::vector<domain::RateLimit>& limits,
                                                     const std::string& recipient, absl::Time now) {
  std::vector<domain::Bucket> buckets;
  for (const domain::RateLimit& limit : limits) {
    const std::string key = KeyOf(limit, recipient);
    const domain::Bucket full = domain::NewBucket(limit, now);
    RETURN_IF_ERROR(tx.Exec(kFillBucket, {district, key, full.tokens, full.fill_time}).status());
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockBucket, {district, key}));
    if (rows.empty()) return absl::DataLossError(key + " is not there");
    buckets.push_back({rows[0].Double(0), rows[0].Time(1)});
  }
  const std::optional<absl::Time> later = domain::TakeTokens(limits, buckets, now);
  for (size_t i = 0; i < limits.size(); ++i) {
    RETURN_IF_ERROR(tx.Exec(kSaveBucket, {district, KeyOf(limits[i], recipient), buckets[i].tokens,
                                          buckets[i].fill_time})
                        .status());
  }
  return later;
}

}  // namespace rectify::reminder::store

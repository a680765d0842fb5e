#include "services/partner_registry/store/webhook_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/partner/v1/webhook.pb.h"

namespace rectify::partner::store {
namespace {

using domain::Webhook;
using domain::WebhookKey;

#define WEBHOOK_COLUMNS(t)                                                              \
  t "district, " t "partner, " t "id, " t "url, " t "state, " t "position, " t          \
    "failed_attempts, " t "next_attempt_time, " t "last_failure, " t "replay_after, " t \
    "replay_to, " t "create_time, " t "version"
#define DELIVERY_COLUMNS                                                        \
  "position, epoch, event_type, subject, state, attempts, first_attempt_time, " \
  "last_attempt_time, last_reply, body_sha256"

constexpr pg::Statement kInsert = {"partner.insert_webhook", R"sql(
  insert into webhooks (district, partner, id, url, state, position, failed_attempts,
                        next_attempt_time, last_failure, replay_after, replay_to, create_time, version)
  values ($1::text, $2::uuid, $3::uuid, $4::text, $5::smallint, $6::bigint, $7::int,
          $8::timestamptz, $9::text, $10::bigint, $11::bigint, $12::timestamptz, $13::bigint))sql"};

#define WEBHOOK_SET                                                                           \
  "update webhooks set url = $4::text, state = $5::smallint, position = $6::bigint,"          \
  " failed_attempts = $7::int, next_attempt_time = $8::timestamptz, last_failure = $9::text," \
  " replay_after = $10::bigint, replay_to = $11::bigint, create_time = $12::timestamptz,"     \
  " version = $13::bigint, "
constexpr pg::Statement kSave = {
    "partner.save_webhook", WEBHOOK_SET
    "holder = null, held_until = null"
    " where district = $1::text and partner = $2::uuid and id = $3::uuid"};

constexpr pg::Statement kSaveProgress = {
    "partner.save_webhook_progress", WEBHOOK_SET
    "held_until = $15::timestamptz"
    " where district = $1::text and partner = $2::uuid and id = $3::uuid"
    "   and holder = $14::uuid"
    "   and exists (select from partners p"
    "                where p.district = $1::text and p.id = $2::uuid and p.state = 1)"
    " returning id"};

constexpr pg::Statement kLetGo = {"partner.let_go_of_webhook", R"sql(
  update webhooks set holder = null, held_until = null
   where district = $1::text and partner = $2::uuid and id = $3::uuid and holder = $4::uuid)sql"};

constexpr pg::Statement kRead = {
    "partner.read_webhook",
    "select " WEBHOOK_COLUMNS("") " from webhooks"
                                  " where district = $1::text and partner = $2::uuid and id = $3::uuid"};

constexpr pg::Statement kLock = {
    "partner.lock_webhook",
    "select " WEBHOOK_COLUMNS("") " from webhooks"
                                  " where district = $1::text and partner = $2::uuid and id = $3::uuid"
                                  "   for update"};

constexpr pg::Statement kCount = {"partner.count_webhooks", R"sql(
  select count(*) from webhooks where district = $1::text and partner = $2::uuid)sql"};

// The feed of a partner is in the tables of the event log (libs/events/spine.sql).
constexpr pg::Statement kTakeDue = {
    "partner.take_due_webhook",
    "update webhooks set holder = $1::uuid, held_until = $3::timestamptz"
    " where (district, partner, id) = ("
    "   select w.district, w.partner, w.id from webhooks w"
    "     join partners p on p.district = w.district and p.id = w.partner"
    "    where w.state = 1 and p.state = 1 and w.next_attempt_time <= $2::timestamptz"
    "      and (w.held_until is null or w.held_until <= $2::timestamptz)"
    "      and (w.replay_to > 0 or exists (select from feed_log f"
    "            where f.feed = w.partner::text and f.position = w.position + 1))"
    "    order by w.next_attempt_time limit 1 for update of w skip locked)"
    " returning " WEBHOOK_COLUMNS("")};

constexpr pg::Statement kInsertWebhookKey = {"partner.insert_webhook_key", R"sql(
  insert into webhook_keys (webhook, id, kind, secret, create_time)
  values ($1::uuid, $2::uuid, $3::smallint, $4::bytea, $5::timestamptz))sql"};

constexpr pg::Statement kSaveEnd = {"partner.end_webhook_key", R"sql(
  update webhook_keys set expire_time = $3::timestamptz where webhook = $1::uuid and id = $2::uuid)sql"};

constexpr pg::Statement kLiveKeys = {"partner.live_webhook_keys", R"sql(
  select id, kind, secret, create_time, expire_time from webhook_keys
   where webhook = $1::uuid and (expire_time is null or expire_time > $2::timestamptz)
   order by expire_time desc nulls first)sql"};

constexpr pg::Statement kGiveUp = {"partner.give_up_delivery", R"sql(
  update webhook_deliveries set state = 3
   where webhook = $1::uuid and position = $2::bigint and state = 1)sql"};

constexpr pg::Statement kNote = {"partner.note_delivery", R"sql(
  insert into webhook_deliveries as d (webhook, position, epoch, event_type, subject, state, attempts,
                                       first_attempt_time, last_attempt_time, last_reply, body_sha256)
  values ($1::uuid, $2::bigint, $3::int, $4::text, $5::text, $6::smallint, 1, $7::timestamptz,
          $7::timestamptz, $8::text, $9::bytea)
  on conflict (webhook, position, epoch) do update
     set state = case when $10::boolean then excluded.state else d.state end,
         attempts = d.attempts + 1,
         last_attempt_time = excluded.last_attempt_time, last_reply = excluded.last_reply,
         body_sha256 = excluded.body_sha256)sql"};

constexpr pg::Statement kForgetDeliveries = {"partner.forget_deliveries", R"sql(
  delete from webhook_deliveries where (webhook, position, epoch) in (
    select webhook, position, epoch from webhook_deliveries
     where state = 2 and last_attempt_time < $1::timestamptz limit 1000)
  returning position)sql"};

const query::ListSpec& WebhookSpec() {
  static const auto& spec = *new query::ListSpec{
      .name = "partner.list_webhooks",
      .columns = WEBHOOK_COLUMNS(""),
      .from = "webhooks where district = $1::text and partner = $2::uuid",
      .fields = {},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
  };
  return spec;
}

const query::ListSpec& DeliverySpec() {
  using query::ListField;
  static const auto& spec = *new query::ListSpec{
      .name = "partner.list_deliveries",
      .columns = DELIVERY_COLUMNS,
      .from = "webhook_deliveries where webhook = $1::uuid",
      .fields = {{"state", ListField::Kind::kEnum, "state = $?::smallint",
                  v1::WebhookDelivery::State_descriptor()},
                 {"event_type", ListField::Kind::kText, "event_type = $?"},
                 {"subject", ListField::Kind::kText, "subject = $?"}},
      .order = {{"position", "bigint"}, {"epoch", "int"}},
      .descending = true,
  };
  return spec;
}

std::vector<pg::Param> ParamsOf(const Webhook& webhook) {
  return {webhook.district,
          webhook.partner,
          webhook.id,
          webhook.url,
          static_cast<int>(webhook.state),
          webhook.position,
          webhook.failed_attempts,
          webhook.next_attempt_time,
          webhook.last_failure,
          webhook.replay_after,
          webhook.replay_to,
          webhook.create_time,
          webhook.version};
}

Webhook ToWebhook(const pg::Row& row) {
  return {.district = row.Text(0),
          .partner = row.Text(1),
          .id = row.Text(2),
          .url = row.Text(3),
          .state = static_cast<domain::WebhookState>(row.Int(4)),
          .position = row.Int(5),
          .failed_attempts = static_cast<int>(row.Int(6)),
          .next_attempt_time = row.Time(7),
          .last_failure = row.Text(8),
          .replay_after = row.Int(9),
          .replay_to = row.Int(10),
          .create_time = row.Time(11),
          .version = row.Int(12)};
}

Delivery ToDelivery(const pg::Row& row) {
  return {.position = row.Int(0),
          .epoch = static_cast<int32_t>(row.Int(1)),
          .event_type = row.Text(2),
          .subject = row.Text(3),
          .state = static_cast<domain::DeliveryState>(row.Int(4)),
          .attempts = static_cast<int>(row.Int(5)),
          .first_attempt_time = row.Time(6),
          .last_attempt_time = row.Time(7),
          .last_reply = row.Text(8),
          .body_sha256 = row.Bytes(9)};
}

absl::StatusOr<Webhook> One(pg::Tx& tx, const pg::Statement& statement, absl::string_view district,
                            absl::string_view partner, absl::string_view id) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(statement, {district, partner, id}));
  if (rows.empty()) return NotFoundError(domain::WebhookName(district, partner, id));
  return ToWebhook(rows[0]);
}

// A secret belongs to its row.
std::string PlaceOf(const std::string& webhook, const std::string& key) {
  return absl::StrCat("webhook_keys.secret/", webhook, "/", key);
}

}  // namespace

absl::Status InsertWebhook(pg::Tx& tx, const Webhook& webhook) {
  return tx.Exec(kInsert, ParamsOf(webhook)).status();
}

absl::Status SaveWebhook(pg::Tx& tx, const Webhook& webhook) {
  return tx.Exec(kSave, ParamsOf(webhook)).status();
}

absl::StatusOr<Webhook> ReadWebhook(pg::Tx& tx, absl::string_view district,
                                    absl::string_view partner, absl::string_view id) {
  return One(tx, kRead, district, partner, id);
}

absl::StatusOr<Webhook> LockWebhook(pg::Tx& tx, absl::string_view district,
                                    absl::string_view partner, absl::string_view id) {
  return One(tx, kLock, district, partner, id);
}

absl::StatusOr<int64_t> CountWebhooks(pg::Tx& tx, absl::string_view district,
                                      absl::string_view partner) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kCount, {district, partner}));
  return rows[0].Int(0);
}

absl::StatusOr<std::pair<std::vector<Webhook>, std::string>> ListWebhooks(
    pg::Tx& tx, absl::string_view district, absl::string_view partner, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(
      const query::ListQuery list,
      query::ListQuery::Build(WebhookSpec(), {district, partner}, "", page_size, page_token));
  return list.Run<Webhook>(tx, ToWebhook);
}

absl::Status InsertKey(pg::Tx& tx, const crypto::FieldCipher& cipher, const std::string& webhook,
                       const WebhookKey& key) {
  const pg::Bytes secret{cipher.Encrypt(key.secret, PlaceOf(webhook, key.id))};
  return tx
      .Exec(kInsertWebhookKey,
            {webhook, key.id, static_cast<int>(key.kind), secret, key.create_time})
      .status();
}

absl::Status SaveEnds(pg::Tx& tx, const std::string& webhook, const std::vector<WebhookKey>& keys) {
  for (const WebhookKey& key : keys) {
    RETURN_IF_ERROR(tx.Exec(kSaveEnd, {webhook, key.id, key.expire_time}).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<WebhookKey>> LiveKeys(pg::Tx& tx, const crypto::FieldCipher& cipher,
                                                 const std::string& webhook, absl::Time now) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLiveKeys, {webhook, now}));
  std::vector<WebhookKey> keys;
  for (const pg::Row row : rows) {
    WebhookKey key{.id = row.Text(0),
                   .kind = static_cast<domain::WebhookKeyKind>(row.Int(1)),
                   .secret = {},
                   .create_time = row.Time(3),
                   .expire_time = row.OptTime(4)};
    ASSIGN_OR_RETURN(key.secret, cipher.Decrypt(row.Bytes(2), PlaceOf(webhook, key.id)));
    keys.push_back(std::move(key));
  }
  return keys;
}

absl::StatusOr<std::optional<Webhook>> TakeDue(pg::Tx& tx, const std::string& holder,
                                               absl::Time now, absl::Time until) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kTakeDue, {holder, now, until}));
  if (rows.empty()) return std::optional<Webhook>();
  return std::optional<Webhook>(ToWebhook(rows[0]));
}

absl::StatusOr<bool> SaveProgress(pg::Tx& tx, const Webhook& webhook, const std::string& holder,
                                  absl::Time until) {
  std::vector<pg::Param> params = ParamsOf(webhook);
  params.emplace_back(holder);
  params.emplace_back(until);
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kSaveProgress, params));
  return !rows.empty();
}

absl::Status LetGo(pg::Tx& tx, const Webhook& webhook, const std::string& holder) {
  return tx.Exec(kLetGo, {webhook.district, webhook.partner, webhook.id, holder}).status();
}

absl::Status NoteAttempt(pg::Tx& tx, const std::string& webhook, const Delivery& delivery,
                         bool decides) {
  return tx
      .Exec(kNote, {webhook, delivery.position, delivery.epoch, delivery.event_type,
                    delivery.subject, static_cast<int>(delivery.state), delivery.last_attempt_time,
                    delivery.last_reply, pg::Bytes{delivery.body_sha256}, decides})
      .status();
}

absl::Status GiveUp(pg::Tx& tx, const std::string& webhook, int64_t position) {
  return tx.Send(kGiveUp, {webhook, position});
}

absl::StatusOr<std::pair<std::vector<Delivery>, std::string>> ListDeliveries(
    pg::Tx& tx, const std::string& webhook, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(
      const query::ListQuery list,
      query::ListQuery::Build(DeliverySpec(), {webhook}, filter, page_size, page_token));
  return list.Run<Delivery>(tx, ToDelivery);
}

absl::StatusOr<int> ForgetDeliveries(pg::Tx& tx, absl::Time before) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kForgetDeliveries, {before}));
  return static_cast<int>(rows.size());
}

}  // namespace rectify::partner::store

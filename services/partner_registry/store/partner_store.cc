#include "services/partner_registry/store/partner_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/partner/v1/partner.pb.h"

namespace rectify::partner::store {
namespace {

using domain::ApiKey;
using domain::Partner;

#define PARTNER_COLUMNS(t)                                                                  \
  t "district, " t "id, " t "display_name, " t "role, " t "posts, " t "scopes, " t          \
    "requests_per_minute, " t "state, " t "version, " t "create_time, " t "event_types, " t \
    "types_version"
constexpr int kPartnerColumns = 12;
#define KEY_COLUMNS(t)                                                                         \
  t "district, " t "partner, " t "id, " t "secret_sha256, " t "networks, " t "expire_time, " t \
    "create_time, " t "revoke_time"

constexpr pg::Statement kInsertPartner = {"partner.insert", R"sql(
  insert into partners (district, id, display_name, role, posts, scopes, requests_per_minute, state,
                        version, create_time, update_time, event_types, types_version, looked_at)
  values ($1::text, $2::uuid, $3::text, $4::smallint, $5::text[], $6::text[], $7::int, $8::smallint,
          $9::bigint, $10::timestamptz, $10::timestamptz, $11::text[], $12::bigint, ''))sql"};

constexpr pg::Statement kSavePartner = {"partner.save", R"sql(
  update partners set display_name = $3::text, role = $4::smallint, posts = $5::text[],
         scopes = $6::text[], requests_per_minute = $7::int, state = $8::smallint,
         version = $9::bigint, update_time = $10::timestamptz, event_types = $11::text[],
         types_version = $12::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kReadPartner = {
    "partner.read",
    "select " PARTNER_COLUMNS("") " from partners where district = $1::text and id = $2::uuid"};

constexpr pg::Statement kLockPartner = {
    "partner.lock",
    "select " PARTNER_COLUMNS(
        "") " from partners where district = $1::text and id = $2::uuid for update"};

constexpr pg::Statement kHoldFollowers = {
    "partner.hold_followers",
    "select " PARTNER_COLUMNS("") " from partners where district = $1::text"
                                  "   and (event_types <> '{}' or looked_at is not null)"
                                  " order by id for share"};

constexpr pg::Statement kInsertPartnerKey = {"partner.insert_key", R"sql(
  insert into api_keys (district, partner, id, secret_sha256, networks, expire_time, create_time)
  values ($1::text, $2::uuid, $3::uuid, $4::bytea, $5::text[], $6::timestamptz,
          $7::timestamptz))sql"};

constexpr pg::Statement kSaveRevocation = {"partner.revoke_key", R"sql(
  update api_keys set revoke_time = $3::timestamptz
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kLockKey = {
    "partner.lock_key",
    "select " KEY_COLUMNS(
        "") " from api_keys where district = $1::text and partner = $2::uuid and id = $3::uuid"
            " for update"};

constexpr pg::Statement kCountLive = {"partner.count_live_keys", R"sql(
  select count(*) from api_keys
   where district = $1::text and partner = $2::uuid and revoke_time is null
     and expire_time > $3::timestamptz)sql"};

constexpr pg::Statement kFindKey = {
    "partner.find_key", "select " PARTNER_COLUMNS("p.") ", " KEY_COLUMNS(
                            "k.") " from api_keys k join partners p"
                                  "   on p.district = k.district and p.id = k.partner"
                                  " where k.id = $1::uuid"};

const query::ListSpec& PartnerSpec() {
  using query::ListField;
  static const auto& spec = *new query::ListSpec{
      .name = "partner.list",
      .columns = PARTNER_COLUMNS(""),
      .from = "partners where district = $1::text",
      .fields = {{"state", ListField::Kind::kEnum, "state = $?::smallint",
                  v1::Partner::State_descriptor()},
                 {"role", ListField::Kind::kEnum, "role = $?::smallint",
                  authz::v1::Role_descriptor()}},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
  };
  return spec;
}

const query::ListSpec& KeySpec() {
  static const auto& spec = *new query::ListSpec{
      .name = "partner.list_keys",
      .columns = KEY_COLUMNS(""),
      .from = "api_keys where district = $1::text and partner = $2::uuid",
      .fields = {},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
      .descending = true,
  };
  return spec;
}

Partner ToPartner(const pg::Row& row) {
  return {.district = row.Text(0),
          .id = row.Text(1),
          .fields = {.display_name = row.Text(2),
                     .role = static_cast<domain::Role>(row.Int(3)),
                     .posts = row.TextArray(4),
                     .scopes = row.TextArray(5),
                     .requests_per_minute = static_cast<int>(row.Int(6)),
                     .event_types = row.TextArray(10)},
          .state = static_cast<domain::State>(row.Int(7)),
          .version = row.Int(8),
          .types_version = row.Int(11),
          .create_time = row.Time(9)};
}

ApiKey ToKey(const pg::Row& row, int first = 0) {
  return {.district = row.Text(first),
          .partner = row.Text(first + 1),
          .id = row.Text(first + 2),
          .secret_sha256 = row.Bytes(first + 3),
          .networks = row.TextArray(first + 4),
          .expire_time = row.Time(first + 5),
          .create_time = row.Time(first + 6),
          .revoke_time = row.OptTime(first + 7)};
}

std::vector<pg::Param> ParamsOf(const Partner& partner, absl::Time now) {
  const domain::PartnerFields& fields = partner.fields;
  return {
      partner.district, partner.id,    fields.display_name,        static_cast<int>(fields.role),
      fields.posts,     fields.scopes, fields.requests_per_minute, static_cast<int>(partner.state),
      partner.version,  now,           fields.event_types,         partner.types_version};
}

absl::Status IdTaken(const absl::Status& status) {
  const std::string constraint = pg::ConstraintOf(status);
  const bool id = constraint == "partners_district_id_pk" || constraint == "partners_id_uq";
  if (!id && constraint != "partners_district_display_name_uq") return status;
  const Text text = id ? Text{"该编号的接入单位已登记", "a partner with this id exists"}
                       : Text{"该名称的接入单位已登记", "a partner with this name exists"};
  return MakeError(
      absl::StatusCode::kAlreadyExists,
      {"ALREADY_EXISTS", text, {{"field", id ? "partner_id" : "partner.display_name"}}, {}});
}

absl::StatusOr<Partner> One(absl::StatusOr<pg::Rows> rows, const std::string& district,
                            const std::string& id) {
  RETURN_IF_ERROR(rows.status());
  if (rows->empty()) return NotFoundError(domain::PartnerName(district, id));
  return ToPartner((*rows)[0]);
}

}  // namespace

absl::Status InsertPartner(pg::Tx& tx, const Partner& partner, absl::Time now) {
  return IdTaken(tx.Exec(kInsertPartner, ParamsOf(partner, now)).status());
}

absl::Status SavePartner(pg::Tx& tx, const Partner& partner, absl::Time now) {
  return IdTaken(tx.Exec(kSavePartner, ParamsOf(partner, now)).status());
}

absl::StatusOr<Partner> ReadPartner(pg::Tx& tx, const std::string& district,
                                    const std::string& id) {
  return One(tx.Exec(kReadPartner, {district, id}), district, id);
}

absl::StatusOr<Partner> LockPartner(pg::Tx& tx, const std::string& district,
                                    const std::string& id) {
  return One(tx.Exec(kLockPartner, {district, id}), district, id);
}

absl::StatusOr<std::pair<std::vector<Partner>, std::string>> ListPartners(
    pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery list, query::ListQuery::Build(PartnerSpec(), {district}, filter,
                                                                  page_size, page_token));
  return list.Run<Partner>(tx, ToPartner);
}

absl::StatusOr<std::vector<Partner>> HoldFollowers(pg::Tx& tx, const std::string& district) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kHoldFollowers, {district}));
  std::vector<Partner> partners;
  partners.reserve(static_cast<size_t>(rows.size()));
  for (const pg::Row row : rows) partners.push_back(ToPartner(row));
  return partners;
}

absl::Status InsertKey(pg::Tx& tx, const ApiKey& key) {
  return tx
      .Exec(kInsertPartnerKey, {key.district, key.partner, key.id, pg::Bytes{key.secret_sha256},
                                key.networks, key.expire_time, key.create_time})
      .status();
}

absl::Status SaveRevocation(pg::Tx& tx, const ApiKey& key) {
  return tx.Exec(kSaveRevocation, {key.district, key.id, *key.revoke_time}).status();
}

absl::StatusOr<ApiKey> LockKey(pg::Tx& tx, const std::string& district, const std::string& partner,
                               const std::string& id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockKey, {district, partner, id}));
  if (rows.empty()) {
    return NotFoundError(domain::KeyName(district, partner, id));
  }
  return ToKey(rows[0]);
}

absl::StatusOr<int64_t> CountLiveKeys(pg::Tx& tx, const Partner& partner, absl::Time now) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kCountLive, {partner.district, partner.id, now}));
  return rows[0].Int(0);
}

absl::StatusOr<std::pair<std::vector<ApiKey>, std::string>> ListKeys(pg::Tx& tx,
                                                                     const std::string& district,
                                                                     const std::string& partner,
                                                                     int page_size,
                                                                     absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery list, query::ListQuery::Build(KeySpec(), {district, partner},
                                                                  "", page_size, page_token));
  return list.Run<ApiKey>(tx, [](const pg::Row& row) { return ToKey(row); });
}

absl::StatusOr<std::vector<KeyHolder>> FindKey(pg::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kFindKey, {id}));
  std::vector<KeyHolder> holders;
  for (pg::Row row : rows) holders.push_back({ToKey(row, kPartnerColumns), ToPartner(row)});
  return holders;
}

}  // namespace rectify::partner::store

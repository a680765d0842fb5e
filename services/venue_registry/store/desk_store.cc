#include "services/venue_registry/store/desk_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace rectify::venue::store {
namespace {

using domain::Desk;
using domain::DeskKind;

// The two tables have the same columns.
struct DeskTable {
  const char* name;
  pg::Statement lock, insert, update, read;
};

// A row that is not there yet can't be locked: of two who make it, the second waits and then finds
// it.
constexpr pg::Statement kLockName = {"venue.lock_desk_name", R"sql(
  select pg_advisory_xact_lock(hashtextextended($1::text, 0)))sql"};

constexpr DeskTable kStreets = {"streets",
                                {"venue.lock_street", R"sql(
  select code, display_name, version, mobile, email, webhook_uri from streets
   where district = $1::text and code = $2::text for update)sql"},
                                {"venue.insert_street", R"sql(
  insert into streets (district, code, display_name, mobile, email, webhook_uri, version,
                       update_time)
  values ($1::text, $2::text, $3::text, $4::bytea, $5::bytea, $6::text, $7::bigint,
          $8::timestamptz))sql"},
                                {"venue.update_street", R"sql(
  update streets set display_name = $3::text, mobile = $4::bytea, email = $5::bytea,
         webhook_uri = $6::text, version = $7::bigint, update_time = $8::timestamptz
   where district = $1::text and code = $2::text)sql"},
                                {"venue.read_streets", R"sql(
  select code, display_name, version, mobile, email, webhook_uri from streets
   where district = $1::text and ($2::text[] = '{}' or code = any ($2::text[]))
   order by code)sql"}};

constexpr DeskTable kDepartments = {"departments",
                                    {"venue.lock_department", R"sql(
  select code, display_name, version, mobile, email, webhook_uri from departments
   where district = $1::text and code = $2::text for update)sql"},
                                    {"venue.insert_department", R"sql(
  insert into departments (district, code, display_name, mobile, email, webhook_uri, version,
                           update_time)
  values ($1::text, $2::text, $3::text, $4::bytea, $5::bytea, $6::text, $7::bigint,
          $8::timestamptz))sql"},
                                    {"venue.update_department", R"sql(
  update departments set display_name = $3::text, mobile = $4::bytea, email = $5::bytea,
         webhook_uri = $6::text, version = $7::bigint, update_time = $8::timestamptz
   where district = $1::text and code = $2::text)sql"},
                                    {"venue.read_departments", R"sql(
  select code, display_name, version, mobile, email, webhook_uri from departments
   where district = $1::text and ($2::text[] = '{}' or code = any ($2::text[]))
   order by code)sql"}};

const DeskTable& TableOf(DeskKind kind) {
  return kind == DeskKind::kStreet ? kStreets : kDepartments;
}

std::string PlaceOf(DeskKind kind, const std::string& district, const std::string& code) {
  return Place(TableOf(kind).name, absl::StrCat(district, "/", code), 0);
}

}  // namespace

absl::StatusOr<Desk> DeskStore::ToDesk(const pg::Row& row, DeskKind kind,
                                       const std::string& district) const {
  Desk desk{.district = district,
            .code = row.Text(0),
            .display_name = row.Text(1),
            .contact = {},
            .version = row.Int(2)};
  ASSIGN_OR_RETURN(desk.contact, box_.OpenContact(row, 3, PlaceOf(kind, district, desk.code)));
  return desk;
}

absl::StatusOr<std::optional<Desk>> DeskStore::Lock(pg::Tx& tx, DeskKind kind,
                                                    const std::string& district,
                                                    const std::string& code) const {
  RETURN_IF_ERROR(
      tx.Exec(kLockName, {absl::StrCat("venue/", PlaceOf(kind, district, code))}).status());
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(TableOf(kind).lock, {district, code}));
  if (rows.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(Desk desk, ToDesk(rows[0], kind, district));
  return desk;
}

absl::Status DeskStore::Save(pg::Tx& tx, DeskKind kind, const Desk& desk, absl::Time now) const {
  const std::string place = PlaceOf(kind, desk.district, desk.code);
  const DeskTable& table = TableOf(kind);
  return tx
      .Exec(desk.version == 1 ? table.insert : table.update,
            {desk.district, desk.code, desk.display_name,
             box_.Seal(desk.contact.mobile, place, "mobile"),
             box_.Seal(desk.contact.email, place, "email"), desk.contact.webhook_uri, desk.version,
             now})
      .status();
}

absl::StatusOr<std::vector<Desk>> DeskStore::Read(pg::Tx& tx, DeskKind kind,
                                                  const std::string& district,
                                                  const std::vector<std::string>& codes) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(TableOf(kind).read, {district, codes}));
  std::vector<Desk> desks;
  for (pg::Row row : rows) {
    ASSIGN_OR_RETURN(Desk desk, ToDesk(row, kind, district));
    desks.push_back(std::move(desk));
  }
  return desks;
}

}  // namespace rectify::venue::store

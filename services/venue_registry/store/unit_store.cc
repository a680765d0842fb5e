#include "services/venue_registry/store/unit_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/store/names.h"
#include "services/venue_registry/store/search_terms.h"

namespace rectify::venue::store {
namespace {

using domain::Unit;

#define UNIT_COLUMNS                                                                         \
  "district, id, display_name, trade_name, uscc, no_uscc_reason, create_time, update_time, " \
  "version"

constexpr pg::Statement kInsertUnit = {"venue.insert_unit", R"sql(
  insert into units (district, id, display_name, folded_name, search_terms, trade_name, uscc,
                     no_uscc_reason, create_time, update_time, version)
  values ($1::text, $2::uuid, $3::text, $4::text, $5::text[], $6::text, $7::text, $8::text,
          $9::timestamptz, $10::timestamptz, $11::bigint))sql"};

constexpr pg::Statement kUpdateUnit = {"venue.update_unit", R"sql(
  update units set display_name = $3::text, folded_name = $4::text, search_terms = $5::text[],
         trade_name = $6::text, uscc = $7::text, no_uscc_reason = $8::text,
         create_time = $9::timestamptz, update_time = $10::timestamptz, version = $11::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kReadUnit = {"venue.read_units", "select " UNIT_COLUMNS
                                                         " from units where district = $1::text"
                                                         " and id = any ($2::uuid[])"};

constexpr pg::Statement kLockUnit = {"venue.lock_unit",
                                     "select " UNIT_COLUMNS
                                     " from units where district = $1::text and id = $2::uuid"
                                     " for update"};

// Another unit that holds the id or the key.
constexpr pg::Statement kTwinUnit = {"venue.unit_twin", R"sql(
  select id, display_name from units where district = $1::text and id = $2::uuid
  union all
  select id, display_name from units
   where district = $1::text and uscc = $3::text and (uscc <> '' or folded_name = $4::text)
     and id <> $2::uuid)sql"};

const query::ListSpec& UnitSpec() {
  using query::ListField;
  static const auto& spec = *new query::ListSpec{
      .name = "venue.list_units",
      .columns = UNIT_COLUMNS,
      .from = "units where district = $1::text",
      .fields = {{"uscc", ListField::Kind::kText, "uscc = upper($?::text)"},
                 {"display_name", ListField::Kind::kHas, kNameCondition, nullptr, SearchParam}},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
  };
  return spec;
}

Unit ToUnit(const pg::Row& row) {
  return {.district = row.Text(0),
          .id = row.Text(1),
          .fields = {.display_name = row.Text(2),
                     .trade_name = row.Text(3),
                     .uscc = row.Text(4),
                     .no_uscc_reason = row.Text(5)},
          .create_time = row.Time(6),
          .update_time = row.Time(7),
          .version = row.Int(8)};
}

std::vector<pg::Param> ParamsOf(const Unit& unit) {
  const domain::UnitFields& fields = unit.fields;
  const std::string folded = domain::FoldName(fields.display_name);
  return {unit.district,        unit.id,           fields.display_name, folded,
          TermsLiteral(folded), fields.trade_name, fields.uscc,         fields.no_uscc_reason,
          unit.create_time,     unit.update_time,  unit.version};
}

}  // namespace

absl::Status UnitStore::CheckTwin(pg::Tx& tx, const Unit& unit) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kTwinUnit, {unit.district, unit.id, unit.fields.uscc,
                                                      domain::FoldName(unit.fields.display_name)}));
  for (pg::Row row : rows) {
    const bool same_id = row.Text(0) == unit.id;
    if (same_id && unit.version > 1) continue;
    const std::string existing = NameOf(unit.district, "units", row.Text(0));
    return MakeError(absl::StatusCode::kAlreadyExists,
                     {"ALREADY_EXISTS",
                      {absl::StrCat("该单位已登记：", row.Text(1)),
                       absl::StrCat("the unit is registered as ", existing)},
                      {{"field", same_id ? "unit_id" : "unit.uscc"}, {"existing", existing}},
                      {}});
  }
  return absl::OkStatus();
}

absl::Status UnitStore::Insert(pg::Tx& tx, const Unit& unit) const {
  RETURN_IF_ERROR(CheckTwin(tx, unit));
  return tx.Exec(kInsertUnit, ParamsOf(unit)).status();
}

absl::Status UnitStore::Update(pg::Tx& tx, const Unit& unit) const {
  RETURN_IF_ERROR(CheckTwin(tx, unit));
  return tx.Exec(kUpdateUnit, ParamsOf(unit)).status();
}

absl::StatusOr<Unit> UnitStore::Lock(pg::Tx& tx, const std::string& district,
                                     const std::string& id) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockUnit, {district, id}));
  if (rows.empty()) return NotFoundError(NameOf(district, "units", id));
  return ToUnit(rows[0]);
}

absl::StatusOr<std::vector<Unit>> UnitStore::Read(pg::Tx& tx, const std::string& district,
                                                  const std::vector<std::string>& ids) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadUnit, {district, ids}));
  std::vector<Unit> units;
  for (pg::Row row : rows) units.push_back(ToUnit(row));
  return units;
}

absl::StatusOr<std::pair<std::vector<Unit>, std::string>> UnitStore::List(
    pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
    absl::string_view page_token) const {
  ASSIGN_OR_RETURN(query::ListQuery list,
                   query::ListQuery::Build(UnitSpec(), {district}, filter, page_size, page_token));
  return list.Run<Unit>(tx, ToUnit);
}

}  // namespace rectify::venue::store

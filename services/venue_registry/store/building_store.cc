#include "services/venue_registry/store/building_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/venue/v1/building.pb.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/store/names.h"
#include "services/venue_registry/store/search_terms.h"

namespace rectify::venue::store {
namespace {

using domain::Building;

#define BUILDING_COLUMNS                                                                      \
  "district, id, display_name, address, street, longitude, latitude, datum, height_m,"        \
  " floors_above, floors_below, use, built_year, high_rise_class, create_time, update_time, " \
  "version"

constexpr pg::Statement kInsertBuilding = {"venue.insert_building", R"sql(
  insert into buildings (district, id, display_name, folded_name, search_terms, address, street,
                         longitude, latitude, datum, height_m, floors_above, floors_below, use,
                         built_year, high_rise_class, create_time, update_time, version)
  values ($1::text, $2::uuid, $3::text, $4::text, $5::text[], $6::text, $7::text, $8::float8,
          $9::float8, $10::smallint, $11::float8, $12::smallint, $13::smallint, $14::smallint,
          $15::smallint, $16::smallint, $17::timestamptz, $18::timestamptz, $19::bigint))sql"};

constexpr pg::Statement kUpdateBuilding = {"venue.update_building", R"sql(
  update buildings set display_name = $3::text, folded_name = $4::text, search_terms = $5::text[],
         address = $6::text, street = $7::text, longitude = $8::float8, latitude = $9::float8,
         datum = $10::smallint, height_m = $11::float8, floors_above = $12::smallint,
         floors_below = $13::smallint, use = $14::smallint, built_year = $15::smallint,
         high_rise_class = $16::smallint, create_time = $17::timestamptz,
         update_time = $18::timestamptz, version = $19::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kReadBuilding = {"venue.read_buildings",
                                         "select " BUILDING_COLUMNS
                                         " from buildings where district = $1::text"
                                         " and id = any ($2::uuid[])"};

constexpr pg::Statement kLockBuilding = {
    "venue.lock_building", "select " BUILDING_COLUMNS
                           " from buildings where district = $1::text and id = $2::uuid"
                           " for update"};

// Another building that holds the id or the key.
constexpr pg::Statement kTwinBuilding = {"venue.building_twin", R"sql(
  select id, display_name from buildings where district = $1::text and id = $2::uuid
  union all
  select id, display_name from buildings
   where district = $1::text and folded_name = $3::text and street = $4::text
     and address = $5::text and id <> $2::uuid)sql"};

const query::ListSpec& BuildingSpec() {
  using query::ListField;
  static const auto& spec = *new query::ListSpec{
      .name = "venue.list_buildings",
      .columns = BUILDING_COLUMNS,
      .from = "buildings where district = $1::text",
      .fields = {{"street", ListField::Kind::kText, kStreetCondition},
                 {"use", ListField::Kind::kEnum, "use = $?::smallint",
                  v1::BuildingUse_descriptor()},
                 {"high_rise_class", ListField::Kind::kEnum, "high_rise_class = $?::smallint",
                  v1::HighRiseClass_descriptor()},
                 {"display_name", ListField::Kind::kHas, kNameCondition, nullptr, SearchParam}},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
  };
  return spec;
}

Building ToBuilding(const pg::Row& row) {
  Building building{.district = row.Text(0),
                    .id = row.Text(1),
                    .fields = {.display_name = row.Text(2),
                               .address = row.Text(3),
                               .street_code = row.Text(4),
                               .point = {},
                               .height_m = row.Double(8),
                               .floors_above = static_cast<int>(row.Int(9)),
                               .floors_below = static_cast<int>(row.Int(10)),
                               .use = static_cast<domain::BuildingUse>(row.Int(11)),
                               .built_year = static_cast<int>(row.Int(12)),
                               .high_rise_class = static_cast<domain::HighRiseClass>(row.Int(13))},
                    .create_time = row.Time(14),
                    .update_time = row.Time(15),
                    .version = row.Int(16)};
  if (!row.IsNull(5)) {
    building.fields.point = {row.Double(5), row.Double(6), static_cast<domain::Datum>(row.Int(7))};
  }
  return building;
}

std::vector<pg::Param> ParamsOf(const Building& building) {
  const domain::BuildingFields& fields = building.fields;
  const std::string folded = domain::FoldName(fields.display_name);
  const auto& point = fields.point;
  return {building.district,
          building.id,
          fields.display_name,
          folded,
          TermsLiteral(folded),
          fields.address,
          fields.street_code,
          point ? pg::Param(point->longitude) : nullptr,
          point ? pg::Param(point->latitude) : nullptr,
          point ? pg::Param(static_cast<int>(point->datum)) : nullptr,
          fields.height_m,
          fields.floors_above,
          fields.floors_below,
          static_cast<int>(fields.use),
          fields.built_year,
          static_cast<int>(fields.high_rise_class),
          building.create_time,
          building.update_time,
          building.version};
}

}  // namespace

absl::Status BuildingStore::CheckTwin(pg::Tx& tx, const Building& building) {
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kTwinBuilding, {building.district, building.id,
                                           domain::FoldName(building.fields.display_name),
                                           building.fields.street_code, building.fields.address}));
  for (pg::Row row : rows) {
    const bool same_id = row.Text(0) == building.id;
    if (same_id && building.version > 1) continue;
    const std::string existing = NameOf(building.district, "buildings", row.Text(0));
    return MakeError(
        absl::StatusCode::kAlreadyExists,
        {"ALREADY_EXISTS",
         {absl::StrCat("该建筑已登记：", row.Text(1)),
          absl::StrCat("the building is registered as ", existing)},
         {{"field", same_id ? "building_id" : "building.display_name"}, {"existing", existing}},
         {}});
  }
  return absl::OkStatus();
}

absl::Status BuildingStore::Insert(pg::Tx& tx, const Building& building) const {
  RETURN_IF_ERROR(CheckTwin(tx, building));
  return tx.Exec(kInsertBuilding, ParamsOf(building)).status();
}

absl::Status BuildingStore::Update(pg::Tx& tx, const Building& building) const {
  RETURN_IF_ERROR(CheckTwin(tx, building));
  return tx.Exec(kUpdateBuilding, ParamsOf(building)).status();
}

absl::StatusOr<Building> BuildingStore::Lock(pg::Tx& tx, const std::string& district,
                                             const std::string& id) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockBuilding, {district, id}));
  if (rows.empty()) return NotFoundError(NameOf(district, "buildings", id));
  return ToBuilding(rows[0]);
}

absl::StatusOr<std::vector<Building>> BuildingStore::Read(
    pg::Tx& tx, const std::string& district, const std::vector<std::string>& ids) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadBuilding, {district, ids}));
  std::vector<Building> buildings;
  for (pg::Row row : rows) buildings.push_back(ToBuilding(row));
  return buildings;
}

absl::StatusOr<std::pair<std::vector<Building>, std::string>> BuildingStore::List(
    pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
    absl::string_view page_token) const {
  ASSIGN_OR_RETURN(query::ListQuery list, query::ListQuery::Build(BuildingSpec(), {district},
                                                                  filter, page_size, page_token));
  return list.Run<Building>(tx, ToBuilding);
}

}  // namespace rectify::venue::store

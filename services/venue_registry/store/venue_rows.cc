#include "services/venue_registry/store/venue_rows.h"

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rectify/venue/v1/venue.pb.h"
#include "services/venue_registry/domain/datum.h"
#include "services/venue_registry/store/search_terms.h"

namespace rectify::venue::store {
namespace {

using domain::Venue;
using query::ListField;

#define VENUE_COLUMNS                                                                              \
  "district, id, display_name, venue_class, kind, uscc, no_uscc_reason, address, street,"          \
  " longitude, latitude, datum, key_unit, state, close_reason, create_time, update_time, version," \
  " building_id, merged_into"

// Both statements take the same rows.
#define VENUE_ROWS                                                                              \
  "unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::smallint[],"      \
  " $8::text[], $9::text[], $10::text[], $11::text[], $12::float8[], $13::float8[],"            \
  " $14::smallint[], $15::bool[], $16::smallint[], $17::text[], $18::timestamptz[],"            \
  " $19::timestamptz[], $20::bigint[], $21::uuid[], $22::uuid[], $23::float8[], $24::float8[]," \
  " $25::bigint[])"                                                                             \
  " as n (id, display_name, folded_name, search_terms, venue_class, kind, uscc,"                \
  " no_uscc_reason, address, street, longitude, latitude, datum, key_unit, state,"              \
  " close_reason, create_time, update_time, version, building_id, merged_into,"                 \
  " place_longitude, place_latitude, cell)"

// "code:CLASS", the class with or without its prefix.
absl::StatusOr<pg::Param> CampaignClassParam(absl::string_view text) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  v1::VenueClass venue_class;
  const std::string word = absl::AsciiStrToUpper(parts.second);
  if (!v1::VenueClass_Parse(word, &venue_class) &&
      !v1::VenueClass_Parse(absl::StrCat("VENUE_CLASS_", word), &venue_class)) {
    return absl::InvalidArgumentError("no such class");
  }
  return pg::Param(std::vector<std::string>{parts.first, absl::StrCat(venue_class)});
}

}  // namespace

const pg::Statement kReadVenues = {
    "venue.read_venues",
    "select " VENUE_COLUMNS " from venues where district = $1::text and id = any ($2::uuid[])"};

const pg::Statement kLockVenues = {
    "venue.lock_venues", "select " VENUE_COLUMNS
                         " from venues where district = $1::text and id = any ($2::uuid[])"
                         " order by id for update"};

const pg::Statement kInsertVenues = {
    "venue.insert_venues",
    "insert into venues (district, id, display_name, folded_name, search_terms, venue_class, kind,"
    " uscc, no_uscc_reason, address, street, longitude, latitude, datum, key_unit, state,"
    " close_reason, create_time, update_time, version, building_id, merged_into,"
    " place_longitude, place_latitude, cell)"
    " select $1::text, id, display_name, folded_name, search_terms::text[], venue_class, kind, "
    "uscc,"
    " no_uscc_reason, address, street, longitude, latitude, datum, key_unit, state, close_reason,"
    " create_time, update_time, version, building_id, merged_into, place_longitude,"
    " place_latitude, cell from " VENUE_ROWS};

const pg::Statement kUpdateVenues = {
    "venue.update_venues",
    "update venues v set display_name = n.display_name, folded_name = n.folded_name,"
    " search_terms = n.search_terms::text[], venue_class = n.venue_class, kind = n.kind,"
    " uscc = n.uscc, no_uscc_reason = n.no_uscc_reason, address = n.address, street = n.street,"
    " longitude = n.longitude, latitude = n.latitude, datum = n.datum, key_unit = n.key_unit,"
    " state = n.state, close_reason = n.close_reason, update_time = n.update_time,"
    " version = n.version, building_id = n.building_id, merged_into = n.merged_into,"
    " place_longitude = n.place_longitude, place_latitude = n.place_latitude, cell = n.cell "
    "from " VENUE_ROWS " where v.district = $1::text and v.id = n.id"};

// Only the conditions that say much are ones that an index knows: with few statistics, as on a
// table that is just being filled, the planner would else walk through all venues that have no
// code, or all of a street, once for each key.
const pg::Statement kFindByKeys = {"venue.find_by_keys", R"sql(
  select e.venue_id from unnest($2::text[], $3::text[]) as k (system, external_id)
    join venue_external_ids e on e.district = $1::text and e.system = k.system
                             and e.external_id = k.external_id
  union
  select v.id from unnest($4::text[], $5::text[]) as k (uscc, folded_name)
    join venues v on v.district = $1::text and v.uscc = k.uscc and v.folded_name = k.folded_name
   where k.uscc <> ''
  union
  select v.id from unnest($4::text[], $5::text[], $6::text[], $7::text[])
                   as k (uscc, folded_name, street, address)
    join venues v on v.district = $1::text and v.folded_name = k.folded_name
                 and (v.uscc = '') is true
                 and (v.street, v.address) is not distinct from (k.street, k.address)
   where k.uscc = '')sql"};

const pg::Statement kFindLike = {"venue.find_like", R"sql(
  (select id from venues where district = $1::text and uscc = $3::text and uscc <> ''
      and state = 1 limit 100)
  union
  (select id from venues where district = $1::text and cell = any ($4::bigint[])
      and state = 1 limit 500)
  union
  (select id from venues where district = $1::text and street = $5::text and address = $6::text
      and state = 1 limit 100)
  union
  (select id from (
     select id, cardinality(array(select unnest(search_terms) intersect
                                  select unnest($7::text[]))) as shared
       from venues where district = $1::text and search_terms && $7::text[] and state = 1) as near
    where shared >= $8::int order by shared desc, id limit 100)
  except select $2::uuid)sql"};

const pg::Statement kReadUnplaced = {"venue.read_unplaced", R"sql(
  select district, id, longitude, latitude, datum from venues
   where longitude is not null and cell is null order by district, id limit 500 for update)sql"};

const pg::Statement kPlace = {"venue.place", R"sql(
  update venues v set place_longitude = n.longitude, place_latitude = n.latitude, cell = n.cell
    from unnest($1::text[], $2::uuid[], $3::float8[], $4::float8[], $5::bigint[])
         as n (district, id, longitude, latitude, cell)
   where v.district = n.district and v.id = n.id)sql"};

const query::ListSpec& VenueListSpec() {
  static const auto& spec = *new query::ListSpec{
      .name = "venue.list_venues",
      .columns = VENUE_COLUMNS,
      .from = "venues where district = $1::text",
      .fields = {{"state", ListField::Kind::kEnum, "state = $?::smallint",
                  v1::Venue::State_descriptor()},
                 {"venue_class", ListField::Kind::kEnum, "venue_class = $?::smallint",
                  v1::VenueClass_descriptor()},
                 {"kind", ListField::Kind::kEnum, "kind = $?::smallint",
                  v1::VenueKind_descriptor()},
                 {"street", ListField::Kind::kText, kStreetCondition},
                 {"uscc", ListField::Kind::kText, "uscc = upper($?::text)"},
                 {"key_unit", ListField::Kind::kBool, "key_unit"},
                 {"external_id", ListField::Kind::kText,
                  "id in (select venue_id from venue_external_ids where district = $1::text"
                  " and system = split_part($?::text, ':', 1)"
                  " and external_id = substr($?::text, strpos($?::text, ':') + 1))"},
                 {"building", ListField::Kind::kText,
                  "building_id = (case when $?::text ~ '^districts/[0-9]+/buildings/[0-9a-f-]{36}$'"
                  " then split_part($?::text, '/', 4) end)::uuid"},
                 {"unit", ListField::Kind::kText,
                  "id in (select venue_id from venue_units where district = $1::text and unit_id ="
                  " (case when $?::text ~ '^districts/[0-9]+/units/[0-9a-f-]{36}$'"
                  " then split_part($?::text, '/', 4) end)::uuid)"},
                 {"campaign", ListField::Kind::kText,
                  "id in (select venue_id from venue_campaign_classes where district = $1::text"
                  " and campaign = case when $?::text like 'districts/' || $1::text ||"
                  " '/campaigns/%' then split_part($?::text, '/', 4) else $?::text end)"},
                 {"campaign_class", ListField::Kind::kHas,
                  "id in (select venue_id from venue_campaign_classes where district = $1::text"
                  " and campaign = ($?::text[])[1] and venue_class = ($?::text[])[2]::smallint)",
                  nullptr, CampaignClassParam},
                 {"display_name", ListField::Kind::kHas, kNameCondition, nullptr, SearchParam}},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
  };
  return spec;
}

// The distance is that of domain::DistanceMetres.
const query::ListSpec& NearbyListSpec() {
  static const auto& spec = *new query::ListSpec{
      .name = "venue.list_nearby",
      .columns = VENUE_COLUMNS ", distance",
      .from =
          "(select v.*, 2 * 6371008.8 * asin(least(1, sqrt("
          "sin(radians(place_latitude - $3::float8) / 2) ^ 2 + cos(radians($3::float8))"
          " * cos(radians(place_latitude))"
          " * sin(radians(place_longitude - $2::float8) / 2) ^ 2))) as distance"
          " from venues v where district = $1::text and cell = any ($5::bigint[])"
          " and state = 1) as near where distance <= $4::float8",
      .fields = VenueListSpec().fields,
      .order = {{"distance", "float8"}, {"id", "uuid"}},
  };
  return spec;
}

Venue ToVenue(const pg::Row& row) {
  Venue venue{.district = row.Text(0),
              .id = row.Text(1),
              .fields = {.display_name = row.Text(2),
                         .venue_class = static_cast<domain::VenueClass>(row.Int(3)),
                         .kind = static_cast<domain::VenueKind>(row.Int(4)),
                         .uscc = row.Text(5),
                         .no_uscc_reason = row.Text(6),
                         .address = row.Text(7),
                         .street_code = row.Text(8),
                         .point = {},
                         .external_ids = {},
                         .key_unit = row.Bool(12),
                         .persons = {},
                         .building_id = row.OptText(18).value_or(""),
                         .units = {}},
              .state = static_cast<domain::VenueState>(row.Int(13)),
              .close_reason = row.Text(14),
              .create_time = row.Time(15),
              .update_time = row.Time(16),
              .version = row.Int(17),
              .merged_into = row.OptText(19).value_or("")};
  if (!row.IsNull(9)) {
    venue.fields.point = {row.Double(9), row.Double(10), static_cast<domain::Datum>(row.Int(11))};
  }
  return venue;
}

std::vector<pg::Param> VenueParams(const std::vector<const Venue*>& venues) {
  std::vector<std::string> ids, names, folded, terms, usccs, reasons, addresses, streets,
      close_reasons;
  std::vector<int> classes, kinds, states;
  std::vector<std::optional<double>> longitudes, latitudes;
  std::vector<std::optional<int>> datums;
  std::vector<bool> key_units;
  std::vector<absl::Time> created, updated;
  std::vector<int64_t> versions;
  std::vector<std::optional<std::string>> buildings, merged;
  std::vector<std::optional<double>> place_longitudes, place_latitudes;
  std::vector<std::optional<int64_t>> cells;
  for (const Venue* venue : venues) {
    const domain::VenueFields& fields = venue->fields;
    ids.push_back(venue->id);
    names.push_back(fields.display_name);
    folded.push_back(domain::FoldName(fields.display_name));
    terms.push_back(TermsLiteral(folded.back()));
    classes.push_back(static_cast<int>(fields.venue_class));
    kinds.push_back(static_cast<int>(fields.kind));
    usccs.push_back(fields.uscc);
    reasons.push_back(fields.no_uscc_reason);
    addresses.push_back(fields.address);
    streets.push_back(fields.street_code);
    const auto& point = fields.point;
    longitudes.push_back(point ? std::optional(point->longitude) : std::nullopt);
    latitudes.push_back(point ? std::optional(point->latitude) : std::nullopt);
    datums.push_back(point ? std::optional(static_cast<int>(point->datum)) : std::nullopt);
    key_units.push_back(fields.key_unit);
    states.push_back(static_cast<int>(venue->state));
    close_reasons.push_back(venue->close_reason);
    created.push_back(venue->create_time);
    updated.push_back(venue->update_time);
    versions.push_back(venue->version);
    buildings.push_back(fields.building_id.empty() ? std::nullopt
                                                   : std::optional(fields.building_id));
    merged.push_back(venue->merged_into.empty() ? std::nullopt : std::optional(venue->merged_into));
    std::optional<domain::Point> place;
    if (point) place = domain::ToCgcs2000(*point);
    place_longitudes.push_back(place ? std::optional(place->longitude) : std::nullopt);
    place_latitudes.push_back(place ? std::optional(place->latitude) : std::nullopt);
    cells.push_back(place ? std::optional(domain::CellOf(*place)) : std::nullopt);
  }
  return {venues[0]->district,
          ids,
          names,
          folded,
          terms,
          classes,
          kinds,
          usccs,
          reasons,
          addresses,
          streets,
          longitudes,
          latitudes,
          datums,
          key_units,
          states,
          close_reasons,
          created,
          updated,
          versions,
          buildings,
          merged,
          place_longitudes,
          place_latitudes,
          cells};
}

std::vector<pg::Param> KeyParams(const std::string& district, const domain::KeySet& keys) {
  std::vector<std::string> systems, ids, usccs, names, streets, addresses;
  for (const auto& [system, id] : keys.external) {
    systems.push_back(system);
    ids.push_back(id);
  }
  for (const domain::NaturalKey& key : keys.natural) {
    usccs.push_back(key.uscc);
    names.push_back(key.folded_name);
    streets.push_back(key.street_code);
    addresses.push_back(key.address);
  }
  return {district, systems, ids, usccs, names, streets, addresses};
}

}  // namespace rectify::venue::store

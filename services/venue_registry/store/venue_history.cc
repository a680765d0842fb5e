#include "services/venue_registry/store/venue_history.h"

#include <optional>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "services/venue_registry/store/names.h"
#include "services/venue_registry/store/records.h"

namespace rectify::venue::store {
namespace {

using domain::Venue;

#define VERSION_COLUMNS "venue_id, version, valid_until, changed_fields, record"

// changed_fields comes as an array literal per row: unnest would flatten an array of arrays.
constexpr pg::Statement kKeep = {"venue.keep_versions", R"sql(
  insert into venue_versions (district, venue_id, version, valid_from, valid_until, changed_fields,
                              record)
  select $1::text, venue_id, version, valid_from, valid_until, changed_fields::text[], record
    from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::text[],
                $7::bytea[])
         as v (venue_id, version, valid_from, valid_until, changed_fields, record))sql"};

constexpr pg::Statement kAsOf = {
    "venue.venue_as_of", "select " VERSION_COLUMNS
                         " from venue_versions where district = $1::text and venue_id = $2::uuid"
                         " and valid_from <= $3::timestamptz and valid_until > $3::timestamptz"
                         " order by version desc limit 1"};

const query::ListSpec& VersionSpec() {
  static const auto& spec = *new query::ListSpec{
      .name = "venue.list_versions",
      .columns = VERSION_COLUMNS,
      .from = "venue_versions where district = $1::text and venue_id = $2::uuid",
      .fields = {},
      .order = {{"version", "bigint"}},
      .descending = true,
  };
  return spec;
}

std::string PlaceOf(const std::string& id, int64_t version) {
  return Place("versions", id, static_cast<int>(version));
}

}  // namespace

absl::Status VenueHistory::Keep(pg::Tx& tx, const std::vector<VenueWrite>& writes) const {
  std::string district;
  std::vector<std::string> ids, changed;
  std::vector<int64_t> versions;
  std::vector<absl::Time> from, until;
  std::vector<std::optional<pg::Bytes>> records;
  for (const VenueWrite& write : writes) {
    if (write.before == nullptr) continue;
    const Venue& before = *write.before;
    district = before.district;
    ids.push_back(before.id);
    versions.push_back(before.version);
    from.push_back(before.update_time);
    until.push_back(write.venue->update_time);
    changed.push_back(pg::Param(domain::ChangedPaths(before, *write.venue)).text().value_or("{}"));
    records.push_back(box_.Seal(ToRecord(before).SerializeAsString(),
                                PlaceOf(before.id, before.version), "record"));
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.Exec(kKeep, {district, ids, versions, from, until, changed, records}).status();
}

absl::StatusOr<FormerVersion> VenueHistory::Read(const pg::Row& row) const {
  ASSIGN_OR_RETURN(const std::string bytes,
                   box_.Open(row, 4, PlaceOf(row.Text(0), row.Int(1)), "record"));
  v1::Venue record;
  if (!record.ParseFromString(bytes)) return absl::DataLossError("a kept version can't be read");
  return FormerVersion{FromRecord(record, row.Int(1)), row.Time(2), row.TextArray(3)};
}

absl::StatusOr<Venue> VenueHistory::AsOf(pg::Tx& tx, const Venue& present, absl::Time time) const {
  if (present.update_time <= time) return present;
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kAsOf, {present.district, present.id, time}));
  if (rows.empty()) return NotFoundError(NameOf(present.district, "venues", present.id));
  ASSIGN_OR_RETURN(FormerVersion version, Read(rows[0]));
  return std::move(version.venue);
}

absl::StatusOr<std::pair<std::vector<FormerVersion>, std::string>> VenueHistory::List(
    pg::Tx& tx, const std::string& district, const std::string& id, int page_size,
    absl::string_view page_token) const {
  ASSIGN_OR_RETURN(query::ListQuery list, query::ListQuery::Build(VersionSpec(), {district, id}, "",
                                                                  page_size, page_token));
  absl::Status failure;
  ASSIGN_OR_RETURN(auto page, list.Run<FormerVersion>(tx, [&](const pg::Row& row) {
    absl::StatusOr<FormerVersion> version = Read(row);
    if (!version.ok()) failure = version.status();
    return version.ok() ? *std::move(version) : FormerVersion{};
  }));
  RETURN_IF_ERROR(failure);
  return page;
}

}  // namespace rectify::venue::store

#include "services/venue_registry/store/venue_store.h"

#include <algorithm>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/venue_registry/domain/datum.h"
#include "services/venue_registry/domain/duplicates.h"
#include "services/venue_registry/store/names.h"
#include "services/venue_registry/store/venue_rows.h"

namespace rectify::venue::store {
namespace {

using domain::Venue;

constexpr double kSharedTerms = 0.3;  // of the name's terms; fewer can't make names near

}  // namespace

absl::StatusOr<std::vector<Venue>> VenueStore::Read(pg::Tx& tx, const std::string& district,
                                                    const std::vector<std::string>& ids,
                                                    Lock lock) const {
  std::vector<Venue> venues;
  if (ids.empty()) return venues;
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(lock == Lock::kForUpdate ? kLockVenues : kReadVenues, {district, ids}));
  for (pg::Row row : rows) venues.push_back(ToVenue(row));
  RETURN_IF_ERROR(parts_.Add(tx, district, venues));
  return venues;
}

absl::StatusOr<Venue> VenueStore::ReadOne(pg::Tx& tx, const std::string& district,
                                          const std::string& id, Lock lock) const {
  ASSIGN_OR_RETURN(std::vector<Venue> venues, Read(tx, district, {id}, lock));
  if (venues.empty()) return NotFoundError(NameOf(district, "venues", id));
  return std::move(venues[0]);
}

absl::StatusOr<std::vector<std::string>> VenueStore::FindByKeys(pg::Tx& tx,
                                                                const std::string& district,
                                                                const domain::KeySet& keys) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kFindByKeys, KeyParams(district, keys)));
  std::vector<std::string> ids;
  for (pg::Row row : rows) ids.push_back(row.Text(0));
  return ids;
}

absl::Status VenueStore::Save(pg::Tx& tx, const std::vector<VenueWrite>& writes) const {
  std::vector<const Venue*> inserted, updated;
  for (const VenueWrite& write : writes) {
    (write.before ? updated : inserted).push_back(write.venue);
  }
  // Updates first: they may free a name that an insert takes.
  if (!updated.empty()) RETURN_IF_ERROR(tx.Exec(kUpdateVenues, VenueParams(updated)).status());
  if (!inserted.empty()) RETURN_IF_ERROR(tx.Exec(kInsertVenues, VenueParams(inserted)).status());
  RETURN_IF_ERROR(parts_.Save(tx, writes));
  return history_.Keep(tx, writes);
}

absl::StatusOr<std::pair<std::vector<Venue>, std::string>> VenueStore::List(
    pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
    absl::string_view page_token) const {
  ASSIGN_OR_RETURN(query::ListQuery list, query::ListQuery::Build(VenueListSpec(), {district},
                                                                  filter, page_size, page_token));
  ASSIGN_OR_RETURN(auto page, list.Run<Venue>(tx, ToVenue));
  RETURN_IF_ERROR(parts_.Add(tx, district, page.first));
  return page;
}

absl::StatusOr<std::pair<std::vector<NearVenue>, std::string>> VenueStore::ListNearby(
    pg::Tx& tx, const std::string& district, const domain::Point& centre, double radius_metres,
    absl::string_view filter, int page_size, absl::string_view page_token) const {
  std::vector<pg::Param> scope = {district, centre.longitude, centre.latitude, radius_metres,
                                  domain::CellsAround(centre, radius_metres)};
  ASSIGN_OR_RETURN(
      query::ListQuery list,
      query::ListQuery::Build(NearbyListSpec(), std::move(scope), filter, page_size, page_token));
  std::vector<double> metres;
  ASSIGN_OR_RETURN(auto page, list.Run<Venue>(tx, [&](const pg::Row& row) {
    metres.push_back(row.Double(kDistanceColumn));
    return ToVenue(row);
  }));
  RETURN_IF_ERROR(parts_.Add(tx, district, page.first));
  std::vector<NearVenue> near;
  for (size_t i = 0; i < page.first.size(); ++i) {
    near.push_back({std::move(page.first[i]), metres[i]});
  }
  return std::pair{std::move(near), std::move(page.second)};
}

absl::StatusOr<std::vector<Venue>> VenueStore::FindLike(pg::Tx& tx, const Venue& venue) const {
  const domain::VenueFields& fields = venue.fields;
  const std::vector<std::string> terms = domain::CoreTerms(domain::CoreName(fields.display_name));
  const int shared =
      std::max(1, static_cast<int>(kSharedTerms * static_cast<double>(terms.size())));
  std::vector<int64_t> cells;
  if (fields.point) {
    cells = domain::CellsAround(domain::ToCgcs2000(*fields.point), domain::kNearMetres);
  }
  RETURN_IF_ERROR(pg::PlanForValues(tx));
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kFindLike, {venue.district, venue.id, fields.uscc, cells,
                                       fields.street_code, fields.address, terms, shared}));
  std::vector<std::string> ids;
  for (pg::Row row : rows) ids.push_back(row.Text(0));
  return Read(tx, venue.district, ids, Lock::kNone);
}

absl::StatusOr<int> VenueStore::PlaceSome(pg::Tx& tx) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadUnplaced));
  if (rows.empty()) return 0;
  std::vector<std::string> districts, ids;
  std::vector<double> longitudes, latitudes;
  std::vector<int64_t> cells;
  for (pg::Row row : rows) {
    const domain::Point place =
        domain::ToCgcs2000({row.Double(2), row.Double(3), static_cast<domain::Datum>(row.Int(4))});
    districts.push_back(row.Text(0));
    ids.push_back(row.Text(1));
    longitudes.push_back(place.longitude);
    latitudes.push_back(place.latitude);
    cells.push_back(domain::CellOf(place));
  }
  RETURN_IF_ERROR(tx.Exec(kPlace, {districts, ids, longitudes, latitudes, cells}).status());
  return rows.size();
}

}  // namespace rectify::venue::store

// SQL of the venue tables, and rows to and from the domain. Used by VenueStore only.
#pragma once

#include <vector>

#include "libs/pg/param.h"
#include "libs/pg/pool.h"
#include "libs/pg/rows.h"
#include "libs/query/list_query.h"
#include "services/venue_registry/domain/keys.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::store {

// Parameters: district, ids.
extern const pg::Statement kReadVenues, kLockVenues;
// Parameters: of VenueParams.
extern const pg::Statement kInsertVenues, kUpdateVenues;
// ACTIVE venues that may be the same as one. Parameters: district, its id, code, cells around it,
// street, address, terms of its core name, how many of them must be shared.
extern const pg::Statement kFindLike;
// Venues with a point whose place is not stored yet; parameters of kPlace: one array per column.
extern const pg::Statement kReadUnplaced, kPlace;
// Parameters: of KeyParams.
extern const pg::Statement kFindByKeys;

const query::ListSpec& VenueListSpec();
// Scope: district, longitude and latitude on CGCS2000, radius in metres, cells. The distance
// follows the columns of a venue.
const query::ListSpec& NearbyListSpec();
inline constexpr int kDistanceColumn = 20;

// Without its parts.
domain::Venue ToVenue(const pg::Row& row);
std::vector<pg::Param> VenueParams(const std::vector<const domain::Venue*>& venues);
std::vector<pg::Param> KeyParams(const std::string& district, const domain::KeySet& keys);

}  // namespace rectify::venue::store

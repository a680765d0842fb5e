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
extern const pg::Statement kReadVenues, kLockVenues, kReadPersons, kReadExternalIds, kReadUnits;
// Parameters: of VenueParams.
extern const pg::Statement kInsertVenues, kUpdateVenues;
// Parameters: district, ids.
extern const pg::Statement kDeletePersons, kDeleteExternalIds, kDeleteUnits;
// Parameters: district, then one array per column.
extern const pg::Statement kInsertPersons, kInsertExternalIds, kInsertUnits;
// Parameters: of KeyParams.
extern const pg::Statement kFindByKeys;

const query::ListSpec& VenueListSpec();

// Without persons, external ids and units.
domain::Venue ToVenue(const pg::Row& row);
std::vector<pg::Param> VenueParams(const std::vector<const domain::Venue*>& venues);
std::vector<pg::Param> KeyParams(const std::string& district, const domain::KeySet& keys);

}  // namespace rectify::venue::store

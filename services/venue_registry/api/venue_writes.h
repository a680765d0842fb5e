// Steps that creating, updating and importing venues have in common.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/events/command.h"
#include "services/venue_registry/api/context.h"
#include "services/venue_registry/domain/keys.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::api {

// Whether an update mask names the field.
bool Names(const std::vector<std::string>& paths, absl::string_view path);

// NOT_FOUND unless the street is one of the district.
absl::Status CheckStreet(const Context& context, pg::Tx& tx, const std::string& district,
                         const std::string& street);

// NOT_FOUND unless the venue's building and units, as far as they are not those of `before` (may be
// null), are registered.
absl::Status CheckParts(const Context& context, pg::Tx& tx, const domain::Venue& venue,
                        const domain::Venue* before);

// ALREADY_EXISTS when another venue holds the id, the natural key or an external id; metadata
// `field` and `existing`.
absl::Status CheckKeys(const Context& context, pg::Tx& tx, const domain::Venue& venue);

// Audit and event of one registration or update; `summary` is what was done, the name follows.
void RecordNew(rectify::events::Change& change, const domain::Venue& venue,
               absl::string_view action, absl::string_view summary);
void RecordUpdated(rectify::events::Change& change, const domain::VenueChange& update,
                   absl::string_view action, absl::string_view summary);

// Row, audit and event of one venue.
absl::Status SaveNew(const Context& context, rectify::events::Change& change,
                     const domain::Venue& venue, absl::string_view action,
                     absl::string_view summary);
absl::Status SaveUpdated(const Context& context, rectify::events::Change& change,
                         const domain::Venue& present, const domain::VenueChange& update,
                         absl::string_view action, absl::string_view summary);

}  // namespace rectify::venue::api

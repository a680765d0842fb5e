// Two venues that turned out to be one.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::domain {

struct Merge {
  Venue source;  // MERGED
  VenueChange target;
};

// The source becomes MERGED; its external ids move to the target, except where the target has an id
// of that system. A merged venue is never a target again, so redirects have no cycles.
// INVALID_ARGUMENT when they are one venue or the reason is blank; FAILED_PRECONDITION VENUE_CLOSED
// or VENUE_MERGED for either.
absl::StatusOr<Merge> MergeVenues(const Venue& source, const Venue& target, std::string reason,
                                  absl::Time now);

}  // namespace rectify::venue::domain

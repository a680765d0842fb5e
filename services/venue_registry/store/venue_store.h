// Venues with all that belongs to them. All reads and writes are sets.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/venue_registry/domain/keys.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/store/venue_history.h"
#include "services/venue_registry/store/venue_parts.h"

namespace rectify::venue::store {

enum class Lock { kNone, kForUpdate };

struct NearVenue {
  domain::Venue venue;
  double metres;
};

// Thread-safe.
class VenueStore {
 public:
  explicit VenueStore(const crypto::FieldCipher& cipher) : parts_(cipher), history_(cipher) {}

  // Those of `ids` that exist, in any order. With a lock, rows are locked in the order of ids, so
  // that two sets never deadlock.
  absl::StatusOr<std::vector<domain::Venue>> Read(pg::Tx& tx, const std::string& district,
                                                  const std::vector<std::string>& ids,
                                                  Lock lock) const;
  // Exactly one; NOT_FOUND.
  absl::StatusOr<domain::Venue> ReadOne(pg::Tx& tx, const std::string& district,
                                        const std::string& id, Lock lock) const;
  // Ids of the venues of any state that hold one of `keys`.
  absl::StatusOr<std::vector<std::string>> FindByKeys(pg::Tx& tx, const std::string& district,
                                                      const domain::KeySet& keys) const;
  // Keeps the versions that are replaced. All venues are of one district. ALREADY_EXISTS when
  // another transaction took an id or key.
  absl::Status Save(pg::Tx& tx, const std::vector<VenueWrite>& writes) const;
  // One page and the token of the next. INVALID_FILTER, INVALID_PAGE_TOKEN.
  absl::StatusOr<std::pair<std::vector<domain::Venue>, std::string>> List(
      pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
      absl::string_view page_token) const;

  // The same, nearest first, of ACTIVE venues within the circle; `centre` is on CGCS2000.
  absl::StatusOr<std::pair<std::vector<NearVenue>, std::string>> ListNearby(
      pg::Tx& tx, const std::string& district, const domain::Point& centre, double radius_metres,
      absl::string_view filter, int page_size, absl::string_view page_token) const;
  // ACTIVE venues that may be the same as `venue` by code, name, address or point.
  absl::StatusOr<std::vector<domain::Venue>> FindLike(pg::Tx& tx, const domain::Venue& venue) const;
  // Stores where some venues are that were registered before places were; returns how many.
  absl::StatusOr<int> PlaceSome(pg::Tx& tx) const;

  const VenueHistory& history() const { return history_; }

 private:
  VenueParts parts_;
  VenueHistory history_;
};

}  // namespace rectify::venue::store

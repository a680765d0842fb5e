// Venues with their persons, external ids and units. All reads and writes are sets.
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
#include "services/venue_registry/store/field_box.h"

namespace rectify::venue::store {

enum class Lock { kNone, kForUpdate };

// One venue to write. Of what belongs to it only that is written which differs from `before`.
struct VenueWrite {
  const domain::Venue* venue;
  const domain::Venue* before;  // as it is stored; null for a new one
};

// Thread-safe.
class VenueStore {
 public:
  explicit VenueStore(const crypto::FieldCipher& cipher) : box_(cipher) {}

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
  // All venues are of one district. ALREADY_EXISTS when another transaction took an id or key.
  absl::Status Save(pg::Tx& tx, const std::vector<VenueWrite>& writes) const;
  // One page and the token of the next. INVALID_FILTER, INVALID_PAGE_TOKEN.
  absl::StatusOr<std::pair<std::vector<domain::Venue>, std::string>> List(
      pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
      absl::string_view page_token) const;

 private:
  absl::Status AddParts(pg::Tx& tx, const std::string& district,
                        std::vector<domain::Venue>& venues) const;
  absl::Status SavePersons(pg::Tx& tx, const std::vector<const domain::Venue*>& venues) const;
  absl::Status SaveExternalIds(pg::Tx& tx, const std::vector<const domain::Venue*>& venues) const;
  absl::Status SaveUnits(pg::Tx& tx, const std::vector<const domain::Venue*>& venues) const;
  FieldBox box_;
};

}  // namespace rectify::venue::store

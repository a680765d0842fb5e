// What belongs to venues in tables of its own: persons, external ids, units, campaign classes.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/pg/pool.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/store/field_box.h"

namespace rectify::venue::store {

// One venue to write. Of what belongs to it only that is written which differs from `before`.
struct VenueWrite {
  const domain::Venue* venue;
  const domain::Venue* before;  // as it is stored; null for a new one
};

// Thread-safe.
class VenueParts {
 public:
  explicit VenueParts(const crypto::FieldCipher& cipher) : box_(cipher) {}

  // Completes venues that were read from their own table.
  absl::Status Add(pg::Tx& tx, const std::string& district,
                   std::vector<domain::Venue>& venues) const;
  // All venues are of one district and in their own table already.
  absl::Status Save(pg::Tx& tx, const std::vector<VenueWrite>& writes) const;

 private:
  using Writes = std::vector<VenueWrite>;
  absl::Status SavePersons(pg::Tx& tx, const Writes& writes) const;
  absl::Status SaveFormerPersons(pg::Tx& tx, const Writes& writes) const;
  static absl::Status SaveExternalIds(pg::Tx& tx, const Writes& writes);
  static absl::Status SaveUnits(pg::Tx& tx, const Writes& writes);
  static absl::Status SaveCampaignClasses(pg::Tx& tx, const Writes& writes);
  FieldBox box_;
};

}  // namespace rectify::venue::store

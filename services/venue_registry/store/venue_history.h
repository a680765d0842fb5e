// The versions of venues. The present one is in the table of venues; what came before is kept here
// as it was, persons encrypted.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/store/field_box.h"
#include "services/venue_registry/store/venue_parts.h"

namespace rectify::venue::store {

// A version that another one followed.
struct FormerVersion {
  domain::Venue venue;
  absl::Time valid_until;
  std::vector<std::string> changed;  // mask paths that the next version changed
};

// Thread-safe.
class VenueHistory {
 public:
  explicit VenueHistory(const crypto::FieldCipher& cipher) : box_(cipher) {}

  // Keeps what `writes` replace. Versions that one transaction made and replaced were never valid
  // and are not kept.
  absl::Status Keep(pg::Tx& tx, const std::vector<VenueWrite>& writes) const;
  // `present` as it was at `time`; NOT_FOUND before it was registered.
  absl::StatusOr<domain::Venue> AsOf(pg::Tx& tx, const domain::Venue& present,
                                     absl::Time time) const;
  // One page, newest first, and the token of the next. INVALID_PAGE_TOKEN.
  absl::StatusOr<std::pair<std::vector<FormerVersion>, std::string>> List(
      pg::Tx& tx, const std::string& district, const std::string& id, int page_size,
      absl::string_view page_token) const;

 private:
  absl::StatusOr<FormerVersion> Read(const pg::Row& row) const;
  FieldBox box_;
};

}  // namespace rectify::venue::store

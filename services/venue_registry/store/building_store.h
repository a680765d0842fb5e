// Buildings.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/venue_registry/domain/building.h"

namespace rectify::venue::store {

// Thread-safe.
class BuildingStore {
 public:
  // ALREADY_EXISTS with metadata `field` (building_id or building.display_name) and, for the
  // latter, `existing`.
  absl::Status Insert(pg::Tx& tx, const domain::Building& building) const;
  absl::Status Update(pg::Tx& tx, const domain::Building& building) const;
  // Locks the row for a change. NOT_FOUND.
  absl::StatusOr<domain::Building> Lock(pg::Tx& tx, const std::string& district,
                                        const std::string& id) const;
  // Those that exist, in any order.
  absl::StatusOr<std::vector<domain::Building>> Read(pg::Tx& tx, const std::string& district,
                                                     const std::vector<std::string>& ids) const;
  // One page and the token of the next. INVALID_FILTER, INVALID_PAGE_TOKEN.
  absl::StatusOr<std::pair<std::vector<domain::Building>, std::string>> List(
      pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
      absl::string_view page_token) const;

 private:
  static absl::Status CheckTwin(pg::Tx& tx, const domain::Building& building);
};

}  // namespace rectify::venue::store

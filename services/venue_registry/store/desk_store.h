// Streets and departments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/venue_registry/domain/desk.h"
#include "services/venue_registry/store/field_box.h"

namespace rectify::venue::store {

// Thread-safe.
class DeskStore {
 public:
  explicit DeskStore(const crypto::FieldCipher& cipher) : box_(cipher) {}

  // Locks the desk for a change, also one that is not there yet.
  absl::StatusOr<std::optional<domain::Desk>> Lock(pg::Tx& tx, domain::DeskKind kind,
                                                   const std::string& district,
                                                   const std::string& code) const;
  // Inserts version 1, updates later ones; after Lock.
  absl::Status Save(pg::Tx& tx, domain::DeskKind kind, const domain::Desk& desk,
                    absl::Time now) const;
  // By code; `codes` empty: all of the district.
  absl::StatusOr<std::vector<domain::Desk>> Read(pg::Tx& tx, domain::DeskKind kind,
                                                 const std::string& district,
                                                 const std::vector<std::string>& codes = {}) const;

 private:
  absl::StatusOr<domain::Desk> ToDesk(const pg::Row& row, domain::DeskKind kind,
                                      const std::string& district) const;
  FieldBox box_;
};

}  // namespace rectify::venue::store

// Officers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/venue_registry/domain/officer.h"
#include "services/venue_registry/store/field_box.h"

namespace rectify::venue::store {

// Thread-safe.
class OfficerStore {
 public:
  explicit OfficerStore(const crypto::FieldCipher& cipher) : box_(cipher) {}

  // ALREADY_EXISTS with metadata `field` (officer_id or officer.certificate_number).
  absl::Status Insert(pg::Tx& tx, const domain::Officer& officer, absl::Time now) const;
  absl::Status Update(pg::Tx& tx, const domain::Officer& officer, absl::Time now) const;
  // Locks the row for a change. NOT_FOUND.
  absl::StatusOr<domain::Officer> Lock(pg::Tx& tx, const std::string& district,
                                       const std::string& id) const;
  // Those that exist, in any order.
  absl::StatusOr<std::vector<domain::Officer>> Read(pg::Tx& tx, const std::string& district,
                                                    const std::vector<std::string>& ids) const;
  // All officers who hold one of `posts` on `day`, oldest record first.
  absl::StatusOr<std::vector<domain::Officer>> InPost(pg::Tx& tx, const std::string& district,
                                                      const std::vector<domain::Post>& posts,
                                                      absl::CivilDay day) const;
  // One page and the token of the next. INVALID_FILTER, INVALID_PAGE_TOKEN.
  absl::StatusOr<std::pair<std::vector<domain::Officer>, std::string>> List(
      pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
      absl::string_view page_token) const;

 private:
  absl::StatusOr<domain::Officer> ToOfficer(const pg::Row& row) const;
  absl::StatusOr<std::vector<domain::Officer>> ToOfficers(const pg::Rows& rows) const;
  std::vector<pg::Param> Params(const domain::Officer& officer, absl::Time now) const;
  FieldBox box_;
};

}  // namespace rectify::venue::store

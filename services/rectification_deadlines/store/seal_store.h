// Seals in PostgreSQL. A seal is loaded and saved whole. Thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/pool.h"
#include "services/rectification_deadlines/domain/seal.h"
#include "services/rectification_deadlines/store/order_store.h"

namespace rectify::deadline::store {

class SealStore {
 public:
  // `cipher` protects who received a decision; it outlives the store.
  explicit SealStore(const crypto::FieldCipher& cipher) : cipher_(cipher) {}

  // NOT_FOUND.
  absl::StatusOr<domain::Seal> Load(pg::Tx& tx, absl::string_view name) const;
  // The same with the row locked until the end of the transaction.
  absl::StatusOr<domain::Seal> LoadForUpdate(pg::Tx& tx, absl::string_view name) const;
  // Inserts or replaces.
  absl::Status Save(pg::Tx& tx, const domain::Seal& seal) const;
  // Newest first, and the token of the next page. INVALID_FILTER, INVALID_PAGE_TOKEN.
  absl::StatusOr<std::pair<std::vector<domain::Seal>, std::string>> List(pg::Tx& tx,
                                                                         absl::string_view district,
                                                                         const Page& page) const;

 private:
  absl::StatusOr<domain::Seal> LoadOne(pg::Tx& tx, absl::string_view name,
                                       const pg::Statement& statement) const;
  // Decrypts and reads what is not in the seals' rows.
  absl::Status Complete(pg::Tx& tx, absl::string_view district,
                        std::vector<domain::Seal>& seals) const;
  const crypto::FieldCipher& cipher_;
};

}  // namespace rectify::deadline::store

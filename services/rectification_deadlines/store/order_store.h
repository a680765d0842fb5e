// Orders in PostgreSQL. An order is loaded and saved whole; lists read the parts of all its orders
// at once. Thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/pool.h"
#include "rectify/deadline/v1/order.pb.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::store {

struct Page {
  absl::string_view filter;
  int size = 0;
  absl::string_view token;
};

class OrderStore {
 public:
  // `cipher` protects who received a document; it outlives the store.
  explicit OrderStore(const crypto::FieldCipher& cipher) : cipher_(cipher) {}

  // NOT_FOUND.
  absl::StatusOr<domain::Order> Load(pg::Tx& tx, absl::string_view name) const;
  // The same with the row locked until the end of the transaction.
  absl::StatusOr<domain::Order> LoadForUpdate(pg::Tx& tx, absl::string_view name) const;
  // Inserts or replaces, and records the versions. Travels with the next statement that is waited
  // for.
  absl::Status Save(pg::Tx& tx, const std::vector<domain::Order>& orders) const;
  absl::Status Save(pg::Tx& tx, const domain::Order& order) const {
    return Save(tx, std::vector<domain::Order>{order});
  }
  // Newest first, and the token of the next page. INVALID_FILTER, INVALID_PAGE_TOKEN.
  absl::StatusOr<std::pair<std::vector<domain::Order>, std::string>> List(
      pg::Tx& tx, absl::string_view district, const Page& page, absl::Time now) const;

  // The order as it was then, as the contract shows it. NOT_FOUND also when it was not drafted yet.
  absl::StatusOr<v1::Order> LoadAsOf(pg::Tx& tx, absl::string_view name, absl::Time as_of) const;
  // The same for the list, with persons masked.
  absl::StatusOr<std::pair<std::vector<v1::Order>, std::string>> ListAsOf(
      pg::Tx& tx, absl::string_view district, const Page& page, absl::Time as_of) const;
  // Records what at most `limit` orders are that have no version yet, and says how many they were.
  absl::StatusOr<int> RecordMissing(pg::Tx& tx, int limit) const;

 private:
  absl::StatusOr<domain::Order> LoadWhole(pg::Tx& tx, absl::string_view name,
                                          const pg::Statement& statement) const;
  // Decrypts and reads what is not in the orders' rows.
  absl::Status Complete(pg::Tx& tx, absl::string_view district,
                        std::vector<domain::Order>& orders) const;
  const crypto::FieldCipher& cipher_;
};

// Draws the next number of a register and books it for the order. The register's row stays locked
// until the end of the transaction, so that numbers have no gaps.
absl::StatusOr<std::string> DrawNumber(pg::Tx& tx, const domain::Order& order,
                                       const domain::DocumentRule& rule, absl::Time now);
// The number stays used; the register keeps the reason.
absl::Status VoidNumber(pg::Tx& tx, const domain::Order& voided, absl::Time now);

// Sets the business time for conditions on it (overdue) in the lists of this transaction. Not a
// parameter of the list, because a page token is bound to those.
absl::Status SetListTime(pg::Tx& tx, absl::Time now);

}  // namespace rectify::deadline::store

// Personal fields at rest: each value is encrypted for its one place.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/param.h"
#include "libs/pg/rows.h"
#include "services/venue_registry/domain/contact.h"

namespace rectify::venue::store {

// A row that holds personal values: "venue|persons|<venue id>|<n>|" without the column.
std::string Place(absl::string_view table, absl::string_view row, int n);

// Thread-safe. The cipher outlives it.
class FieldBox {
 public:
  explicit FieldBox(const crypto::FieldCipher& cipher) : cipher_(cipher) {}

  // NULL for an empty value.
  std::optional<pg::Bytes> Seal(absl::string_view value, absl::string_view place,
                                absl::string_view column) const;
  std::optional<pg::Bytes> Index(absl::string_view value) const;
  // Of column `column` of `row`, "" for NULL. DATA_LOSS when it was changed or moved.
  absl::StatusOr<std::string> Open(const pg::Row& row, int column, absl::string_view place,
                                   absl::string_view name) const;
  // Columns mobile, email and webhook_uri from `first` on.
  absl::StatusOr<domain::Contact> OpenContact(const pg::Row& row, int first,
                                              absl::string_view place) const;

 private:
  const crypto::FieldCipher& cipher_;
};

}  // namespace rectify::venue::store

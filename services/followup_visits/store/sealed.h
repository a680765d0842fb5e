// Values that are kept encrypted, each bound to its one place.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/param.h"
#include "libs/pg/rows.h"

namespace rectify::followup::store {

// Where a value lies: "followup|visits|<id>|answers".
inline std::string Place(absl::string_view table, absl::string_view id, absl::string_view column) {
  return absl::StrCat("followup|", table, "|", id, "|", column);
}

inline pg::Param Seal(const crypto::FieldCipher& cipher, absl::string_view value,
                      absl::string_view place) {
  if (value.empty()) return nullptr;
  return pg::Bytes{cipher.Encrypt(value, place)};
}

// "" for NULL. DATA_LOSS when it was changed or moved.
inline absl::StatusOr<std::string> Open(const crypto::FieldCipher& cipher, const pg::Row& row,
                                        int column, absl::string_view place) {
  if (row.IsNull(column)) return std::string();
  return cipher.Decrypt(row.Bytes(column), place);
}

}  // namespace rectify::followup::store

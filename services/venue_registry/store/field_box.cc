#include "services/venue_registry/store/field_box.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace rectify::venue::store {

std::string Place(absl::string_view table, absl::string_view row, int n) {
  return absl::StrCat("venue|", table, "|", row, "|", n, "|");
}

std::optional<pg::Bytes> FieldBox::Seal(absl::string_view value, absl::string_view place,
                                        absl::string_view column) const {
  if (value.empty()) return std::nullopt;
  return pg::Bytes{cipher_.Encrypt(value, absl::StrCat(place, column))};
}

std::optional<pg::Bytes> FieldBox::Index(absl::string_view value) const {
  if (value.empty()) return std::nullopt;
  return pg::Bytes{cipher_.BlindIndex(value)};
}

absl::StatusOr<std::string> FieldBox::Open(const pg::Row& row, int column, absl::string_view place,
                                           absl::string_view name) const {
  if (row.IsNull(column)) return "";
  return cipher_.Decrypt(row.Bytes(column), absl::StrCat(place, name));
}

absl::StatusOr<domain::Contact> FieldBox::OpenContact(const pg::Row& row, int first,
                                                      absl::string_view place) const {
  domain::Contact contact;
  ASSIGN_OR_RETURN(contact.mobile, Open(row, first, place, "mobile"));
  ASSIGN_OR_RETURN(contact.email, Open(row, first + 1, place, "email"));
  contact.webhook_uri = row.Text(first + 2);
  return contact;
}

}  // namespace rectify::venue::store

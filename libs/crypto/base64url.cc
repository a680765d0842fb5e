#include "libs/crypto/base64url.h"

#include "absl/strings/escaping.h"

namespace rectify::crypto {

absl::StatusOr<std::string> FromBase64Url(absl::string_view text) {
  std::string data;
  // Abseil accepts spaces, padding and bits that no byte has.
  if (!absl::WebSafeBase64Unescape(text, &data) || absl::WebSafeBase64Escape(data) != text) {
    return absl::InvalidArgumentError("not base64url");
  }
  return data;
}

}  // namespace rectify::crypto

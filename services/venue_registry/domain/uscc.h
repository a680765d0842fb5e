// The unified social credit code (统一社会信用代码) of GB 32100-2015.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::venue::domain {

// The canonical form of a code as people write it: trimmed, full-width characters folded, upper
// case. INVALID_ARGUMENT USCC_INVALID on the field `uscc`, saying what is wrong: the length, the
// first character outside the alphabet, or the check character that was expected. The check
// character of the organisation code inside is not enforced: codes older than 2015 break it.
absl::StatusOr<std::string> ParseUscc(absl::string_view text);

}  // namespace rectify::venue::domain

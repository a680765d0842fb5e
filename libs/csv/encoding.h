// Which characters a file is made of.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::csv {

// The whole file as UTF-8 without a byte order mark. What is no UTF-8 is read as GB18030, in which
// spreadsheets in China save CSV. INVALID_ARGUMENT CSV_INVALID of `csv` for what is neither, or has
// a NUL.
absl::StatusOr<std::string> ToUtf8(absl::string_view file);

}  // namespace rectify::csv

// The rows of an XLSX file from outside. Nothing in it is trusted: what it says of its sizes is
// checked before and counted while it unpacks; libzip unpacks, expat parses, and a file with a
// document type, which could hold entities, is refused.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rectify::xlsx {

struct Row {
  int number = 0;                  // as spreadsheets show it, from 1
  std::vector<std::string> cells;  // from column A on; what has no value is ""
};

inline constexpr int kMaxEntries = 2000;
inline constexpr size_t kMaxUnpacked = size_t{100} << 20;  // of all entries, as declared
inline constexpr size_t kMaxRatio = 100;                   // unpacked to packed, of each entry
inline constexpr int kMaxColumns = 256;
inline constexpr size_t kMaxText = size_t{16} << 20;  // of all cells together

// The first sheet that is not hidden, row by row; rows without a value are left out. Texts and
// numbers are as they are stored (dates are day numbers from 1899-12-30 on), truth values are TRUE
// and FALSE, of formulas the last result. INVALID_ARGUMENT CSV_INVALID of `xlsx` for what is no
// such file or passes a limit; errors of `on_row` end the reading with that error.
absl::Status ReadRows(absl::string_view file, const std::function<absl::Status(Row)>& on_row);

}  // namespace rectify::xlsx

// A file of rows as it comes in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"
#include "services/gateway/sheets/export.h"

namespace rectify::gateway {

inline constexpr size_t kMaxImportRows = 5000;

struct FileRow {
  int number = 0;                  // as spreadsheets and editors show it: a line of CSV
  std::vector<std::string> cells;  // no more than the header has, without space around them
  std::optional<Text> problem;     // the row can't be read
};

struct ImportFile {
  std::vector<std::string> header;  // without empty cells at its end
  std::vector<FileRow> rows;        // without empty ones
};

// CSV in UTF-8 or GB18030, or the first sheet of an XLSX file. In CSV the apostrophes before
// formulas are taken off. INVALID_ARGUMENT CSV_INVALID of `csv` or `xlsx`: no such file, no header,
// too many rows or columns.
absl::StatusOr<ImportFile> ReadFile(SheetForm form, absl::string_view body);

}  // namespace rectify::gateway

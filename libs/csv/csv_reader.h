// Rows of a CSV file (RFC 4180, UTF-8) that arrives in pieces of any size. Memory is bounded by the
// longest row. libcsv parses; this adds the line numbers, and goes on behind a broken row.
#pragma once

#include <csv.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"

namespace rectify::csv {

struct CsvRow {
  int line = 0;  // physical line on which the row starts, from 1
  std::vector<std::string> cells;
  std::optional<Text> problem;  // the row can't be read; it has no cells then
};

// Lines end with LF, CRLF or CR. Blank lines are skipped, a byte order mark at the start too. When
// quotes don't match, the first line of the row is reported as broken and reading goes on with the
// next line, so that one forgotten quote does not swallow what follows.
class CsvReader {
 public:
  // Longest row in bytes; 18 columns of 200 Chinese characters take 11 KiB.
  static constexpr size_t kMaxRow = size_t{32} * 1024;

  // Errors of `on_row` end Feed or Finish with that error.
  explicit CsvReader(std::function<absl::Status(CsvRow)> on_row);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  absl::Status Feed(absl::string_view bytes);
  // The end of the file. Call once.
  absl::Status Finish();

 private:
  struct Line {
    int number;
    std::string text;  // with its end
    bool too_long;
  };

  void Append(absl::string_view bytes);
  absl::Status EndLine();
  absl::Status Parse(std::deque<Line> lines);
  // Feeds one line; false when the row that it belongs to is broken.
  bool Accept(const Line& line);
  void Reset();
  // Reports the row's first line as broken; returns its other lines.
  absl::StatusOr<std::deque<Line>> Refuse();

  const std::function<absl::Status(CsvRow)> on_row_;
  csv_parser parser_;
  std::string line_;  // incomplete
  bool line_too_long_ = false;
  bool after_cr_ = false;
  int line_number_ = 1;

  std::deque<Line> row_;  // lines of the row that is being read
  size_t row_bytes_ = 0;
  std::vector<std::string> cells_;
  bool row_done_ = false;
};

}  // namespace rectify::csv

// One sheet as an XLSX file, written row by row: memory is bounded by one row, the file grows in
// the system's folder for temporary files and has no name there when it is handed out.
// libxlsxwriter writes.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::xlsx {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// One thread at a time.
class Writer {
 public:
  static constexpr size_t kMaxCellCharacters = 32767;     // what programs read
  static constexpr size_t kMaxBytes = size_t{128} << 20;  // of all cells together

  // UNAVAILABLE when there is no place for the file.
  static absl::StatusOr<std::unique_ptr<Writer>> Create(const std::string& sheet_name);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // The next cell of the row. A text stays a text whatever it looks like, never a formula.
  // OUT_OF_RANGE for a text that is too long for a cell, or when the file becomes too large.
  absl::Status AddText(const std::string& text);
  absl::Status AddNumber(double number);
  void EndRow();
  // In bold, and stays in sight when the rows are scrolled.
  void EndHeader();

  // The whole file, from its beginning. Once, at the end.
  absl::StatusOr<File> Finish();

 private:
  struct Book;
  explicit Writer(std::unique_ptr<Book> book);
  absl::Status Added(size_t bytes);
  std::unique_ptr<Book> book_;
};

}  // namespace rectify::xlsx

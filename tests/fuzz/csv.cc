// libs/csv: the same rows however the file is cut.
#include <string>
#include <vector>

#include "libs/csv/csv_reader.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

struct Seen {
  int line;
  std::vector<std::string> cells;
  bool broken;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> Read(absl::string_view file, size_t piece) {
  std::vector<Seen> rows;
  csv::CsvReader reader([&](csv::CsvRow row) {
    Require(!row.problem.has_value() || row.cells.empty(), "a broken row has no cells");
    Require(rows.empty() || row.line > rows.back().line, "rows come in the order of their lines");
    rows.push_back({row.line, std::move(row.cells), row.problem.has_value()});
    return absl::OkStatus();
  });
  for (size_t at = 0; at < file.size(); at += piece) {
    Require(reader.Feed(file.substr(at, piece)).ok(), "only on_row can fail");
  }
  Require(reader.Finish().ok(), "only on_row can fail");
  return rows;
}

}  // namespace

// The first byte says how the file is cut.
void Csv(absl::string_view input) {
  if (input.empty()) return;
  const size_t piece = 1 + static_cast<unsigned char>(input[0]) % 64;
  input.remove_prefix(1);
  Require(Read(input, piece) == Read(input, input.size() + 1), "pieces make no difference");
}

}  // namespace rectify::fuzz

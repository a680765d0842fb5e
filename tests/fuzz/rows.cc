// The import files of venues and of penalised units: header and rows as people's spreadsheets have
// them.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "libs/csv/cells.h"
#include "services/followup_visits/domain/import_columns.h"
#include "services/venue_registry/domain/import_columns.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

using Cells = std::vector<std::string>;

void Venues(const std::vector<Cells>& rows) {
  const auto header = venue::domain::ImportHeader::Read(rows[0]);
  if (!header.ok()) return;
  Require(header->columns().size() == rows[0].size(), "a header has all columns");
  venue::domain::StreetNames streets;
  streets.Add("120110", "120110001", "示例街道");
  for (size_t i = 1; i < rows.size(); ++i) {
    const auto row = venue::domain::ReadRow(*header, rows[i], streets);
    venue::domain::MergeRow(*header, row.fields, row.fields);
  }
}

void Units(const std::vector<Cells>& rows) {
  const auto header = followup::domain::ReadHeader(rows[0]);
  if (!header.ok()) return;
  for (size_t i = 1; i < rows.size(); ++i) {
    followup::domain::ReadRow(*header, rows[i], "120110", absl::CivilDay(2023, 6, 30))
        .IgnoreError();
  }
}

}  // namespace

// Lines are rows, tabs part cells: the CSV syntax has a target of its own.
void Rows(absl::string_view input) {
  std::vector<Cells> rows;
  for (absl::string_view line : absl::StrSplit(input, '\n')) {
    rows.push_back(absl::StrSplit(line, '\t'));
  }
  Venues(rows);
  Units(rows);
  const std::string text(input);
  Require(csv::Armed(csv::Disarmed(text)) == text, "Armed undoes Disarmed");
}

}  // namespace rectify::fuzz

// The figures of a year. A figure is a named set of records, and its number is the size of the set:
// nothing is counted apart from what it counts.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/cli/report/facts.h"

namespace rectify::cli {

using Records = std::set<std::string>;  // resource names

// Keys are for machines and for --records; labels are what people read.
struct Heading {
  std::string key, label;
};

struct FigureRow {
  Heading heading;
  std::vector<Records> cells;  // as many as the section has columns
};

struct FigureSection {
  Heading heading;
  std::string row_label;
  std::vector<Heading> columns;
  std::vector<FigureRow> rows;
};

struct YearFigures {
  int year = 0;
  absl::CivilDay as_of;  // inclusive
  std::vector<FigureSection> sections;
};

// Facts hold nothing after `as_of`. A finding, clock or reminder belongs to the year in which it
// was found, started or settled.
YearFigures ComputeFigures(const Facts& facts, int year, absl::CivilDay as_of);

// The records behind the number `key`, "SECTION/ROW/COLUMN". NOT_FOUND names the nearest choices.
absl::StatusOr<Records> RecordsOf(const YearFigures& figures, absl::string_view key);

}  // namespace rectify::cli

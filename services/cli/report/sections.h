// What the sections of a year's report are made of.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/cli/report/facts.h"
#include "services/cli/report/figures.h"

namespace rectify::cli {

// The facts and the year that they are sorted by.
struct YearView {
  const Facts& facts;
  int year;
  absl::CivilDay as_of;

  bool Has(absl::Time time) const;
};

// "districts/120110/streets/120110003" → "120110003".
std::string LastPart(const std::string& name);
FigureRow& AddRow(FigureSection& section, Heading heading);
// The last row, `all`: what all rows name together.
void AddSum(FigureSection& section);

// By class, street, month and department.
std::vector<FigureSection> FindingSections(const YearView& view);
// What campaigns asked of venues and of departments.
FigureSection SelfInspectionSection(const YearView& view);
FigureSection DepartmentTaskSection(const YearView& view);

}  // namespace rectify::cli

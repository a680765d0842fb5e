// A year's figures for people and for machines. The same figures give the same bytes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "services/cli/report/facts.h"
#include "services/cli/report/figures.h"

namespace rectify::cli {

// {"year", "as_of", "sections": {SECTION: {ROW: {COLUMN: number}}}, "rests_on": {SOURCE: …}}.
nlohmann::ordered_json ReportJson(const YearFigures& figures, const Facts& facts);
// Tables in Chinese. `brief`: only the totals and the sum of each section.
std::string ReportText(const YearFigures& figures, const Facts& facts, bool brief);

}  // namespace rectify::cli

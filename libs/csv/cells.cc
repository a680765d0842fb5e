#include "libs/csv/cells.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace rectify::csv {
namespace {

constexpr absl::string_view kFormulaMarks[] = {
    "=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", absl::string_view("\0", 1)};

// Apostrophes, then the mark of a formula.
bool IsFormula(absl::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('\''), text.size()));
  return std::any_of(std::begin(kFormulaMarks), std::end(kFormulaMarks),
                     [&](absl::string_view mark) { return absl::StartsWith(text, mark); });
}

}  // namespace

std::string Line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) line.push_back(',');
    if (cell.find_first_of("\",\r\n") == std::string::npos) {
      line.append(cell);
    } else {
      absl::StrAppend(&line, "\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
    }
  }
  return line.append("\r\n");
}

std::string Disarmed(absl::string_view text) {
  return IsFormula(text) ? absl::StrCat("'", text) : std::string(text);
}

std::string Armed(absl::string_view text) {
  return absl::StartsWith(text, "'") && IsFormula(text) ? std::string(text.substr(1))
                                                        : std::string(text);
}

}  // namespace rectify::csv

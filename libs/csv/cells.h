// Cells and lines of a CSV file that people open with a spreadsheet.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rectify::csv {

// At the start of a file: spreadsheets know UTF-8 by it.
inline constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

// The cells as one line (RFC 4180) with CR LF at its end; as they are, so text goes through
// Disarmed first.
std::string Line(const std::vector<std::string>& cells);

// A text that a spreadsheet would run as a formula (it begins with = + - @, in full width too, or
// with a tab, CR or NUL, which some take off before they look) gets an apostrophe in front; Armed
// takes it off again. Each is the inverse of the other for every text.
std::string Disarmed(absl::string_view text);
std::string Armed(absl::string_view text);

}  // namespace rectify::csv

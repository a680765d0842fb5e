// Cells of sheets that people open: words for enum values, and text that no program takes for a
// formula.
#pragma once

#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace rectify::venue::domain {

// Words of a cell, upper case, and the number of the enum value.
using Words = std::map<std::string, int>;
const Words& ClassWords();
const Words& KindWords();
const Words& DatumWords();
const Words& BoolWords();

// The Chinese word of a value (a datum's name), "" for none.
std::string ClassWord(int value);
std::string KindWord(int value);
std::string DatumWord(int value);

// A text that a spreadsheet would run as a formula (it begins with = + - @, in full width too) gets
// an apostrophe in front; Armed takes it off again. Each is the inverse of the other for every
// text.
std::string Disarmed(absl::string_view text);
std::string Armed(absl::string_view text);

}  // namespace rectify::venue::domain

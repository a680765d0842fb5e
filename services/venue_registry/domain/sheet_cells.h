// Cells of sheets that people open: words for enum values.
#pragma once

#include <map>
#include <string>

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

}  // namespace rectify::venue::domain

// Unicode text as people and databases need it. All strings are UTF-8. Nothing depends on the
// locale of the process. A byte that is not UTF-8 counts as one character and is kept as it is.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rectify {

// Valid UTF-8 without NUL.
bool IsCleanUtf8(absl::string_view text);
// Code points; `text` must be valid UTF-8.
size_t CodePoints(absl::string_view text);
// Columns on a terminal: wide East Asian characters count 2 (wcwidth of a UTF-8 locale).
size_t DisplayWidth(absl::string_view text);
// Cuts to at most `max` code points, with "…" as the last one when something was cut.
std::string Ellipsize(absl::string_view text, size_t max);
// Without ASCII and ideographic (U+3000) space at both ends; the characters of a name as they are.
std::string Trimmed(absl::string_view text);
// Trims the same and folds full-width ASCII to ASCII (an ideographic space inside becomes a space).
std::string NormalizeText(absl::string_view text);
// All single characters and adjacent pairs, lower-cased, each once, sorted: the index terms of a
// substring search that works for Chinese (every substring's terms are terms of the whole).
std::vector<std::string> SearchTerms(absl::string_view text);

}  // namespace rectify

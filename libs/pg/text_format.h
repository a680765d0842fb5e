// Parsers of PostgreSQL's text output, as our sessions set it: DateStyle ISO, TimeZone UTC,
// bytea_output hex. Pure; nullopt when the text has another form. Used by Row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rectify::pg {

// "2023-01-03 08:00:00.123456+00", also "infinity" and "-infinity".
std::optional<absl::Time> ParseTimestamp(absl::string_view text);
// "2023-01-03".
std::optional<absl::CivilDay> ParseDate(absl::string_view text);
// "\x00ff".
std::optional<std::string> ParseBytea(absl::string_view text);
// One-dimensional array without NULL elements: {a,"b c"}.
std::optional<std::vector<std::string>> ParseTextArray(absl::string_view text);

}  // namespace rectify::pg

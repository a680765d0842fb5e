// Resource names by pattern: "districts/{district}/venues/{uuid}".
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::rpc {

// The values of the pattern's variables in order; INVALID_ARGUMENT naming `field` when `name` does
// not match. {district}: 6 digits; {uuid}: lower-case UUID; {code}: [A-Za-z0-9_-]{1,32}.
absl::StatusOr<std::vector<std::string>> MatchName(absl::string_view pattern,
                                                   absl::string_view name, absl::string_view field);

// Of `parent`, "districts/{district}"; INVALID_ARGUMENT naming the field otherwise.
absl::StatusOr<std::string> ParentDistrict(absl::string_view parent);

// The district of any of our names, "" when it has none.
std::string DistrictOf(absl::string_view name);

}  // namespace rectify::rpc

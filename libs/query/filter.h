// The `filter` of list methods (AIP-160, the part that people use): terms joined by AND,
//   field = "value"   field != "value"   field : "part"   field = true
// Values may stand without quotes when they have no space or quote. `\"` and `\\` inside quotes.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::query {

enum class Operator { kEquals, kNotEquals, kHas };

struct Term {
  std::string field;
  Operator op;
  std::string value;
  int position;  // of the field, in code points from 1
};

// Only the form; fields and values are checked by ListQuery. INVALID_ARGUMENT INVALID_FILTER with
// metadata `position`. At most 20 terms.
absl::StatusOr<std::vector<Term>> ParseFilter(absl::string_view filter);

// The same error for a term whose field or value does not fit.
absl::Status FilterError(int position, absl::string_view zh, absl::string_view en);

}  // namespace rectify::query

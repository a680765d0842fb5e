#include "libs/testing/paths.h"

#include "absl/strings/str_cat.h"

namespace rectify::testing {

// This source alone is compiled with the folders' names: every other object is the same in each
// clone, and so found in the compiler's cache.
std::string SourcePath(absl::string_view below) { return absl::StrCat(RECTIFY_SOURCE_DIR, below); }
std::string BuildPath(absl::string_view below) { return absl::StrCat(RECTIFY_BINARY_DIR, below); }

}  // namespace rectify::testing

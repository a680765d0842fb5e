// Files of the repository and of the build folder.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rectify::testing {

// `below` starts with a slash.
std::string SourcePath(absl::string_view below);
std::string BuildPath(absl::string_view below);

}  // namespace rectify::testing

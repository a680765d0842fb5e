// Resource names of what the store holds, for errors that name it.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace rectify::venue {

inline std::string NameOf(absl::string_view district, absl::string_view collection,
                          absl::string_view id) {
  return absl::StrCat("districts/", district, "/", collection, "/", id);
}

// The district of a name, "" of one without.
inline std::string DistrictOf(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  return parts.size() > 1 ? parts[1] : "";
}

// The last segment of a name, "" of an empty one.
inline std::string IdOf(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

}  // namespace rectify::venue

// Resource names of what the store holds, for errors that name it.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rectify::venue {

inline std::string NameOf(absl::string_view district, absl::string_view collection,
                          absl::string_view id) {
  return absl::StrCat("districts/", district, "/", collection, "/", id);
}

// The last segment of a name, "" of an empty one.
inline std::string IdOf(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

}  // namespace rectify::venue

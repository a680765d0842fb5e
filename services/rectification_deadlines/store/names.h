// Resource names in rows: the district is a column of its own, the id is a uuid; references to
// other resources stay whole names.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace rectify::deadline::store {

struct NameParts {
  std::string district, id;
};

// Of a validated name "districts/{district}/{collection}/{id}".
inline NameParts SplitName(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4) return {};
  return {parts[1], parts[3]};
}

// Of any resource name below a district.
inline std::string DistrictOf(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  return parts.size() > 1 ? parts[1] : "";
}

inline std::string OrderName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/orders/", id);
}

inline std::string ClosureName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/closures/", id);
}

inline std::string SealName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/seals/", id);
}

inline std::string ClockName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/clocks/", id);
}

}  // namespace rectify::deadline::store

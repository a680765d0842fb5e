#include "services/venue_registry/domain/field_rules.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {

absl::StatusOr<std::vector<std::string>> CheckMask(const std::vector<std::string>& paths,
                                                   const std::vector<std::string>& known) {
  if (paths.size() == 1 && paths[0] == "*") return known;
  Violations violations;
  const Label label = {"update_mask", "变更字段", "update_mask"};
  if (paths.empty()) violations.Add(label, "必填", "is required");
  for (const std::string& path : paths) {
    if (std::find(known.begin(), known.end(), path) != known.end()) continue;
    violations.Add(label, absl::StrCat("中的“", path, "”不存在或不可变更"),
                   absl::StrCat("has \"", path, "\", which does not exist or can't be changed"));
  }
  RETURN_IF_ERROR(std::move(violations).Result());
  return paths;
}

}  // namespace rectify::venue::domain

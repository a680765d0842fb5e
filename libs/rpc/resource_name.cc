#include "libs/rpc/resource_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"

namespace rectify::rpc {
namespace {

constexpr size_t kDistrictDigits = 6;
constexpr size_t kCodeMax = 32;

bool IsDistrict(absl::string_view text) {
  return text.size() == kDistrictDigits &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

bool IsCode(absl::string_view text) {
  return !text.empty() && text.size() <= kCodeMax &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '-';
         });
}

bool IsVariable(absl::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool Fits(absl::string_view variable, absl::string_view value) {
  if (variable == "{district}") return IsDistrict(value);
  if (variable == "{uuid}") return IsUuid(value);
  return IsCode(value);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> MatchName(absl::string_view pattern,
                                                   absl::string_view name,
                                                   absl::string_view field) {
  const std::vector<absl::string_view> want = absl::StrSplit(pattern, '/');
  const std::vector<absl::string_view> have = absl::StrSplit(name, '/');
  std::vector<std::string> values;
  bool matches = want.size() == have.size();
  for (size_t i = 0; matches && i < want.size(); ++i) {
    if (!IsVariable(want[i])) {
      matches = want[i] == have[i];
      continue;
    }
    matches = Fits(want[i], have[i]);
    values.emplace_back(have[i]);
  }
  if (matches) return values;
  return FieldError(field, {absl::StrCat("字段 ", field, " 应为资源名 ", pattern),
                            absl::StrCat(field, " must be a resource name ", pattern)});
}

absl::StatusOr<std::string> ParentDistrict(absl::string_view parent) {
  ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                   MatchName("districts/{district}", parent, "parent"));
  return parts[0];
}

std::string DistrictOf(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, absl::MaxSplits('/', 2));
  if (parts.size() < 2 || parts[0] != "districts" || !IsDistrict(parts[1])) return "";
  return std::string(parts[1]);
}

}  // namespace rectify::rpc

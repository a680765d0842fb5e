#include "libs/rpc/call.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace rectify::rpc {

bool Caller::HasRole(absl::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool Caller::HasPost(absl::string_view resource_name) const {
  return std::find(posts.begin(), posts.end(), resource_name) != posts.end();
}

std::string PreferredLanguage(absl::string_view accepted) {
  for (absl::string_view entry : absl::StrSplit(accepted, ',')) {
    entry = absl::StripAsciiWhitespace(entry);
    if (absl::StartsWithIgnoreCase(entry, "zh")) break;
    if (absl::StartsWithIgnoreCase(entry, "en")) return "en";
  }
  return "zh-CN";
}

}  // namespace rectify::rpc

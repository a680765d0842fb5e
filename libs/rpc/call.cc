#include "libs/rpc/call.h"

#include <algorithm>

namespace rectify::rpc {

bool Caller::HasRole(absl::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool Caller::HasPost(absl::string_view resource_name) const {
  return std::find(posts.begin(), posts.end(), resource_name) != posts.end();
}

}  // namespace rectify::rpc

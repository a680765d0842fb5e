#include "libs/rpc/key_id.h"

#include "absl/strings/match.h"

namespace rectify::rpc {

bool IsKeyId(absl::string_view id) {
  return id == kPeopleKey || id == kPartnersKey ||
         (absl::StartsWith(id, kServiceKeyPrefix) && id.size() > kServiceKeyPrefix.size());
}

}  // namespace rectify::rpc

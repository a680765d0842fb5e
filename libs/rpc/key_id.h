// The ids of our keys: names of their files without ".pem", and issuers of the tokens they sign.
#pragma once

#include "absl/strings/string_view.h"

namespace rectify::rpc {

inline constexpr absl::string_view kPeopleKey = "people", kPartnersKey = "partners",
                                   kServiceKeyPrefix = "svc-";

// Whether a key of ours can have this id.
bool IsKeyId(absl::string_view id);

}  // namespace rectify::rpc

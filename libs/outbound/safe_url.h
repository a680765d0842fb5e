// Addresses to which something of ours goes, or from which we take something that counts.
#pragma once

#include <string>

namespace rectify::outbound {

// https, or http on loopback, where nobody reads along or answers in another's place. Neither a
// user nor a fragment, nothing but visible ASCII.
bool IsSafeUrl(const std::string& url);

}  // namespace rectify::outbound

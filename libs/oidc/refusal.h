// Why somebody can't log in.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"

namespace rectify::oidc {

// UNAUTHENTICATED ID_TOKEN_INVALID; `cause` is for programs. Nothing of the token is in it.
absl::Status InvalidToken(absl::string_view cause, const Text& text);

// UNAVAILABLE LOGIN_UNAVAILABLE.
absl::Status KeysUnavailable();

}  // namespace rectify::oidc

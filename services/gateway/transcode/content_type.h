// What a request says its body is.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/http/message.h"

namespace rectify::gateway {

// Whether Content-Type is `type`, in any case and with any parameters.
bool HasContentType(const http::Headers& headers, absl::string_view type);
// INVALID_ARGUMENT naming the header, which must be `type`.
absl::Status ContentTypeError(absl::string_view type);

}  // namespace rectify::gateway

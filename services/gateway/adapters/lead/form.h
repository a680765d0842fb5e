// Bodies as browsers' forms send them: application/x-www-form-urlencoded.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/gateway/adapters/lead/adapter.h"

namespace rectify::gateway {

// INVALID_ARGUMENT naming Content-Type when the body is no form, or `body`: a broken percent
// encoding, NUL, invalid UTF-8, a value without a name, more than 1 000 values. Values may have
// several lines.
absl::StatusOr<NamedValues> ParseForm(const http::Headers& headers, absl::string_view body);

// The value under a name; "" when there is none. INVALID_ARGUMENT naming it when it is there twice:
// readers differ in which they take.
absl::StatusOr<std::string> OnlyOne(const NamedValues& values, absl::string_view name);

}  // namespace rectify::gateway

// What callers are told of requests that nobody could handle.
#pragma once

#include "absl/status/status.h"
#include "libs/http/fault.h"

namespace rectify::gateway {

// Its HTTP status is the fault's own.
absl::Status RefusalOf(http::Fault fault);

}  // namespace rectify::gateway

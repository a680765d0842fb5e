// Connection strings: the caller's DSN plus the session settings every connection must have.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/pg/pool.h"

namespace rectify::pg {

// A libpq keyword string. Settings travel in `options`, because anything sent by SET would be lost
// with the connection. Ours come after the DSN's own and win. INVALID_ARGUMENT when the DSN can't
// be parsed; the message does not repeat it, it may hold a password.
absl::StatusOr<std::string> SessionDsn(const PoolOptions& options);

}  // namespace rectify::pg

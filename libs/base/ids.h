// Identifiers: UUIDv7 (RFC 9562), time-ordered so that indexes stay dense.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify {

// Random, from the system's generator. Lower-case text form.
std::string NewUuid7(absl::Time now);

// UUIDv7-shaped and reproducible: the same (time, parent, step) gives the same id, so a command
// that is run again after a crash, and a replay of a scenario, name their resources alike. `parent`
// is a request id or an event's "source/epoch/position".
std::string DeriveUuid7(absl::Time time, absl::string_view parent, absl::string_view step);

// UUIDv5-shaped request id derived from its cause; equal inputs give equal ids.
std::string DeriveRequestId(absl::string_view parent, absl::string_view step);

// Lower-case canonical form of any UUID version, 36 characters.
bool IsUuid(absl::string_view text);

}  // namespace rectify

#include "services/cli/as_of.h"

#include "libs/base/clock.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli {

absl::StatusOr<absl::Time> ParseAsOf(absl::string_view text) {
  const absl::StatusOr<absl::CivilDay> day = ParseCivilDay(text);
  if (day.ok()) return StartOfDay(*day + 1) - absl::Microseconds(1);
  return ParseStepTime(text);
}

}  // namespace rectify::cli

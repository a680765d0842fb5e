#include "services/cli/replay/step_time.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"

namespace rectify::cli {

absl::StatusOr<absl::Time> ParseStepTime(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (text.size() == 16 && absl::ParseTime("%Y-%m-%d %H:%M", text, ChinaZone(), &time, &error)) {
    return time;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("步骤时间应写作 2023-01-03 10:00，而不是 “", text, "”"));
}

}  // namespace rectify::cli

// Who may sign an enforcement act: at least two officers (行政处罚法 42), each with a valid
// certificate and in post on the day of the act.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace rectify::deadline::domain {

struct Officer {
  std::string name, display_name;
  absl::CivilDay certificate_start, certificate_end;  // inclusive
  absl::CivilDay post_start;
  std::optional<absl::CivilDay> post_end;  // inclusive; nullopt while in post
};

// By resource name.
using Officers = std::map<std::string, Officer>;

// FAILED_PRECONDITION TOO_FEW_OFFICERS, or OFFICER_NOT_QUALIFIED (metadata `officer` and `date`)
// for the first of `names` that is unknown or not qualified on `day`.
absl::Status RequireQualified(const std::vector<std::string>& names, const Officers& officers,
                              absl::CivilDay day);

}  // namespace rectify::deadline::domain

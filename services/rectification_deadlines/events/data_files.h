// The data files of this service: the clock policy and the holiday notices. The binary carries the
// files of data/; a flag may name others.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/workday/calendar.h"
#include "rectify/deadline/v1/calendar.pb.h"
#include "rectify/deadline/v1/clock.pb.h"
#include "services/rectification_deadlines/domain/policy.h"

namespace rectify::deadline::events {

// The policy of a file, validated, or the built-in one, which the tests have validated, for an
// empty path. INVALID_ARGUMENT that names file, place and mistake; NOT_FOUND when there is no such
// file.
absl::StatusOr<domain::Policy> ReadPolicy(const std::string& path);
// The same for a file's text; `file` is its name in errors.
absl::StatusOr<domain::Policy> ParsePolicy(absl::string_view text, const std::string& file);

// The notices of all *.txtpb files of a folder, or the built-in ones for an empty path, by year.
// `years` that is not empty leaves out all others. Errors as ReadPolicy.
absl::StatusOr<std::vector<workday::YearNotice>> ReadNotices(const std::string& folder,
                                                             const std::vector<int>& years);

domain::Policy ToPolicy(const v1::ClockPolicy& message);
domain::PeriodRule ToPeriodRule(const v1::Period& period);
workday::YearNotice ToNotice(const v1::YearNotice& message);
v1::YearNotice ToMessage(const workday::YearNotice& notice);

}  // namespace rectify::deadline::events

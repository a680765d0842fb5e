// All steps of a scenario in the order in which they are played.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rectify/scenario/v1/scenario.pb.h"
#include "services/cli/replay/cases.h"
#include "services/cli/replay/world.h"

namespace rectify::cli {

// The last instant of the last day.
absl::Time EndOfPlay(absl::CivilDay last);

// The steps of the file and those of its cases, by time; of one instant, the file's own first. The
// cases' days are counted by the calendar that the deadline service has loaded. INVALID_ARGUMENT
// when a step of the file lies outside the scenario.
absl::StatusOr<std::vector<PlannedStep>> PlanSteps(const scenario::v1::Scenario& scenario,
                                                   const std::string& folder, World& world);

}  // namespace rectify::cli

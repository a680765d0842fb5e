// The self-inspections of a campaign (自查自改): all venues of a class are asked at once, and
// report little by little.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "rectify/scenario/v1/scenario.pb.h"
#include "services/cli/replay/world.h"

namespace rectify::cli {

absl::Status RequestSelfInspections(const scenario::v1::RequestSelfInspections& act,
                                    const std::string& id, World& world);

// Every item passes, but at one venue in four: there one fails and is rectified on that day.
absl::Status ReportSelfInspections(const scenario::v1::ReportSelfInspections& act,
                                   absl::CivilDay today, const std::string& id, World& world);

}  // namespace rectify::cli

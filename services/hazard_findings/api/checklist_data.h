// The checklists and inspection caps that are part of the program.
#pragma once

#include "absl/status/statusor.h"
#include "rectify/hazard/v1/campaign.pb.h"
#include "services/hazard_findings/domain/checklist.h"
#include "services/hazard_findings/domain/inspection_kind.h"

namespace rectify::hazard::api {

// INVALID_ARGUMENT naming file and field.
absl::StatusOr<domain::Checklists> LoadChecklists();
absl::StatusOr<domain::InspectionCaps> LoadInspectionCaps();

v1::Checklist ToProto(const domain::Checklist& checklist);

}  // namespace rectify::hazard::api

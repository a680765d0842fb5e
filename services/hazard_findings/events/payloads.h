// What this service tells the others.
#pragma once

#include "rectify/hazard/v1/hazard_events.pb.h"
#include "services/hazard_findings/domain/inspection.h"

namespace rectify::hazard::events {

v1::InspectionRecorded ToInspectionRecorded(const domain::RecordedInspection& recorded);
// `type` is the finding's kind in the catalogue.
v1::FindingRecorded ToFindingRecorded(const domain::Finding& finding,
                                      const domain::HazardType& type);
v1::FindingOrdered ToFindingOrdered(const domain::Finding& finding);
// The finding must be closed.
v1::FindingRectified ToFindingRectified(const domain::Finding& finding);
v1::FindingTransferred ToFindingTransferred(const domain::Finding& finding);

}  // namespace rectify::hazard::events

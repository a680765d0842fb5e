// What other services learn of a self-inspection.
#pragma once

#include "rectify/hazard/v1/self_inspection_events.pb.h"
#include "services/hazard_findings/domain/self_inspection.h"

namespace rectify::hazard::events {

v1::SelfInspectionFacts ToFacts(const domain::SelfInspection& self);
// What is to be done next: the report by its due date, its confirmation (whose period the clock
// policy knows), or what is still to be rectified by the date that the venue planned.
common::v1::DutyFacts ToDuty(const domain::SelfInspection& self);

}  // namespace rectify::hazard::events

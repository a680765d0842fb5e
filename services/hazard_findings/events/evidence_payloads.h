// What this service tells the others about evidence.
#pragma once

#include "rectify/hazard/v1/evidence_events.pb.h"
#include "services/hazard_findings/domain/evidence.h"

namespace rectify::hazard::events {

v1::EvidenceAdded ToEvidenceAdded(const domain::Evidence& evidence);

}  // namespace rectify::hazard::events

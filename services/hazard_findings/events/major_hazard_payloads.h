// What this service tells the others about major hazards.
#pragma once

#include "rectify/hazard/v1/major_hazard_events.pb.h"
#include "services/hazard_findings/domain/major_hazard.h"

namespace rectify::hazard::events {

v1::MajorHazardProposed ToMajorHazardProposed(const domain::MajorHazard& hazard);
// After a meeting on the determination.
v1::MajorHazardDetermined ToMajorHazardDetermined(const domain::MajorHazard& hazard);
v1::MajorHazardRejected ToMajorHazardRejected(const domain::MajorHazard& hazard);
// After the service.
v1::MajorHazardNoticeServed ToMajorHazardNoticeServed(const domain::MajorHazard& hazard);
v1::MajorHazardReported ToMajorHazardReported(const domain::MajorHazard& hazard);
v1::MajorHazardSupervised ToMajorHazardSupervised(const domain::MajorHazard& hazard);
v1::MajorHazardRecheckFailed ToMajorHazardRecheckFailed(const domain::MajorHazard& hazard);
v1::MajorHazardRecheckPassed ToMajorHazardRecheckPassed(const domain::MajorHazard& hazard);
v1::MajorHazardDelisted ToMajorHazardDelisted(const domain::MajorHazard& hazard);

}  // namespace rectify::hazard::events

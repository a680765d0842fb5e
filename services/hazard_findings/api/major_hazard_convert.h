// Major hazards between the contract's messages and the domain's values.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "rectify/hazard/v1/major_hazard.pb.h"
#include "services/hazard_findings/domain/major_hazard.h"

namespace rectify::hazard::api {

// With the database's resolution: the answer must not promise more than is kept.
absl::Time ToStoredTime(const google::protobuf::Timestamp& time);

domain::Deliberation ToDeliberation(const v1::Deliberation& message);
domain::MajorHazardRecheck ToRecheck(const v1::MajorHazardRecheck& message);
v1::MajorHazard ToProto(const domain::MajorHazard& hazard);

}  // namespace rectify::hazard::api

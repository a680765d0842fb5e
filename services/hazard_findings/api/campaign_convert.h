// Campaigns and checklist answers between the contract's messages and the domain's values.
#pragma once

#include <vector>

#include "google/protobuf/repeated_field.h"
#include "rectify/hazard/v1/campaign.pb.h"
#include "services/hazard_findings/domain/campaign.h"

namespace rectify::hazard::api {

// Without district, code, state and times.
domain::Campaign ToCampaign(const v1::Campaign& message);
v1::Campaign ToProto(const domain::Campaign& campaign);

std::vector<domain::ChecklistAnswer> ToAnswers(
    const google::protobuf::RepeatedPtrField<v1::ChecklistAnswer>& messages);
void AddAnswers(const std::vector<domain::ChecklistAnswer>& answers,
                google::protobuf::RepeatedPtrField<v1::ChecklistAnswer>& messages);

}  // namespace rectify::hazard::api

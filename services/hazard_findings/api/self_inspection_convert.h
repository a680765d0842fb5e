// Self-inspections between the contract's messages and the domain's values.
#pragma once

#include <vector>

#include "rectify/hazard/v1/self_inspection.pb.h"
#include "rectify/hazard/v1/self_inspection_service.pb.h"
#include "services/hazard_findings/domain/self_inspection.h"
#include "services/hazard_findings/store/self_inspection_store.h"

namespace rectify::hazard::api {

domain::SelfInspectionRequest ToRequest(const v1::RequestSelfInspectionsRequest& request);
std::vector<domain::SelfFoundProblem> ToProblems(const v1::ReportSelfInspectionRequest& request);

v1::SelfInspection ToProto(const domain::SelfInspection& self);
v1::CampaignProgress ToProto(const store::Progress& progress, const std::string& campaign);

}  // namespace rectify::hazard::api

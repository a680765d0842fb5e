// Leads between the contract's messages and the domain's values.
#pragma once

#include "rectify/hazard/v1/lead.pb.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "services/hazard_findings/domain/lead.h"

namespace rectify::hazard::api {

// A lead as it is handed in, received `now` unless it says when.
domain::Lead ToLead(const v1::CreateLeadRequest& request, absl::Time now);
domain::Complainant ToComplainant(const v1::Complainant& complainant);

v1::Lead ToProto(const domain::Lead& lead);
v1::Complainant ToProto(const domain::Complainant& complainant);

}  // namespace rectify::hazard::api

// Between the contract's leads, referrals and analyses and the domain's.
#pragma once

#include "absl/time/civil_time.h"
#include "rectify/followup/v1/lead.pb.h"
#include "services/followup_visits/domain/lead.h"

namespace rectify::followup::api {

domain::Lead ToLead(const v1::ProblemLead& message);
v1::ProblemLead ToProto(const domain::Lead& lead, absl::CivilDay today);
v1::Referral ToProto(const domain::Referral& referral);

}  // namespace rectify::followup::api

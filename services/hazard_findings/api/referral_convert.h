// Between the contract's referrals and the domain's.
#pragma once

#include "rectify/hazard/v1/referral.pb.h"
#include "rectify/hazard/v1/referral_service.pb.h"
#include "services/hazard_findings/domain/referral.h"

namespace rectify::hazard::api {

domain::Referral ToReferral(const v1::SendReferralRequest& request);
v1::Referral ToProto(const domain::Referral& referral);

// The limits that are part of the program. INVALID_ARGUMENT naming file and field.
absl::StatusOr<domain::ReferralLimits> LoadReferralLimits();

}  // namespace rectify::hazard::api

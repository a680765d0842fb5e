// What other services and departments learn of a referral, and what the statutory clocks make of
// it: the duty's variant says which period runs after the event (NOTICE, TRANSFER,
// PROCURATORIAL_SUGGESTION), that the letter sets the date itself (STATED_DATE), or that no reply
// is asked for (NO_REPLY).
#pragma once

#include "rectify/hazard/v1/referral_events.pb.h"
#include "services/hazard_findings/domain/referral.h"

namespace rectify::hazard::events {

v1::ReferralFacts ToFacts(const domain::Referral& referral);
common::v1::DutyFacts ToDuty(const domain::Referral& referral);

}  // namespace rectify::hazard::events

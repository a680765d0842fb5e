// What this service writes to its own log.
#pragma once

#include "rectify/followup/v1/followup_events.pb.h"
#include "services/followup_visits/domain/draw.h"
#include "services/followup_visits/domain/lead.h"
#include "services/followup_visits/domain/visit.h"
#include "services/followup_visits/domain/visitor.h"

namespace rectify::followup::events {

v1::DrawChanged ToDrawChanged(const domain::Draw& draw);
v1::VisitChanged ToVisitChanged(const domain::Visit& visit);
v1::ProblemLeadChanged ToProblemLeadChanged(const domain::Lead& lead);
v1::ReferralChanged ToReferralChanged(const domain::Referral& referral);
v1::VisitorChanged ToVisitorChanged(const domain::Visitor& visitor);

}  // namespace rectify::followup::events

// What this service tells the others about leads. Neither the words of a lead nor who complained.
#pragma once

#include "rectify/hazard/v1/lead_events.pb.h"
#include "services/hazard_findings/domain/lead.h"

namespace rectify::hazard::events {

v1::LeadReceived ToLeadReceived(const domain::Lead& lead);
v1::LeadAccepted ToLeadAccepted(const domain::Lead& lead);
v1::LeadRefused ToLeadRefused(const domain::Lead& lead);
v1::LeadTransferred ToLeadTransferred(const domain::Lead& lead);
// The lead must be verified.
v1::LeadVerified ToLeadVerified(const domain::Lead& lead);
v1::LeadReplied ToLeadReplied(const domain::Lead& lead);

}  // namespace rectify::hazard::events

// What other services learn of a campaign.
#pragma once

#include "rectify/hazard/v1/campaign_events.pb.h"
#include "services/hazard_findings/domain/campaign.h"

namespace rectify::hazard::events {

v1::CampaignFacts ToFacts(const domain::Campaign& campaign);

}  // namespace rectify::hazard::events

#include "services/hazard_findings/events/campaign_payloads.h"

#include "libs/rpc/convert.h"

namespace rectify::hazard::events {

v1::CampaignFacts ToFacts(const domain::Campaign& campaign) {
  v1::CampaignFacts facts;
  facts.set_campaign(campaign.name());
  facts.set_title(campaign.title);
  facts.set_checklist(campaign.checklist);
  facts.set_checklist_version(campaign.checklist_version);
  for (const std::string& each : campaign.target_classes) facts.add_target_classes(each);
  *facts.mutable_first_day() = rpc::ToDate(campaign.first_day());
  *facts.mutable_last_day() = rpc::ToDate(campaign.last_day());
  facts.set_state(static_cast<v1::Campaign::State>(campaign.state));
  return facts;
}

}  // namespace rectify::hazard::events

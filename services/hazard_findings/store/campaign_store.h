// Campaigns in the database.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/campaign.h"

namespace rectify::hazard::store {

// ALREADY_EXISTS (campaign_id) when the code is taken.
absl::Status AddCampaign(pg::Tx& tx, const domain::Campaign& campaign);
absl::Status SaveCampaign(pg::Tx& tx, const domain::Campaign& campaign);

// NOT_FOUND when it does not exist.
absl::StatusOr<domain::Campaign> GetCampaign(pg::Tx& tx, absl::string_view district,
                                             absl::string_view code);
// What happens under the campaign waits until its change is done, and the other way round.
enum class CampaignLock { kToChange, kToUse };
absl::StatusOr<domain::Campaign> LockCampaign(pg::Tx& tx, absl::string_view district,
                                              absl::string_view code, CampaignLock lock);

// One page, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Campaign>, std::string>> ListCampaigns(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

}  // namespace rectify::hazard::store

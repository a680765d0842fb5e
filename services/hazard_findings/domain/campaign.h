// A campaign (专项行动) and its life: DRAFT → ACTIVE → ENDED.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/hazard_findings/domain/checklist.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract and of the tables.
enum class CampaignState { kDraft = 1, kActive = 2, kEnded = 3 };

std::string CampaignName(absl::string_view district, absl::string_view code);

struct CampaignPhase {
  std::string title;
  absl::CivilDay first_day, last_day;  // inclusive
};

struct Campaign {
  std::string district, code;
  std::string title, scope;
  std::string checklist;
  int checklist_version = 0;
  std::vector<std::string> target_classes;
  std::vector<CampaignPhase> phases;
  CampaignState state = CampaignState::kDraft;
  std::optional<absl::Time> activate_time, end_time;
  std::string conclusion;
  absl::Time create_time;
  int64_t version = 1;

  std::string name() const { return CampaignName(district, code); }
  absl::CivilDay first_day() const { return phases.front().first_day; }
  absl::CivilDay last_day() const { return phases.back().last_day; }
  bool Covers(absl::string_view target_class) const;
  // Whether something done on that day can be done under it: activated, within its phases, and
  // not after its end.
  bool InForceOn(absl::CivilDay day) const;
};

// Fills in the newest version and all classes where none is given. INVALID_ARGUMENT with all wrong
// fields ("campaign.phases[1].first_day").
absl::StatusOr<Campaign> CompleteCampaign(Campaign campaign, const Checklists& checklists);

// `wanted` has the new values of the fields in `paths`. FAILED_PRECONDITION CAMPAIGN_STATE,
// INVALID_ARGUMENT as above, or on `update_mask` for a field that never changes.
absl::StatusOr<Campaign> UpdateCampaign(Campaign campaign, const Campaign& wanted,
                                        const std::vector<std::string>& paths,
                                        const Checklists& checklists);

// FAILED_PRECONDITION CAMPAIGN_STATE (metadata `state`) from another state than the contract
// allows.
absl::StatusOr<Campaign> ActivateCampaign(Campaign campaign, absl::Time now);
absl::StatusOr<Campaign> EndCampaign(Campaign campaign, absl::string_view conclusion,
                                     absl::Time now);

// FAILED_PRECONDITION CAMPAIGN_NOT_IN_FORCE on a day when nothing can be done under it; `field` is
// where the request names it.
absl::Status CheckInForce(const Campaign& campaign, absl::CivilDay day, absl::string_view field);

}  // namespace rectify::hazard::domain

#include "services/hazard_findings/domain/campaign.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::hazard::domain {
namespace {

absl::string_view StateName(CampaignState state) {
  switch (state) {
    case CampaignState::kDraft:
      return "DRAFT";
    case CampaignState::kActive:
      return "ACTIVE";
    case CampaignState::kEnded:
      return "ENDED";
  }
  return "";
}

absl::Status StateError(const Campaign& campaign) {
  const std::string state(StateName(campaign.state));
  return PreconditionError("CAMPAIGN_STATE",
                           {absl::StrCat("专项行动现为 ", state, "，不能这样办理（name）"),
                            absl::StrCat("the campaign is ", state, " (name)")},
                           {{"state", state}});
}

void CheckPhases(const Campaign& campaign, Problems& problems) {
  for (size_t i = 0; i < campaign.phases.size(); ++i) {
    const CampaignPhase& phase = campaign.phases[i];
    const std::string path = absl::StrCat("campaign.phases[", i, "]");
    if (phase.last_day < phase.first_day) {
      problems.Add(absl::StrCat(path, ".last_day"), "早于 first_day", "lies before first_day");
    }
    if (i > 0 && phase.first_day <= campaign.phases[i - 1].last_day) {
      problems.Add(absl::StrCat(path, ".first_day"), "应晚于前一阶段的 last_day",
                   "must lie after the last day of the phase before");
    }
  }
}

void CheckTargetClasses(const Campaign& campaign, const Checklist& checklist, Problems& problems) {
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < campaign.target_classes.size(); ++i) {
    const std::string& code = campaign.target_classes[i];
    const std::string path = absl::StrCat("campaign.target_classes[", i, "]");
    if (checklist.FindClass(code) == nullptr) {
      problems.Add(path, absl::StrCat("清单没有类别 ", code),
                   absl::StrCat("is no class of the checklist: ", code));
    } else if (!seen.insert(code).second) {
      problems.Add(path, "重复", "is there twice");
    }
  }
}

// Whether a field may change while the campaign is under way: what venues and officers have
// answered must keep its meaning.
bool FixedByActivation(absl::string_view path) {
  return path == "checklist" || path == "checklist_version" || path == "target_classes";
}

absl::Status Assign(Campaign& campaign, const Campaign& wanted, absl::string_view path) {
  if (path == "title") {
    campaign.title = wanted.title;
  } else if (path == "scope") {
    campaign.scope = wanted.scope;
  } else if (path == "phases") {
    campaign.phases = wanted.phases;
  } else if (path == "checklist") {
    campaign.checklist = wanted.checklist;
  } else if (path == "checklist_version") {
    campaign.checklist_version = wanted.checklist_version;
  } else if (path == "target_classes") {
    campaign.target_classes = wanted.target_classes;
  } else {
    return FieldError("update_mask",
                      {absl::StrCat("不能修改 ", path), absl::StrCat("can't change ", path)});
  }
  return absl::OkStatus();
}

}  // namespace

std::string CampaignName(absl::string_view district, absl::string_view code) {
  return absl::StrCat("districts/", district, "/campaigns/", code);
}

bool Campaign::Covers(absl::string_view target_class) const {
  return std::find(target_classes.begin(), target_classes.end(), target_class) !=
         target_classes.end();
}

bool Campaign::InForceOn(absl::CivilDay day) const {
  if (state == CampaignState::kDraft || day < first_day() || day > last_day()) return false;
  return !end_time.has_value() || day <= CivilDayOf(*end_time);
}

absl::StatusOr<Campaign> CompleteCampaign(Campaign campaign, const Checklists& checklists) {
  Problems problems;
  CheckPhases(campaign, problems);
  const Checklist* checklist = checklists.Find(campaign.checklist, campaign.checklist_version);
  if (checklist == nullptr) {
    problems.Add(
        campaign.checklist_version == 0 ? "campaign.checklist" : "campaign.checklist_version",
        "没有这个清单", "names no checklist");
  } else {
    CheckTargetClasses(campaign, *checklist, problems);
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  campaign.checklist_version = checklist->version;
  if (campaign.target_classes.empty()) {
    for (const ChecklistClass& each : checklist->classes) {
      campaign.target_classes.push_back(each.code);
    }
  }
  return campaign;
}

absl::StatusOr<Campaign> UpdateCampaign(Campaign campaign, const Campaign& wanted,
                                        const std::vector<std::string>& paths,
                                        const Checklists& checklists) {
  if (campaign.state == CampaignState::kEnded) return StateError(campaign);
  for (const std::string& path : paths) {
    if (campaign.state == CampaignState::kActive && FixedByActivation(path)) {
      return StateError(campaign);
    }
    RETURN_IF_ERROR(Assign(campaign, wanted, path));
  }
  ASSIGN_OR_RETURN(campaign, CompleteCampaign(std::move(campaign), checklists));
  ++campaign.version;
  return campaign;
}

absl::StatusOr<Campaign> ActivateCampaign(Campaign campaign, absl::Time now) {
  if (campaign.state != CampaignState::kDraft) return StateError(campaign);
  campaign.state = CampaignState::kActive;
  campaign.activate_time = now;
  ++campaign.version;
  return campaign;
}

absl::StatusOr<Campaign> EndCampaign(Campaign campaign, absl::string_view conclusion,
                                     absl::Time now) {
  if (campaign.state != CampaignState::kActive) return StateError(campaign);
  campaign.state = CampaignState::kEnded;
  campaign.end_time = now;
  campaign.conclusion = std::string(conclusion);
  ++campaign.version;
  return campaign;
}

absl::Status CheckInForce(const Campaign& campaign, absl::CivilDay day, absl::string_view field) {
  if (campaign.InForceOn(day)) return absl::OkStatus();
  const std::string date = FormatCivilDay(day);
  return PreconditionError(
      "CAMPAIGN_NOT_IN_FORCE",
      {absl::StrCat("专项行动“", campaign.title, "”在 ", date, " 不在开展期间（", field, "）"),
       absl::StrCat("the campaign is not in force on ", date, " (", field, ")")},
      {{"campaign", campaign.name()}, {"date", date}});
}

}  // namespace rectify::hazard::domain

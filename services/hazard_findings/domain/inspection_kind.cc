#include "services/hazard_findings/domain/inspection_kind.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/domain/inspection.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

void CheckLead(const InspectionDraft& draft, const References& references, Problems& problems) {
  if (draft.kind == InspectionKind::kComplaint && draft.lead.empty()) {
    problems.Add("inspection.lead", "举报投诉核查时必填", "is required to verify a complaint");
  } else if (!draft.lead.empty() && !LiesIn(draft.lead, draft.district)) {
    problems.Add("inspection.lead", "不属于本区", "lies in another district");
  } else if (references.lead.has_value() && !references.lead->venue.empty() &&
             references.lead->venue != draft.venue) {
    problems.Add("inspection.lead", "是另一场所的线索", "is about another venue");
  }
}

void CheckCampaign(const InspectionDraft& draft, const References& references, Problems& problems) {
  if (draft.kind == InspectionKind::kCampaign && draft.campaign.empty()) {
    problems.Add("inspection.campaign", "专项检查时必填", "is required for a campaign inspection");
  } else if (draft.kind != InspectionKind::kCampaign && !draft.campaign.empty()) {
    problems.Add("inspection.campaign", "只用于专项检查", "is only for campaign inspections");
  } else if (!draft.campaign.empty() && !LiesIn(draft.campaign, draft.district)) {
    problems.Add("inspection.campaign", "不属于本区", "lies in another district");
  }
  if (draft.answers.empty()) return;
  if (draft.kind != InspectionKind::kCampaign) {
    problems.Add("inspection.checklist_answers", "只用于专项检查",
                 "are only for campaign inspections");
  } else if (references.checklist != nullptr) {
    CheckInspectionAnswers(draft.answers, *references.checklist,
                           static_cast<int>(draft.findings.size()), "inspection.checklist_answers",
                           problems);
  }
}

// A teaching inspection orders nothing: it would not be one, and who is taught openly must not be
// ordered in the same breath. A hazard that needs an order needs an inspection of another kind.
void CheckTeaching(const InspectionDraft& draft, Problems& problems) {
  if (draft.kind != InspectionKind::kTeaching) return;
  for (size_t i = 0; i < draft.findings.size(); ++i) {
    if (draft.findings[i].disposition == Disposition::kCorrectedOnSpot) continue;
    problems.Add(absl::StrCat("inspection.findings[", i, "].disposition"),
                 "教学培训式检查只记录当场改正的隐患，其余列为提示；须责令改正或者移送的，另作其他"
                 "形式的检查",
                 "must be CORRECTED_ON_SPOT in a teaching inspection; all else is advice, or needs "
                 "an inspection of another kind",
                 "DISPOSITION_NOT_ALLOWED");
  }
}

}  // namespace

absl::StatusOr<InspectionCaps> InspectionCaps::Create(std::vector<InspectionCap> caps) {
  std::sort(caps.begin(), caps.end(), [](const InspectionCap& a, const InspectionCap& b) {
    return a.effective_date < b.effective_date;
  });
  Problems problems;
  for (size_t i = 0; i < caps.size(); ++i) {
    const std::string path = absl::StrCat("caps[", FormatCivilDay(caps[i].effective_date), "]");
    if (caps[i].max_per_year < 1) {
      problems.Add(absl::StrCat(path, ".max_per_year"), "应大于 0", "must be positive");
    }
    if (i > 0 && caps[i - 1].effective_date == caps[i].effective_date) {
      problems.Add(absl::StrCat(path, ".effective_date"), "重复", "is there twice");
    }
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  return InspectionCaps(std::move(caps));
}

const InspectionCap* InspectionCaps::On(absl::CivilDay day) const {
  const InspectionCap* in_force = nullptr;
  for (const InspectionCap& cap : caps_) {
    if (cap.effective_date <= day) in_force = &cap;
  }
  return in_force;
}

void CheckKind(const InspectionDraft& draft, const References& references, Problems& problems) {
  CheckLead(draft, references, problems);
  CheckCampaign(draft, references, problems);
  CheckTeaching(draft, problems);
}

absl::Status CheckKindFacts(const InspectionDraft& draft, const References& references) {
  const absl::CivilDay day = CivilDayOf(draft.inspect_time);
  if (!draft.lead.empty() && !references.lead.has_value()) return NotFoundError(draft.lead);
  if (!draft.campaign.empty()) {
    if (!references.campaign.has_value()) return NotFoundError(draft.campaign);
    RETURN_IF_ERROR(CheckInForce(*references.campaign, day, "inspection.campaign"));
  }
  if (references.cap == nullptr || references.counted_inspections < references.cap->max_per_year ||
      CapExceptionOf(draft, references.cap) != CapException::kNone) {
    return absl::OkStatus();
  }
  const std::string year = absl::StrCat(day.year());
  const std::string cap = absl::StrCat(references.cap->max_per_year);
  return PreconditionError(
      "INSPECTION_CAP_REACHED",
      {absl::StrCat("该场所 ", year, " 年的检查已达上限 ", cap, " 次（", references.cap->basis,
                    "）；因举报投诉、线索、事故或者复查的检查不受此限（inspection.kind）"),
       absl::StrCat("the venue has had the ", cap, " inspections that ", year,
                    " allows; complaints, leads, accidents and rechecks are exempt "
                    "(inspection.kind)")},
      {{"year", year}, {"cap", cap}});
}

CapException CapExceptionOf(const InspectionDraft& draft, const InspectionCap* cap) {
  if (draft.kind == InspectionKind::kComplaint) return CapException::kComplaint;
  if (draft.kind == InspectionKind::kRecheck) return CapException::kRecheck;
  if (!draft.lead.empty()) return CapException::kLead;
  if (!draft.accident.empty()) return CapException::kAccident;
  if (cap == nullptr) return CapException::kNone;
  const bool counted = std::find(cap->counted_kinds.begin(), cap->counted_kinds.end(),
                                 draft.kind) != cap->counted_kinds.end();
  return counted ? CapException::kNone : CapException::kKind;
}

}  // namespace rectify::hazard::domain

#include "services/hazard_findings/domain/self_inspection.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/domain/department_task.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

absl::string_view StateName(SelfInspectionState state) {
  switch (state) {
    case SelfInspectionState::kRequested:
      return "REQUESTED";
    case SelfInspectionState::kReported:
      return "REPORTED";
    case SelfInspectionState::kConfirmed:
      return "CONFIRMED";
    case SelfInspectionState::kClosed:
      return "CLOSED";
  }
  return "";
}

absl::Status CheckState(const SelfInspection& self,
                        std::initializer_list<SelfInspectionState> allowed) {
  if (std::find(allowed.begin(), allowed.end(), self.state) != allowed.end()) {
    return absl::OkStatus();
  }
  const std::string state(StateName(self.state));
  return PreconditionError("SELF_INSPECTION_STATE",
                           {absl::StrCat("自查现为 ", state, "，不能这样办理（name）"),
                            absl::StrCat("the self-inspection is ", state, " (name)")},
                           {{"state", state}});
}

void CheckDates(const SelfFoundProblem& problem, const std::string& path, absl::CivilDay today,
                Problems& problems) {
  if (problem.rectified_date.has_value() == problem.planned_date.has_value()) {
    problems.Add(path, "应填 rectified_date 或者 planned_date 之一",
                 "needs one of rectified_date and planned_date");
  } else if (problem.rectified_date.has_value() && *problem.rectified_date > today) {
    problems.Add(absl::StrCat(path, ".rectified_date"), "晚于今日", "lies in the future",
                 "IN_THE_FUTURE");
  } else if (problem.planned_date.has_value() && *problem.planned_date < today) {
    problems.Add(absl::StrCat(path, ".planned_date"), "早于今日", "lies in the past");
  }
}

// Every item that fails has a problem, and every problem an item that fails.
void CheckProblems(const std::vector<ChecklistAnswer>& answers,
                   const std::vector<SelfFoundProblem>& found, absl::Time now, Problems& problems) {
  std::set<absl::string_view> failed, explained;
  for (const ChecklistAnswer& answer : answers) {
    if (answer.result == AnswerResult::kFail) failed.insert(answer.item);
  }
  for (size_t i = 0; i < found.size(); ++i) {
    const std::string path = absl::StrCat("problems[", i, "]");
    explained.insert(found[i].item);
    if (!failed.contains(found[i].item)) {
      problems.Add(absl::StrCat(path, ".item"), "该项目没有答为不合格",
                   "is not answered with FAIL");
    }
    CheckDates(found[i], path, CivilDayOf(now), problems);
  }
  for (const absl::string_view item : failed) {
    if (explained.contains(item)) continue;
    problems.Add("problems", absl::StrCat("缺少不合格项目 ", item, " 的问题"),
                 absl::StrCat("lack one for ", item, ", which fails"));
  }
}

void CheckTargets(const SelfInspectionRequest& request, const std::optional<Campaign>& campaign,
                  Problems& problems) {
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < request.targets.size(); ++i) {
    const SelfInspectionRequest::Target& target = request.targets[i];
    const std::string path = absl::StrCat("targets[", i, "]");
    if (!LiesIn(target.venue, request.district)) {
      problems.Add(absl::StrCat(path, ".venue"), "不属于本区", "lies in another district");
    } else if (!seen.insert(target.venue).second) {
      problems.Add(absl::StrCat(path, ".venue"), "重复", "is there twice");
    }
    if (campaign.has_value() && !campaign->Covers(target.target_class)) {
      problems.Add(absl::StrCat(path, ".target_class"), "不是该专项行动的类别",
                   "is no class of the campaign");
    }
  }
}

absl::Status CheckVenues(const SelfInspectionRequest& request,
                         const std::map<std::string, Venue>& venues) {
  for (const SelfInspectionRequest::Target& target : request.targets) {
    const auto found = venues.find(target.venue);
    if (found == venues.end()) return NotFoundError(target.venue);
    if (!found->second.close_time.has_value()) continue;
    return PreconditionError(
        "VENUE_CLOSED",
        {absl::StrCat(found->second.display_name, " 已经注销（targets）"),
         absl::StrCat(found->second.display_name, " has been closed (targets)")},
        {{"venue", target.venue}});
  }
  return absl::OkStatus();
}

SelfInspection Changed(SelfInspection self, SelfInspectionState state) {
  self.state = state;
  ++self.version;
  return self;
}

}  // namespace

std::string SelfInspectionName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/selfInspections/", id);
}

int SelfInspection::open_problems() const {
  return static_cast<int>(std::count_if(problems.begin(), problems.end(),
                                        [](const SelfFoundProblem& each) { return each.open(); }));
}

std::optional<absl::CivilDay> SelfInspection::next_planned_date() const {
  std::optional<absl::CivilDay> next;
  for (const SelfFoundProblem& problem : problems) {
    if (problem.open() && (!next.has_value() || *problem.planned_date < *next)) {
      next = problem.planned_date;
    }
  }
  return next;
}

absl::Status CheckRequest(const SelfInspectionRequest& request, const References& references,
                          const std::map<std::string, Venue>& venues, absl::Time now) {
  Problems problems;
  CheckTargets(request, references.campaign, problems);
  CheckDueDate(request.due_date, "due_date", now, problems);
  RETURN_IF_ERROR(std::move(problems).Result());
  if (!references.campaign.has_value()) return NotFoundError(request.campaign);
  if (!references.officers.contains(request.officer)) return NotFoundError(request.officer);
  RETURN_IF_ERROR(CheckInForce(*references.campaign, CivilDayOf(now), "campaign"));
  return CheckVenues(request, venues);
}

absl::StatusOr<SelfInspection> ReportSelfInspection(SelfInspection self,
                                                    std::vector<ChecklistAnswer> answers,
                                                    std::vector<SelfFoundProblem> problems,
                                                    const Checklist& checklist, absl::Time now) {
  RETURN_IF_ERROR(CheckState(self, {SelfInspectionState::kRequested}));
  Problems wrong;
  CheckSelfAnswers(answers, checklist, self.target_class, "answers", wrong);
  CheckProblems(answers, problems, now, wrong);
  RETURN_IF_ERROR(std::move(wrong).Result());
  self = Changed(std::move(self), SelfInspectionState::kReported);
  self.answers = std::move(answers);
  self.problems = std::move(problems);
  self.report_time = now;
  return self;
}

absl::StatusOr<SelfInspection> RectifySelfFoundProblem(SelfInspection self, int problem,
                                                       absl::string_view rectification,
                                                       absl::Time now) {
  RETURN_IF_ERROR(
      CheckState(self, {SelfInspectionState::kReported, SelfInspectionState::kConfirmed}));
  if (problem < 0 || problem >= static_cast<int>(self.problems.size()) ||
      !self.problems[problem].open()) {
    return FieldError("problem", {"没有这个问题，或者已经改正（problem）",
                                  "there is no such problem, or it is rectified (problem)"});
  }
  self.problems[problem].rectified_date = CivilDayOf(now);
  self.problems[problem].rectification = std::string(rectification);
  const bool done = self.state == SelfInspectionState::kConfirmed && self.open_problems() == 0;
  const SelfInspectionState next = done ? SelfInspectionState::kClosed : self.state;
  self = Changed(std::move(self), next);
  if (done) self.close_time = now;
  return self;
}

absl::StatusOr<SelfInspection> ConfirmSelfInspection(SelfInspection self, absl::Time now) {
  RETURN_IF_ERROR(CheckState(self, {SelfInspectionState::kReported}));
  const bool done = self.open_problems() == 0;
  self = Changed(std::move(self),
                 done ? SelfInspectionState::kClosed : SelfInspectionState::kConfirmed);
  self.confirm_time = now;
  if (done) self.close_time = now;
  return self;
}

absl::StatusOr<SelfInspection> ReturnSelfInspection(SelfInspection self, absl::string_view reason,
                                                    absl::CivilDay due_date, absl::Time now) {
  RETURN_IF_ERROR(CheckState(self, {SelfInspectionState::kReported}));
  Problems problems;
  CheckDueDate(due_date, "due_date", now, problems);
  RETURN_IF_ERROR(std::move(problems).Result());
  self = Changed(std::move(self), SelfInspectionState::kRequested);
  self.return_reason = std::string(reason);
  ++self.return_count;
  self.due_date = due_date;
  return self;
}

}  // namespace rectify::hazard::domain

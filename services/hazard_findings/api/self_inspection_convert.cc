#include "services/hazard_findings/api/self_inspection_convert.h"

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/hazard/v1/department_task.pb.h"
#include "services/hazard_findings/api/campaign_convert.h"

namespace rectify::hazard::api {
namespace {

static_assert(static_cast<int>(domain::SelfInspectionState::kClosed) ==
              v1::SelfInspection::STATE_CLOSED);

// Without the prefix that all names of states have.
std::string ShortName(const std::string& state) { return state.substr(6); }

void SetCount(const store::Progress::Count& count, const std::string& state,
              const std::string& campaign, v1::ProgressCount& message) {
  message.set_target_class(count.target_class);
  message.set_state(state);
  message.set_count(count.count);
  std::string filter = absl::StrCat("campaign = \"", campaign, "\"");
  if (!count.target_class.empty()) {
    absl::StrAppend(&filter, " AND target_class = \"", count.target_class, "\"");
  }
  if (!state.empty()) absl::StrAppend(&filter, " AND state = \"", state, "\"");
  message.set_filter(filter);
}

}  // namespace

domain::SelfInspectionRequest ToRequest(const v1::RequestSelfInspectionsRequest& message) {
  domain::SelfInspectionRequest request = {rpc::DistrictOf(message.parent()),
                                           message.campaign(),
                                           message.officer(),
                                           rpc::ToCivilDay(message.due_date()),
                                           {}};
  for (const v1::SelfInspectionTarget& target : message.targets()) {
    request.targets.push_back({target.venue(), target.target_class()});
  }
  return request;
}

std::vector<domain::SelfFoundProblem> ToProblems(const v1::ReportSelfInspectionRequest& request) {
  std::vector<domain::SelfFoundProblem> problems;
  for (const v1::SelfFoundProblem& message : request.problems()) {
    domain::SelfFoundProblem problem = {message.item(),     message.description(),
                                        message.location(), std::nullopt,
                                        std::nullopt,       message.rectification()};
    if (message.has_rectified_date()) {
      problem.rectified_date = rpc::ToCivilDay(message.rectified_date());
    }
    if (message.has_planned_date()) problem.planned_date = rpc::ToCivilDay(message.planned_date());
    problems.push_back(std::move(problem));
  }
  return problems;
}

v1::SelfInspection ToProto(const domain::SelfInspection& self) {
  v1::SelfInspection message;
  message.set_name(self.name());
  message.set_campaign(self.campaign);
  message.set_venue(self.venue);
  message.set_target_class(self.target_class);
  message.set_officer(self.officer);
  *message.mutable_due_date() = rpc::ToDate(self.due_date);
  *message.mutable_first_due_date() = rpc::ToDate(self.first_due_date);
  message.set_state(static_cast<v1::SelfInspection::State>(self.state));
  AddAnswers(self.answers, *message.mutable_answers());
  for (const domain::SelfFoundProblem& problem : self.problems) {
    v1::SelfFoundProblem& entry = *message.add_problems();
    entry.set_item(problem.item);
    entry.set_description(problem.description);
    entry.set_location(problem.location);
    if (problem.rectified_date) {
      *entry.mutable_rectified_date() = rpc::ToDate(*problem.rectified_date);
    }
    if (problem.planned_date) *entry.mutable_planned_date() = rpc::ToDate(*problem.planned_date);
    entry.set_rectification(problem.rectification);
  }
  if (self.report_time) *message.mutable_report_time() = rpc::ToTimestamp(*self.report_time);
  message.set_return_reason(self.return_reason);
  message.set_return_count(self.return_count);
  *message.mutable_create_time() = rpc::ToTimestamp(self.create_time);
  if (self.confirm_time) *message.mutable_confirm_time() = rpc::ToTimestamp(*self.confirm_time);
  if (self.close_time) *message.mutable_close_time() = rpc::ToTimestamp(*self.close_time);
  message.set_etag(rpc::EtagOf(self.version));
  return message;
}

v1::CampaignProgress ToProto(const store::Progress& progress, const std::string& campaign) {
  v1::CampaignProgress message;
  message.set_campaign(campaign);
  for (const store::Progress::Count& count : progress.self_inspections) {
    const auto state = static_cast<v1::SelfInspection::State>(count.state);
    SetCount(count, ShortName(v1::SelfInspection::State_Name(state)), campaign,
             *message.add_self_inspections());
  }
  for (const store::Progress::Count& count : progress.department_tasks) {
    const auto state = static_cast<v1::DepartmentTask::State>(count.state);
    SetCount(count, ShortName(v1::DepartmentTask::State_Name(state)), campaign,
             *message.add_department_tasks());
  }
  SetCount({"", 0, progress.inspections}, "", campaign, *message.mutable_inspections());
  return message;
}

}  // namespace rectify::hazard::api

#include "services/hazard_findings/events/department_task_payloads.h"

#include "absl/strings/str_cat.h"
#include "libs/base/text.h"
#include "libs/rpc/convert.h"

namespace rectify::hazard::events {
namespace {

// A queue shows a line, not the whole task.
constexpr size_t kTaskTitleLength = 30;

}  // namespace

v1::DepartmentTaskFacts ToFacts(const domain::DepartmentTask& task) {
  v1::DepartmentTaskFacts facts;
  facts.set_task(task.name());
  facts.set_campaign(task.campaign);
  facts.set_department(task.department);
  facts.set_text(task.text);
  *facts.mutable_due_date() = rpc::ToDate(task.due_date);
  facts.set_state(static_cast<v1::DepartmentTask::State>(task.state));
  return facts;
}

common::v1::DutyFacts ToDuty(const domain::DepartmentTask& task) {
  common::v1::DutyFacts duty;
  duty.set_subject(task.name());
  duty.set_title(absl::StrCat("部门任务：", Ellipsize(task.text, kTaskTitleLength)));
  duty.set_owner(task.department);
  // How long the review of a report may take, the clock policy knows.
  if (task.state == domain::DepartmentTaskState::kAssigned) {
    *duty.mutable_due_date() = rpc::ToDate(task.due_date);
  }
  return duty;
}

}  // namespace rectify::hazard::events

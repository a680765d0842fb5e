#include "services/hazard_findings/domain/department_task.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

// Nobody plans a campaign's work further ahead; a later date is a slip of the pen.
constexpr int kMaxDaysAhead = 730;

absl::string_view StateName(DepartmentTaskState state) {
  switch (state) {
    case DepartmentTaskState::kAssigned:
      return "ASSIGNED";
    case DepartmentTaskState::kReported:
      return "REPORTED";
    case DepartmentTaskState::kAccepted:
      return "ACCEPTED";
  }
  return "";
}

absl::Status CheckState(const DepartmentTask& task, DepartmentTaskState allowed) {
  if (task.state == allowed) return absl::OkStatus();
  const std::string state(StateName(task.state));
  return PreconditionError("DEPARTMENT_TASK_STATE",
                           {absl::StrCat("部门任务现为 ", state, "，不能这样办理（name）"),
                            absl::StrCat("the task is ", state, " (name)")},
                           {{"state", state}});
}

// What the checklist asks of the department; empty when nothing.
std::string ChecklistText(const Checklist& checklist, absl::string_view department) {
  for (const ChecklistTask& task : checklist.tasks) {
    if (absl::EndsWith(department, absl::StrCat("/", task.department))) return task.text;
  }
  return "";
}

}  // namespace

std::string DepartmentTaskName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/departmentTasks/", id);
}

void CheckDueDate(absl::CivilDay due_date, absl::string_view field, absl::Time now,
                  Problems& problems) {
  const absl::CivilDay today = CivilDayOf(now);
  if (due_date < today || due_date > today + kMaxDaysAhead) {
    problems.Add(field, "应在今日起两年之内", "must lie within two years from today on");
  }
}

absl::StatusOr<DepartmentTask> AssignDepartmentTask(DepartmentTask task,
                                                    const References& references, absl::Time now) {
  if (!references.campaign.has_value()) return NotFoundError(task.campaign);
  if (!references.departments.contains(task.department)) return NotFoundError(task.department);
  if (task.text.empty() && references.checklist != nullptr) {
    task.text = ChecklistText(*references.checklist, task.department);
  }
  Problems problems;
  CheckDueDate(task.due_date, "task.due_date", now, problems);
  if (task.text.empty()) {
    problems.Add("task.text", "必填：清单没有给这个部门的任务",
                 "is required: the checklist asks nothing of this department");
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  RETURN_IF_ERROR(CheckInForce(*references.campaign, CivilDayOf(now), "task.campaign"));
  task.first_due_date = task.due_date;
  task.create_time = now;
  return task;
}

absl::StatusOr<DepartmentTask> ReportDepartmentTask(DepartmentTask task, absl::string_view report,
                                                    absl::Time now) {
  RETURN_IF_ERROR(CheckState(task, DepartmentTaskState::kAssigned));
  task.state = DepartmentTaskState::kReported;
  task.report = std::string(report);
  task.report_time = now;
  ++task.version;
  return task;
}

absl::StatusOr<DepartmentTask> AcceptDepartmentTask(DepartmentTask task, absl::Time now) {
  RETURN_IF_ERROR(CheckState(task, DepartmentTaskState::kReported));
  task.state = DepartmentTaskState::kAccepted;
  task.accept_time = now;
  ++task.version;
  return task;
}

absl::StatusOr<DepartmentTask> ReturnDepartmentTask(DepartmentTask task, absl::string_view reason,
                                                    absl::CivilDay due_date, absl::Time now) {
  RETURN_IF_ERROR(CheckState(task, DepartmentTaskState::kReported));
  Problems problems;
  CheckDueDate(due_date, "due_date", now, problems);
  RETURN_IF_ERROR(std::move(problems).Result());
  task.state = DepartmentTaskState::kAssigned;
  task.return_reason = std::string(reason);
  ++task.return_count;
  task.due_date = due_date;
  ++task.version;
  return task;
}

}  // namespace rectify::hazard::domain

// A task that a campaign gives a department (部门任务) and its life:
//
//   ASSIGNED → REPORTED → ACCEPTED, or back to ASSIGNED with a new due date
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/hazard_findings/domain/references.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract and of the tables.
enum class DepartmentTaskState { kAssigned = 1, kReported = 2, kAccepted = 3 };

std::string DepartmentTaskName(absl::string_view district, absl::string_view id);

struct DepartmentTask {
  std::string district, id;
  std::string campaign, department;  // resource names
  std::string text;
  absl::CivilDay due_date, first_due_date;
  DepartmentTaskState state = DepartmentTaskState::kAssigned;
  std::string report;
  std::optional<absl::Time> report_time;
  std::string return_reason;
  int return_count = 0;
  absl::Time create_time;
  std::optional<absl::Time> accept_time;
  int64_t version = 1;

  std::string name() const { return DepartmentTaskName(district, id); }
};

// Adds a problem unless somebody can still do something until `due_date`: it lies from today on and
// within two years.
void CheckDueDate(absl::CivilDay due_date, absl::string_view field, absl::Time now,
                  Problems& problems);

// Judges a new task of `references.campaign` and its checklist, and takes the text from the
// checklist where it has none. NOT_FOUND (campaign, department), CAMPAIGN_NOT_IN_FORCE,
// INVALID_FIELD.
absl::StatusOr<DepartmentTask> AssignDepartmentTask(DepartmentTask task,
                                                    const References& references, absl::Time now);

// FAILED_PRECONDITION DEPARTMENT_TASK_STATE (metadata `state`) from another state than the contract
// allows; ReturnDepartmentTask: INVALID_FIELD (due_date).
absl::StatusOr<DepartmentTask> ReportDepartmentTask(DepartmentTask task, absl::string_view report,
                                                    absl::Time now);
absl::StatusOr<DepartmentTask> AcceptDepartmentTask(DepartmentTask task, absl::Time now);
absl::StatusOr<DepartmentTask> ReturnDepartmentTask(DepartmentTask task, absl::string_view reason,
                                                    absl::CivilDay due_date, absl::Time now);

}  // namespace rectify::hazard::domain

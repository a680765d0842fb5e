// What other services and departments learn of a task.
#pragma once

#include "rectify/hazard/v1/department_task_events.pb.h"
#include "services/hazard_findings/domain/department_task.h"

namespace rectify::hazard::events {

v1::DepartmentTaskFacts ToFacts(const domain::DepartmentTask& task);
common::v1::DutyFacts ToDuty(const domain::DepartmentTask& task);

}  // namespace rectify::hazard::events

// Tasks of departments in the database.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/department_task.h"
#include "services/hazard_findings/store/lead_store.h"

namespace rectify::hazard::store {

absl::Status AddDepartmentTask(pg::Tx& tx, const domain::DepartmentTask& task);
// Writes what the verbs change.
absl::Status SaveDepartmentTask(pg::Tx& tx, const domain::DepartmentTask& task);

// NOT_FOUND when it does not exist or is none of `desks`.
absl::StatusOr<domain::DepartmentTask> GetDepartmentTask(pg::Tx& tx, absl::string_view district,
                                                         absl::string_view id, const Desks& desks);
absl::StatusOr<domain::DepartmentTask> LockDepartmentTask(pg::Tx& tx, absl::string_view district,
                                                          absl::string_view id);

// One page by due date, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::DepartmentTask>, std::string>> ListDepartmentTasks(
    pg::Tx& tx, absl::string_view district, const Desks& desks, absl::string_view filter,
    int page_size, absl::string_view page_token);

}  // namespace rectify::hazard::store

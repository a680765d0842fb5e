#include "services/hazard_findings/store/department_task_store.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/hazard/v1/department_task.pb.h"

namespace rectify::hazard::store {
namespace {

using domain::DepartmentTask;

#define RECTIFY_TASK_COLUMNS                                                            \
  "district, id, campaign, department, text, due_date, first_due_date, state, report, " \
  "report_time, return_reason, return_count, create_time, accept_time, version"

constexpr pg::Statement kAddTask = {"hazard.add_department_task", R"sql(
  insert into department_tasks (district, id, campaign, department, text, due_date, first_due_date,
                                state, report, return_reason, return_count, create_time, version)
  values ($1::text, $2::uuid, $3::text, $4::text, $5::text, $6::date, $7::date, 1, '', '', 0,
          $8::timestamptz, 1))sql"};

constexpr pg::Statement kSaveTask = {"hazard.save_department_task", R"sql(
  update department_tasks
     set due_date = $3::date, state = $4::smallint, report = $5::text,
         report_time = $6::timestamptz, return_reason = $7::text, return_count = $8::int,
         accept_time = $9::timestamptz, version = $10::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kGetTask = {"hazard.get_department_task",
                                    "select " RECTIFY_TASK_COLUMNS R"sql(
  from department_tasks where district = $1::text and id = $2::uuid
   and ($3::text[] is null or department = any($3::text[])))sql"};

constexpr pg::Statement kLockTask = {"hazard.lock_department_task",
                                     "select " RECTIFY_TASK_COLUMNS R"sql(
  from department_tasks where district = $1::text and id = $2::uuid for update)sql"};

DepartmentTask ReadTask(const pg::Row& row) {
  DepartmentTask task;
  task.district = row.Text(0);
  task.id = row.Text(1);
  task.campaign = row.Text(2);
  task.department = row.Text(3);
  task.text = row.Text(4);
  task.due_date = row.Day(5);
  task.first_due_date = row.Day(6);
  task.state = static_cast<domain::DepartmentTaskState>(row.Int(7));
  task.report = row.Text(8);
  task.report_time = row.OptTime(9);
  task.return_reason = row.Text(10);
  task.return_count = static_cast<int>(row.Int(11));
  task.create_time = row.Time(12);
  task.accept_time = row.OptTime(13);
  task.version = row.Int(14);
  return task;
}

const query::ListSpec& TaskList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_department_tasks",
      .columns = RECTIFY_TASK_COLUMNS,
      .from =
          "department_tasks where district = $1"
          " and ($2::text[] is null or department = any($2::text[]))",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::DepartmentTask::State_descriptor()},
                 {"campaign", Kind::kText, "campaign = $?"},
                 {"department", Kind::kText, "department = $?"}},
      .order = {{"department_tasks.due_date", "date"}, {"department_tasks.id", "uuid"}}};
  return spec;
}

}  // namespace

absl::Status AddDepartmentTask(pg::Tx& tx, const DepartmentTask& task) {
  return tx
      .Exec(kAddTask, {task.district, task.id, task.campaign, task.department, task.text,
                       task.due_date, task.first_due_date, task.create_time})
      .status();
}

absl::Status SaveDepartmentTask(pg::Tx& tx, const DepartmentTask& task) {
  return tx
      .Exec(kSaveTask, {task.district, task.id, task.due_date, static_cast<int>(task.state),
                        task.report, task.report_time, task.return_reason, task.return_count,
                        task.accept_time, task.version})
      .status();
}

absl::StatusOr<DepartmentTask> GetDepartmentTask(pg::Tx& tx, absl::string_view district,
                                                 absl::string_view id, const Desks& desks) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetTask, {district, id, desks}));
  if (rows.empty()) return NotFoundError(domain::DepartmentTaskName(district, id));
  return ReadTask(rows[0]);
}

absl::StatusOr<DepartmentTask> LockDepartmentTask(pg::Tx& tx, absl::string_view district,
                                                  absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockTask, {district, id}));
  if (rows.empty()) return NotFoundError(domain::DepartmentTaskName(district, id));
  return ReadTask(rows[0]);
}

absl::StatusOr<std::pair<std::vector<DepartmentTask>, std::string>> ListDepartmentTasks(
    pg::Tx& tx, absl::string_view district, const Desks& desks, absl::string_view filter,
    int page_size, absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(TaskList(), {district, desks},
                                                                   filter, page_size, page_token));
  return query.Run<DepartmentTask>(tx, ReadTask);
}

}  // namespace rectify::hazard::store

// The rpcs of rectify.hazard.v1.DepartmentTasks.
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/hazard/v1/department_task_service.pb.h"
#include "services/hazard_findings/api/callers.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/api/references.h"
#include "services/hazard_findings/events/department_task_payloads.h"
#include "services/hazard_findings/store/campaign_store.h"
#include "services/hazard_findings/store/department_task_store.h"
#include "services/hazard_findings/store/reference_store.h"

namespace rectify::hazard::api {
namespace {

using rectify::events::Change;

static_assert(static_cast<int>(domain::DepartmentTaskState::kAccepted) ==
              v1::DepartmentTask::STATE_ACCEPTED);

constexpr int kTaskAudience = rectify::events::kDepartments;

v1::DepartmentTask TaskToProto(const domain::DepartmentTask& task) {
  v1::DepartmentTask message;
  message.set_name(task.name());
  message.set_campaign(task.campaign);
  message.set_department(task.department);
  message.set_text(task.text);
  *message.mutable_due_date() = rpc::ToDate(task.due_date);
  *message.mutable_first_due_date() = rpc::ToDate(task.first_due_date);
  message.set_state(static_cast<v1::DepartmentTask::State>(task.state));
  message.set_report(task.report);
  if (task.report_time) *message.mutable_report_time() = rpc::ToTimestamp(*task.report_time);
  message.set_return_reason(task.return_reason);
  message.set_return_count(task.return_count);
  *message.mutable_create_time() = rpc::ToTimestamp(task.create_time);
  if (task.accept_time) *message.mutable_accept_time() = rpc::ToTimestamp(*task.accept_time);
  message.set_etag(rpc::EtagOf(task.version));
  return message;
}

// Departments see their own tasks; the fire body sees all.
bool MaySee(const rpc::Caller& caller, const domain::DepartmentTask& task) {
  return IsFireBody(caller) || caller.HasPost(task.department);
}

void Audit(Change& change, const domain::DepartmentTask& task, absl::string_view action,
           absl::string_view what) {
  rectify::events::AuditRecord record;
  record.subject = task.name();
  record.related = {task.campaign, task.department};
  record.action = std::string(action);
  record.summary = absl::StrCat("部门任务", what, "：", events::ToDuty(task).title());
  record.details["due_date"] = FormatCivilDay(task.due_date);
  change.Audit(std::move(record));
}

template <typename Event>
Event ToEvent(const domain::DepartmentTask& task) {
  Event event;
  *event.mutable_task() = events::ToFacts(task);
  *event.mutable_duty() = events::ToDuty(task);
  return event;
}

domain::DepartmentTask ToTask(const v1::AssignDepartmentTaskRequest& request) {
  domain::DepartmentTask task;
  task.district = rpc::DistrictOf(request.parent());
  task.campaign = request.task().campaign();
  task.department = request.task().department();
  task.text = request.task().text();
  task.due_date = rpc::ToCivilDay(request.task().due_date());
  return task;
}

// What does not exist, or lies in another district, stays missing; the rule tells.
absl::StatusOr<domain::References> LoadTaskReferences(const Context& context, pg::Tx& tx,
                                                      const domain::DepartmentTask& task) {
  ASSIGN_OR_RETURN(
      domain::References references,
      store::LoadReferences(tx, task.district,
                            {.venue = "", .officers = {}, .departments = {task.department}}));
  if (rpc::DistrictOf(task.campaign) != task.district) return references;
  auto campaign = store::LockCampaign(tx, task.district, PartsOf(task.campaign).id,
                                      store::CampaignLock::kToUse);
  if (absl::IsNotFound(campaign.status())) return references;
  RETURN_IF_ERROR(campaign.status());
  references.checklist = context.checklists->Find(campaign->checklist, campaign->checklist_version);
  references.campaign = *std::move(campaign);
  return references;
}

absl::StatusOr<v1::DepartmentTask> AssignDepartmentTask(
    const Context& context, const rpc::Call& call, const v1::AssignDepartmentTaskRequest& request) {
  const domain::DepartmentTask wanted = ToTask(request);
  service::Host& host = context.host;
  RETURN_IF_ERROR(CompleteReferences(host.pool(), host.peer("venue"), call, wanted.district,
                                     {wanted.department}));
  return host.commands().Run<v1::DepartmentTask>(
      call, [&](Change& change) -> absl::StatusOr<v1::DepartmentTask> {
        ASSIGN_OR_RETURN(const domain::References references,
                         LoadTaskReferences(context, change.sql(), wanted));
        ASSIGN_OR_RETURN(domain::DepartmentTask task,
                         domain::AssignDepartmentTask(wanted, references, change.now()));
        task.id = change.NewId("department_task");
        RETURN_IF_ERROR(store::AddDepartmentTask(change.sql(), task));
        Audit(change, task, "AssignDepartmentTask", "下达");
        change.Emit(task.name(), task.version, ToEvent<v1::DepartmentTaskAssigned>(task),
                    kTaskAudience);
        return TaskToProto(task);
      });
}

absl::StatusOr<v1::DepartmentTask> GetDepartmentTask(const Context& context, const rpc::Call& call,
                                                     const v1::GetDepartmentTaskRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      domain::DepartmentTask task,
      context.host.pool().TransactValue(
          "hazard.get_department_task",
          {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
            return store::GetDepartmentTask(tx, name.district, name.id, DesksOf(call.caller));
          }));
  return TaskToProto(task);
}

absl::StatusOr<v1::ListDepartmentTasksResponse> ListDepartmentTasks(
    const Context& context, const rpc::Call& call, const v1::ListDepartmentTasksRequest& request) {
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_department_tasks",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListDepartmentTasks(tx, rpc::DistrictOf(request.parent()),
                                                         DesksOf(call.caller), request.filter(),
                                                         request.page_size(), request.page_token());
                     }));
  v1::ListDepartmentTasksResponse response;
  for (const domain::DepartmentTask& task : page.first) *response.add_tasks() = TaskToProto(task);
  response.set_next_page_token(page.second);
  return response;
}

// The frame of every verb: lock, whether it is there for the caller, etag, change, save.
template <typename Request>
absl::StatusOr<v1::DepartmentTask> RunVerb(
    const Context& context, const rpc::Call& call, const Request& request,
    const std::function<absl::StatusOr<domain::DepartmentTask>(Change&, domain::DepartmentTask)>&
        fn) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::DepartmentTask>(
      call, [&](Change& change) -> absl::StatusOr<v1::DepartmentTask> {
        ASSIGN_OR_RETURN(domain::DepartmentTask task,
                         store::LockDepartmentTask(change.sql(), name.district, name.id));
        if (!MaySee(call.caller, task)) return NotFoundError(request.name());
        RETURN_IF_ERROR(rpc::CheckEtag(task.version, request.etag()));
        ASSIGN_OR_RETURN(task, fn(change, std::move(task)));
        RETURN_IF_ERROR(store::SaveDepartmentTask(change.sql(), task));
        return TaskToProto(task);
      });
}

absl::StatusOr<v1::DepartmentTask> ReportDepartmentTask(
    const Context& context, const rpc::Call& call, const v1::ReportDepartmentTaskRequest& request) {
  return RunVerb(
      context, call, request,
      [&](Change& change, domain::DepartmentTask task) -> absl::StatusOr<domain::DepartmentTask> {
        if (!call.caller.HasPost(task.department)) {
          return MakeError(absl::StatusCode::kPermissionDenied,
                           {.reason = "NOT_YOUR_TASK",
                            .text = {"只有承担任务的部门可以反馈（name）",
                                     "only the department of the task may report (name)"},
                            .metadata = {},
                            .violations = {}});
        }
        ASSIGN_OR_RETURN(
            task, domain::ReportDepartmentTask(std::move(task), request.report(), change.now()));
        Audit(change, task, "ReportDepartmentTask", "反馈");
        auto event = ToEvent<v1::DepartmentTaskReported>(task);
        event.set_report(task.report);
        change.Emit(task.name(), task.version, event, kTaskAudience);
        return task;
      });
}

absl::StatusOr<v1::DepartmentTask> AcceptDepartmentTask(
    const Context& context, const rpc::Call& call, const v1::AcceptDepartmentTaskRequest& request) {
  return RunVerb(
      context, call, request,
      [&](Change& change, domain::DepartmentTask task) -> absl::StatusOr<domain::DepartmentTask> {
        ASSIGN_OR_RETURN(task, domain::AcceptDepartmentTask(std::move(task), change.now()));
        Audit(change, task, "AcceptDepartmentTask", "办结");
        change.Emit(task.name(), task.version, ToEvent<v1::DepartmentTaskAccepted>(task),
                    kTaskAudience);
        return task;
      });
}

absl::StatusOr<v1::DepartmentTask> ReturnDepartmentTask(
    const Context& context, const rpc::Call& call, const v1::ReturnDepartmentTaskRequest& request) {
  return RunVerb(
      context, call, request,
      [&](Change& change, domain::DepartmentTask task) -> absl::StatusOr<domain::DepartmentTask> {
        ASSIGN_OR_RETURN(
            task, domain::ReturnDepartmentTask(std::move(task), request.reason(),
                                               rpc::ToCivilDay(request.due_date()), change.now()));
        Audit(change, task, "ReturnDepartmentTask", "退回");
        auto event = ToEvent<v1::DepartmentTaskReturned>(task);
        event.set_reason(task.return_reason);
        change.Emit(task.name(), task.version, event, kTaskAudience);
        return task;
      });
}

}  // namespace

void RegisterDepartmentTaskRpcs(const Context& context) {
  const Methods methods(context, "rectify.hazard.v1.DepartmentTasks");
  methods.Add("AssignDepartmentTask", AssignDepartmentTask);
  methods.Add("GetDepartmentTask", GetDepartmentTask);
  methods.Add("ListDepartmentTasks", ListDepartmentTasks);
  methods.Add("ReportDepartmentTask", ReportDepartmentTask);
  methods.Add("AcceptDepartmentTask", AcceptDepartmentTask);
  methods.Add("ReturnDepartmentTask", ReturnDepartmentTask);
}

}  // namespace rectify::hazard::api

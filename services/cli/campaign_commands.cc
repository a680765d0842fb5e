// campaign, task and selfcheck.
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/campaign_service.pb.h"
#include "rectify/hazard/v1/department_task_service.pb.h"
#include "rectify/hazard/v1/self_inspection_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"

namespace rectify::cli::campaign_commands {
namespace {

constexpr const char* kCampaigns = "rectify.hazard.v1.Campaigns.";
constexpr const char* kTasks = "rectify.hazard.v1.DepartmentTasks.";
constexpr const char* kSelf = "rectify.hazard.v1.SelfInspections.";

struct CampaignArgs {
  std::string id, file, name, filter, text, due_date;
  int limit = 50;
  int problem = 0;
};

template <typename Message>
absl::Status PrintResult(const absl::StatusOr<Message>& result) {
  if (!result.ok()) return result.status();
  std::cout << ToJson(*result);
  return absl::OkStatus();
}

// A request that names one thing and has a request id.
template <typename Request>
Request Named(const CampaignArgs& args) {
  Request request;
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  return request;
}

absl::Status CreateCampaign(Session& session, CampaignArgs& args) {
  hazard::v1::CreateCampaignRequest request;
  request.set_parent(session.parent());
  request.set_campaign_id(args.id);
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_campaign()));
  request.set_request_id(NewUuid7(absl::Now()));
  return PrintResult(session.Call<hazard::v1::Campaign>(
      "hazard", absl::StrCat(kCampaigns, "CreateCampaign"), request));
}

absl::Status ListCampaigns(Session& session, CampaignArgs& args) {
  hazard::v1::ListCampaignsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  ASSIGN_OR_RETURN(auto campaigns,
                   (ListAll<hazard::v1::Campaign, hazard::v1::ListCampaignsResponse>(
                       *client, absl::StrCat(kCampaigns, "ListCampaigns"), request,
                       [](auto& r) { return r.mutable_campaigns(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(campaigns);
    return absl::OkStatus();
  }
  Table table({"名称", "状态", "起", "止", "清单", "资源名"});
  for (const hazard::v1::Campaign& campaign : campaigns) {
    table.Add({campaign.title(), CampaignStateLabel(campaign.state()),
               DateText(campaign.phases(0).first_day()),
               DateText(campaign.phases(campaign.phases_size() - 1).last_day()),
               absl::StrCat(campaign.checklist(), " ", campaign.checklist_version()),
               campaign.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status ActivateCampaign(Session& session, CampaignArgs& args) {
  return PrintResult(
      session.Call<hazard::v1::Campaign>("hazard", absl::StrCat(kCampaigns, "ActivateCampaign"),
                                         Named<hazard::v1::ActivateCampaignRequest>(args)));
}

absl::Status EndCampaign(Session& session, CampaignArgs& args) {
  auto request = Named<hazard::v1::EndCampaignRequest>(args);
  request.set_conclusion(args.text);
  return PrintResult(session.Call<hazard::v1::Campaign>(
      "hazard", absl::StrCat(kCampaigns, "EndCampaign"), request));
}

absl::Status ShowProgress(Session& session, CampaignArgs& args) {
  hazard::v1::GetCampaignProgressRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(auto progress,
                   session.Call<hazard::v1::CampaignProgress>(
                       "hazard", absl::StrCat(kSelf, "GetCampaignProgress"), request));
  if (session.json) {
    std::cout << ToJson(progress);
    return absl::OkStatus();
  }
  Table table({"内容", "类别", "状态", "数量", "记录的过滤条件"});
  const auto add = [&](const char* what, const hazard::v1::ProgressCount& count) {
    table.Add(
        {what, count.target_class(), count.state(), absl::StrCat(count.count()), count.filter()});
  };
  for (const auto& count : progress.self_inspections()) add("自查自改", count);
  for (const auto& count : progress.department_tasks()) add("部门任务", count);
  add("专项检查", progress.inspections());
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status ListChecklists(Session& session, CampaignArgs& args) {
  hazard::v1::ListChecklistsRequest request;
  request.set_code(args.id);
  return PrintResult(session.Call<hazard::v1::ListChecklistsResponse>(
      "hazard", absl::StrCat(kCampaigns, "ListChecklists"), request));
}

absl::Status AssignTask(Session& session, CampaignArgs& args) {
  hazard::v1::AssignDepartmentTaskRequest request;
  request.set_parent(session.parent());
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_task()));
  request.set_request_id(NewUuid7(absl::Now()));
  return PrintResult(session.Call<hazard::v1::DepartmentTask>(
      "hazard", absl::StrCat(kTasks, "AssignDepartmentTask"), request));
}

absl::Status ListTasks(Session& session, CampaignArgs& args) {
  hazard::v1::ListDepartmentTasksRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  ASSIGN_OR_RETURN(auto tasks,
                   (ListAll<hazard::v1::DepartmentTask, hazard::v1::ListDepartmentTasksResponse>(
                       *client, absl::StrCat(kTasks, "ListDepartmentTasks"), request,
                       [](auto& r) { return r.mutable_tasks(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(tasks);
    return absl::OkStatus();
  }
  Table table({"到期日", "状态", "部门", "任务", "资源名"});
  for (const hazard::v1::DepartmentTask& task : tasks) {
    table.Add({DateText(task.due_date()), DepartmentTaskStateLabel(task.state()), task.department(),
               task.text(), task.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status ReportTask(Session& session, CampaignArgs& args) {
  auto request = Named<hazard::v1::ReportDepartmentTaskRequest>(args);
  request.set_report(args.text);
  return PrintResult(session.Call<hazard::v1::DepartmentTask>(
      "hazard", absl::StrCat(kTasks, "ReportDepartmentTask"), request));
}

absl::Status AcceptTask(Session& session, CampaignArgs& args) {
  return PrintResult(session.Call<hazard::v1::DepartmentTask>(
      "hazard", absl::StrCat(kTasks, "AcceptDepartmentTask"),
      Named<hazard::v1::AcceptDepartmentTaskRequest>(args)));
}

absl::Status ReturnTask(Session& session, CampaignArgs& args) {
  auto request = Named<hazard::v1::ReturnDepartmentTaskRequest>(args);
  request.set_reason(args.text);
  ASSIGN_OR_RETURN(const absl::CivilDay due_date, ParseCivilDay(args.due_date));
  *request.mutable_due_date() = rpc::ToDate(due_date);
  return PrintResult(session.Call<hazard::v1::DepartmentTask>(
      "hazard", absl::StrCat(kTasks, "ReturnDepartmentTask"), request));
}

absl::Status RequestSelf(Session& session, CampaignArgs& args) {
  hazard::v1::RequestSelfInspectionsRequest request;
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, request));
  request.set_parent(session.parent());
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto response,
                   session.Call<hazard::v1::RequestSelfInspectionsResponse>(
                       "hazard", absl::StrCat(kSelf, "RequestSelfInspections"), request));
  if (session.json) {
    std::cout << ToJson(response);
  } else {
    std::cout << "已通知自查：" << response.self_inspections_size() << " 家\n";
  }
  return absl::OkStatus();
}

absl::Status ListSelf(Session& session, CampaignArgs& args) {
  hazard::v1::ListSelfInspectionsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  ASSIGN_OR_RETURN(auto all,
                   (ListAll<hazard::v1::SelfInspection, hazard::v1::ListSelfInspectionsResponse>(
                       *client, absl::StrCat(kSelf, "ListSelfInspections"), request,
                       [](auto& r) { return r.mutable_self_inspections(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(all);
    return absl::OkStatus();
  }
  Table table({"到期日", "状态", "类别", "场所", "资源名"});
  for (const hazard::v1::SelfInspection& self : all) {
    table.Add({DateText(self.due_date()), SelfInspectionStateLabel(self.state()),
               self.target_class(), self.venue(), self.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status GetSelf(Session& session, CampaignArgs& args) {
  hazard::v1::GetSelfInspectionRequest request;
  request.set_name(args.name);
  return PrintResult(session.Call<hazard::v1::SelfInspection>(
      "hazard", absl::StrCat(kSelf, "GetSelfInspection"), request));
}

absl::Status ReportSelf(Session& session, CampaignArgs& args) {
  hazard::v1::ReportSelfInspectionRequest request;
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, request));
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  return PrintResult(session.Call<hazard::v1::SelfInspection>(
      "hazard", absl::StrCat(kSelf, "ReportSelfInspection"), request));
}

absl::Status RectifySelf(Session& session, CampaignArgs& args) {
  auto request = Named<hazard::v1::RectifySelfFoundProblemRequest>(args);
  request.set_problem(args.problem);
  request.set_rectification(args.text);
  return PrintResult(session.Call<hazard::v1::SelfInspection>(
      "hazard", absl::StrCat(kSelf, "RectifySelfFoundProblem"), request));
}

absl::Status ConfirmSelf(Session& session, CampaignArgs& args) {
  return PrintResult(session.Call<hazard::v1::SelfInspection>(
      "hazard", absl::StrCat(kSelf, "ConfirmSelfInspection"),
      Named<hazard::v1::ConfirmSelfInspectionRequest>(args)));
}

absl::Status ReturnSelf(Session& session, CampaignArgs& args) {
  auto request = Named<hazard::v1::ReturnSelfInspectionRequest>(args);
  request.set_reason(args.text);
  ASSIGN_OR_RETURN(const absl::CivilDay due_date, ParseCivilDay(args.due_date));
  *request.mutable_due_date() = rpc::ToDate(due_date);
  return PrintResult(session.Call<hazard::v1::SelfInspection>(
      "hazard", absl::StrCat(kSelf, "ReturnSelfInspection"), request));
}

// Adds the commands of one group; the options that several of them share are spelled once.
class Group {
 public:
  Group(CLI::App& app, Session& session, const char* name, const char* help)
      : group_(*app.add_subcommand(name, help)->require_subcommand(1)), session_(session) {}

  using Run = absl::Status (*)(Session&, CampaignArgs&);
  CLI::App* Add(const char* name, const char* help, Run run) {
    return AddCommand<CampaignArgs>(group_, session_, name, help, args_, run);
  }
  CLI::App* OfFile(const char* name, const char* help, Run run) {
    CLI::App* command = Add(name, help, run);
    command->add_option("file", args_->file, "protobuf 文本")->required()->check(CLI::ExistingFile);
    return command;
  }
  CLI::App* OfName(const char* name, const char* help, Run run) {
    CLI::App* command = Add(name, help, run);
    command->add_option("name", args_->name, "资源名")->required();
    return command;
  }
  CLI::App* WithText(const char* name, const char* help, Run run, const char* option,
                     const char* what) {
    CLI::App* command = OfName(name, help, run);
    command->add_option(option, args_->text, what)->required();
    return command;
  }
  void AddReturn(Run run) {
    WithText("return", "退回并另定日期", run, "--reason", "理由")
        ->add_option("--due", args_->due_date, "新的到期日，例如 2023-03-15")
        ->required();
  }
  void AddList(Run run) {
    CLI::App* list = Add("list", "列出", run);
    list->add_option("--filter", args_->filter, "例如 state=REPORTED");
    list->add_option("--limit", args_->limit, "最多几条")->capture_default_str();
  }
  CampaignArgs& args() { return *args_; }

 private:
  CLI::App& group_;
  Session& session_;
  std::shared_ptr<CampaignArgs> args_ = std::make_shared<CampaignArgs>();
};

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  Group campaign(app, session, "campaign", "专项行动");
  campaign.OfFile("create", "创建", CreateCampaign)
      ->add_option("--id", campaign.args().id, "编号，例如 gaoceng-2023")
      ->required();
  campaign.AddList(ListCampaigns);
  campaign.OfName("activate", "启动", ActivateCampaign);
  campaign.WithText("end", "结束", EndCampaign, "--conclusion", "结论");
  campaign.OfName("progress", "进度", ShowProgress);
  campaign.Add("checklists", "检查清单", ListChecklists)
      ->add_option("--code", campaign.args().id, "只看这一个");

  Group task(app, session, "task", "部门任务");
  task.OfFile("assign", "下达", AssignTask);
  task.AddList(ListTasks);
  task.WithText("report", "反馈", ReportTask, "--report", "办理情况");
  task.OfName("accept", "办结", AcceptTask);
  task.AddReturn(ReturnTask);

  Group self(app, session, "selfcheck", "自查自改");
  self.OfFile("request", "通知一批场所自查", RequestSelf);
  self.AddList(ListSelf);
  self.OfName("get", "查看", GetSelf);
  self.OfFile("report", "报告自查结果", ReportSelf)
      ->add_option("name", self.args().name, "资源名")
      ->required();
  self.WithText("rectify", "报告问题已改正", RectifySelf, "--how", "改正情况")
      ->add_option("--problem", self.args().problem, "问题的序号，从 0 起");
  self.OfName("confirm", "确认", ConfirmSelf);
  self.AddReturn(ReturnSelf);
}

}  // namespace rectify::cli::campaign_commands

// visit: 执法回访.
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/followup/v1/lead_service.pb.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/list_all.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli::visit_commands {
namespace {

using followup::v1::Visit;

struct VisitArgs {
  std::string name, filter, at, reason, note, person_name, mobile, position, quarter, output;
  std::vector<std::string> answers;
  bool phone = false;
  bool anonymous = false;
};

std::string Method(absl::string_view rpc) {
  return absl::StrCat("rectify.followup.v1.FollowupVisits.", rpc);
}

const char* StateLabel(Visit::State state) {
  switch (state) {
    case Visit::STATE_PLANNED:
      return "待回访";
    case Visit::STATE_DONE:
      return "已回访";
    case Visit::STATE_REPLACED:
      return "已递补";
    default:
      return "";
  }
}

absl::Status Print(const Session& session, const Visit& visit) {
  if (session.json) {
    std::cout << ToJson(visit);
    return absl::OkStatus();
  }
  std::cout << visit.party() << "  " << StateLabel(visit.state()) << "  " << visit.file_number()
            << "\n"
            << visit.name() << "\n";
  for (const std::string& visitor : visit.visitors()) std::cout << "  回访人员 " << visitor << "\n";
  for (const auto& attempt : visit.attempts()) {
    std::cout << "  " << TimeText(attempt.attempt_time()) << " 未成功：" << attempt.reason()
              << "\n";
  }
  for (const auto& answer : visit.answers()) {
    std::cout << "  " << answer.item() << "：" << answer.value() << "\n";
  }
  return absl::OkStatus();
}

template <typename Request>
absl::Status Verb(Session& session, const char* rpc, Request request) {
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(const Visit visit, session.Call<Visit>("followup", Method(rpc), request));
  return Print(session, visit);
}

absl::Status List(Session& session, VisitArgs& args) {
  followup::v1::ListVisitsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("followup"));
  ASSIGN_OR_RETURN(auto visits, (ListAll<Visit, followup::v1::ListVisitsResponse>(
                                    *client, Method("ListVisits"), request,
                                    [](auto& r) { return r.mutable_visits(); })));
  if (session.json) {
    std::cout << ToJsonArray(visits);
    return absl::OkStatus();
  }
  Table table({"状态", "卷号", "单位", "时间", "资源名"});
  for (const Visit& visit : visits) {
    table.Add({StateLabel(visit.state()), visit.file_number(), visit.party(),
               TimeText(visit.visit_time()), visit.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Get(Session& session, VisitArgs& args) {
  followup::v1::GetVisitRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(const Visit visit, session.Call<Visit>("followup", Method("GetVisit"), request));
  return Print(session, visit);
}

absl::Status Record(Session& session, VisitArgs& args) {
  followup::v1::RecordVisitRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(const absl::Time at, ParseStepTime(args.at));
  *request.mutable_visit_time() = rpc::ToTimestamp(at);
  request.set_method(args.phone ? followup::v1::VISIT_METHOD_PHONE
                                : followup::v1::VISIT_METHOD_SITE);
  for (const std::string& text : args.answers) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    followup::v1::Answer& answer = *request.add_answers();
    answer.set_item(parts.first);
    answer.set_value(parts.second);
  }
  request.set_anonymous(args.anonymous);
  if (!args.person_name.empty() || !args.mobile.empty()) {
    request.mutable_respondent()->set_person_name(args.person_name);
    request.mutable_respondent()->set_mobile(args.mobile);
    request.mutable_respondent()->set_position(args.position);
  }
  request.set_note(args.note);
  return Verb(session, "RecordVisit", request);
}

absl::Status Attempt(Session& session, VisitArgs& args) {
  followup::v1::RecordAttemptRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(const absl::Time at, ParseStepTime(args.at));
  *request.mutable_attempt_time() = rpc::ToTimestamp(at);
  request.set_reason(args.reason);
  return Verb(session, "RecordAttempt", request);
}

absl::Status Replace(Session& session, VisitArgs& args) {
  followup::v1::ReplaceVisitRequest request;
  request.set_name(args.name);
  request.set_reason(args.reason);
  return Verb(session, "ReplaceVisit", request);
}

absl::Status Questions(Session& session, VisitArgs&) {
  followup::v1::GetQuestionnaireRequest request;
  request.set_parent(session.parent());
  ASSIGN_OR_RETURN(const auto questionnaire, session.Call<followup::v1::Questionnaire>(
                                                 "followup", Method("GetQuestionnaire"), request));
  if (session.json) {
    std::cout << ToJson(questionnaire);
    return absl::OkStatus();
  }
  Table table({"代码", "题目", "必答"});
  for (const auto& item : questionnaire.items()) {
    table.Add({item.code(), item.text(), item.required() ? "是" : ""});
  }
  std::cout << questionnaire.title() << " 第" << questionnaire.version() << "版\n" << table.Text();
  return absl::OkStatus();
}

absl::Status Analyse(Session& session, VisitArgs& args) {
  followup::v1::FreezeAnalysisRequest request;
  request.set_parent(session.parent());
  request.set_quarter(args.quarter);
  request.set_reason(args.reason);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(const auto analysis,
                   session.Call<followup::v1::Analysis>(
                       "followup", "rectify.followup.v1.FollowupLeads.FreezeAnalysis", request));
  if (args.output.empty()) {
    std::cout << analysis.document() << "\n";
    return absl::OkStatus();
  }
  std::ofstream(args.output, std::ios::binary) << analysis.document();
  std::cout << args.output << " 第" << analysis.version() << "版  " << analysis.document_hash()
            << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<VisitArgs>();
  CLI::App* visit = app.add_subcommand("visit", "执法回访（纪委）")->require_subcommand(1);
  const auto add = [&](const char* name, const char* help,
                       std::function<absl::Status(Session&, VisitArgs&)> run) {
    CLI::App* command = AddCommand<VisitArgs>(*visit, session, name, help, args, std::move(run));
    command->add_option("name", args->name, "资源名")->required();
    return command;
  };
  AddCommand<VisitArgs>(*visit, session, "list", "列出", args, List)
      ->add_option("--filter", args->filter, "例如 state=PLANNED");
  add("get", "查看一次回访及答复", Get);
  CLI::App* record = add("record", "登记一次回访", Record);
  record->add_option("--at", args->at, "回访时间 \"2023-03-22 10:00\"")->required();
  record->add_option("--answer", args->answers, "题目代码=答复（可重复）")->required();
  record->add_flag("--phone", args->phone, "电话回访，缺省为上门");
  record->add_flag("--anonymous", args->anonymous, "受访人要求匿名");
  record->add_option("--person-name", args->person_name, "受访人姓名");
  record->add_option("--mobile", args->mobile, "受访人手机");
  record->add_option("--position", args->position, "受访人职务");
  record->add_option("--note", args->note, "备注");
  CLI::App* attempt = add("attempt", "登记一次未成功的回访", Attempt);
  attempt->add_option("--at", args->at, "时间")->required();
  attempt->add_option("--reason", args->reason, "原因")->required();
  add("replace", "按抽取顺序递补", Replace)
      ->add_option("--reason", args->reason, "理由")
      ->required();
  AddCommand<VisitArgs>(*visit, session, "questions", "当前问卷", args, Questions);
  CLI::App* analyse =
      AddCommand<VisitArgs>(*visit, session, "analyse", "冻结一版季度分析", args, Analyse);
  analyse->add_option("quarter", args->quarter, "例如 2023Q1")->required();
  analyse->add_option("--reason", args->reason, "更正理由（第二版起必填）");
  analyse->add_option("--output", args->output, "写入文件，缺省为标准输出");
}

}  // namespace rectify::cli::visit_commands

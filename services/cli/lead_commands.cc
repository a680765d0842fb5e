// lead.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"

namespace rectify::cli::lead_commands {
namespace {

using hazard::v1::Lead;

struct LeadArgs {
  std::string name, source = "complaint", external_id, text, place, venue;
  bool urgent = false;
  std::string complainant, phone, address;
  std::string officer, department, reason, inspection, purpose, filter, request_id;
  bool confirmed = false, not_possible = false;
  int limit = 50;
};

std::string Method(absl::string_view name) {
  return absl::StrCat("rectify.hazard.v1.Leads.", name);
}

absl::Status Print(const Session& session, const Lead& lead) {
  if (session.json) {
    std::cout << ToJson(lead);
  } else {
    std::cout << "线索" << LeadStateLabel(lead.state()) << "：" << lead.name() << "\n";
  }
  return absl::OkStatus();
}

template <typename Request>
absl::Status Do(Session& session, LeadArgs& args, absl::string_view method, Request request) {
  if (!args.name.empty()) *request.mutable_name() = args.name;
  request.set_request_id(args.request_id.empty() ? NewUuid7(absl::Now()) : args.request_id);
  ASSIGN_OR_RETURN(auto lead, session.Call<Lead>("hazard", Method(method), request));
  return Print(session, lead);
}

absl::Status Create(Session& session, LeadArgs& args) {
  hazard::v1::CreateLeadRequest request;
  request.set_parent(session.parent());
  Lead::Source source = Lead::SOURCE_UNSPECIFIED;
  if (!Lead::Source_Parse(absl::StrCat("SOURCE_", absl::AsciiStrToUpper(args.source)), &source)) {
    return absl::InvalidArgumentError("--source 应为 complaint、grid_worker、department 或 other");
  }
  Lead& lead = *request.mutable_lead();
  lead.set_source(source);
  lead.set_external_id(args.external_id);
  lead.set_category(args.urgent ? Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF
                                : Lead::CATEGORY_OTHER);
  lead.set_text(args.text);
  lead.set_place(args.place);
  lead.set_venue(args.venue);
  request.mutable_complainant()->set_display_name(args.complainant);
  request.mutable_complainant()->set_phone(args.phone);
  request.mutable_complainant()->set_address(args.address);
  request.set_request_id(args.request_id.empty() ? NewUuid7(absl::Now()) : args.request_id);
  ASSIGN_OR_RETURN(auto created, session.Call<Lead>("hazard", Method("CreateLead"), request));
  return Print(session, created);
}

absl::Status Get(Session& session, LeadArgs& args) {
  hazard::v1::GetLeadRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(auto lead, session.Call<Lead>("hazard", Method("GetLead"), request));
  std::cout << ToJson(lead);
  return absl::OkStatus();
}

absl::Status List(Session& session, LeadArgs& args) {
  hazard::v1::ListLeadsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  ASSIGN_OR_RETURN(auto leads, (ListAll<Lead, hazard::v1::ListLeadsResponse>(
                                   *client, Method("ListLeads"), request,
                                   [](auto& r) { return r.mutable_leads(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(leads);
    return absl::OkStatus();
  }
  Table table({"接收时间", "来源", "地点", "状态", "资源名"});
  for (const Lead& lead : leads) {
    table.Add({TimeText(lead.receive_time()), LeadSourceLabel(lead.source()), lead.place(),
               LeadStateLabel(lead.state()), lead.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Accept(Session& session, LeadArgs& args) {
  hazard::v1::AcceptLeadRequest request;
  request.set_officer(args.officer);
  return Do(session, args, "AcceptLead", request);
}

absl::Status Refuse(Session& session, LeadArgs& args) {
  hazard::v1::RefuseLeadRequest request;
  request.set_reason(args.reason);
  return Do(session, args, "RefuseLead", request);
}

absl::Status Transfer(Session& session, LeadArgs& args) {
  hazard::v1::TransferLeadRequest request;
  request.set_department(args.department);
  request.set_reason(args.reason);
  return Do(session, args, "TransferLead", request);
}

absl::Status Verify(Session& session, LeadArgs& args) {
  hazard::v1::VerifyLeadRequest request;
  request.set_outcome(args.confirmed ? Lead::OUTCOME_CONFIRMED : Lead::OUTCOME_NOT_CONFIRMED);
  request.set_inspection(args.inspection);
  request.set_text(args.text);
  return Do(session, args, "VerifyLead", request);
}

absl::Status Reply(Session& session, LeadArgs& args) {
  hazard::v1::ReplyLeadRequest request;
  request.set_result(args.not_possible ? Lead::REPLY_RESULT_NOT_POSSIBLE : Lead::REPLY_RESULT_TOLD);
  request.set_text(args.text);
  return Do(session, args, "ReplyLead", request);
}

absl::Status Reveal(Session& session, LeadArgs& args) {
  hazard::v1::RevealComplainantRequest request;
  request.set_name(args.name);
  request.set_purpose(args.purpose);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto complainant, session.Call<hazard::v1::Complainant>(
                                         "hazard", Method("RevealComplainant"), request));
  std::cout << ToJson(complainant);
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<LeadArgs>();
  CLI::App* lead = app.add_subcommand("lead", "线索")->require_subcommand(1);
  CLI::App* create = AddCommand<LeadArgs>(*lead, session, "create", "接收一条线索", args, Create);
  create->add_option("--source", args->source, "complaint grid_worker department other")
      ->capture_default_str();
  create->add_option("--external-id", args->external_id, "来源系统中的编号");
  create->add_flag("--urgent", args->urgent, "堵塞出口通道或者擅自停用设施，24小时内核查");
  create->add_option("--text", args->text, "内容，不写举报人身份")->required();
  create->add_option("--place", args->place, "地点")->required();
  create->add_option("--venue", args->venue, "场所资源名");
  create->add_option("--complainant", args->complainant, "举报投诉人姓名（加密保存）");
  create->add_option("--phone", args->phone, "举报投诉人电话（加密保存）");
  create->add_option("--address", args->address, "举报投诉人地址（加密保存）");
  create->add_option("--request-id", args->request_id, "重复提交时沿用的 UUID");

  CLI::App* list = AddCommand<LeadArgs>(*lead, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 state=RECEIVED");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  const auto verb = [&](const char* name, const char* help,
                        absl::Status (*run)(Session&, LeadArgs&)) {
    CLI::App* command = AddCommand<LeadArgs>(*lead, session, name, help, args, run);
    command->add_option("name", args->name, "资源名")->required();
    return command;
  };
  verb("get", "查看", Get);
  verb("accept", "受理并指定承办人", Accept)
      ->add_option("--officer", args->officer, "承办人资源名")
      ->required();
  verb("refuse", "不予受理", Refuse)->add_option("--reason", args->reason, "理由")->required();
  CLI::App* transfer = verb("transfer", "移送有关部门", Transfer);
  transfer->add_option("--department", args->department, "部门资源名")->required();
  transfer->add_option("--reason", args->reason, "理由")->required();
  CLI::App* verify = verb("verify", "登记核查结果", Verify);
  verify->add_flag("--confirmed", args->confirmed, "属实（须有检查）；不写为不属实");
  verify->add_option("--inspection", args->inspection, "检查资源名");
  verify->add_option("--text", args->text, "核查情况")->required();
  CLI::App* reply = verb("reply", "登记告知情况", Reply);
  reply->add_flag("--not-possible", args->not_possible, "无法告知");
  reply->add_option("--text", args->text, "告知内容或者无法告知的原因")->required();
  verb("reveal", "查看举报投诉人身份（记入审计）", Reveal)
      ->add_option("--purpose", args->purpose, "用途")
      ->required();
}

}  // namespace rectify::cli::lead_commands

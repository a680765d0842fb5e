// seal: 临时查封.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/seal_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli::seal_commands {
namespace {

using deadline::v1::Seal;

struct SealArgs {
  std::string name, file, filter, text, at, receiver, proof, refusal;
  std::vector<std::string> officers;
  int limit = 50;
  bool refused = false;
};

std::string Method(absl::string_view rpc) {
  return absl::StrCat("rectify.deadline.v1.Seals.", rpc);
}

void AddDecision(const Seal& seal, Table& table) {
  for (const auto& approval : seal.approvals()) {
    table.Add({RoleLabel(approval.role()),
               absl::StrCat(approval.approver(), " ", TimeText(approval.approve_time()), " ",
                            approval.opinion())});
  }
  if (!seal.has_study()) return;
  table.Add({"集体研究",
             absl::StrCat(TimeText(seal.study().study_time()), " ",
                          seal.study().justified() ? "应予查封" : "不应查封", "（",
                          seal.study().opinions_size(), "人）：", seal.study().conclusion())});
  for (const auto& opinion : seal.study().opinions()) {
    table.Add({opinion.officer() == seal.study().chair() ? "  主持人" : "  参加人",
               absl::StrCat(opinion.officer(), " ", opinion.agrees() ? "同意" : "不同意", "：",
                            opinion.opinion())});
  }
}

void AddExecution(const Seal& seal, Table& table) {
  if (seal.has_service()) {
    table.Add({"送达", absl::StrCat(TimeText(seal.service().serve_time()), " ",
                                    seal.service().receiver())});
    if (!seal.service().refusal().empty()) table.Add({"拒收", seal.service().refusal()});
  }
  if (seal.has_last_day()) {
    table.Add({"查封", absl::StrCat(TimeText(seal.seal_time()), " 起，至 ",
                                    DateText(seal.last_day()), "（含当日）")});
  }
  if (seal.has_check()) {
    table.Add({"核查", absl::StrCat(TimeText(seal.check().check_time()), " 火灾隐患",
                                    seal.check().removed() ? "已经消除：" : "尚未消除：",
                                    seal.check().note())});
  }
  if (seal.end_reason().empty()) return;
  const char* what = seal.state() == Seal::STATE_REFUSED  ? "不予查封"
                     : seal.state() == Seal::STATE_LIFTED ? "解除"
                                                          : "不予解除";
  table.Add({what, seal.has_end_time()
                       ? absl::StrCat(TimeText(seal.end_time()), " ", seal.end_reason())
                       : seal.end_reason()});
}

absl::Status Print(const Session& session, const Seal& seal) {
  if (session.json) {
    std::cout << ToJson(seal);
    return absl::OkStatus();
  }
  std::cout << "临时查封  " << seal.party() << "  " << SealStateLabel(seal.state()) << "\n"
            << seal.name() << "\n";
  Table table({"项目", "内容"});
  table.Add({"情形", SealGroundLabel(seal.ground())});
  table.Add({"事实", seal.facts()});
  for (const std::string& part : seal.parts()) table.Add({"部位", part});
  table.Add({"期限", absl::StrCat(seal.term_days(), "日")});
  table.Add({"检查", TimeText(seal.inspect_time())});
  for (const std::string& officer : seal.officers()) {
    table.Add({officer == seal.officers(0) ? "承办人" : "协办人", officer});
  }
  if (!seal.former().empty()) table.Add({"原查封", seal.former()});
  if (seal.has_urgent()) {
    table.Add({"口头批准", absl::StrCat(seal.urgent().approver(), " ",
                                        TimeText(seal.urgent().approve_time()))});
    table.Add({"当场查封",
               absl::StrCat(TimeText(seal.urgent().seal_time()), " ", seal.urgent().reason())});
  }
  AddDecision(seal, table);
  AddExecution(seal, table);
  std::cout << table.Text();
  return absl::OkStatus();
}

template <typename Request>
absl::Status Send(Session& session, absl::string_view rpc, Request request) {
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(const Seal seal, session.Call<Seal>("deadline", Method(rpc), request));
  return Print(session, seal);
}

absl::Status List(Session& session, SealArgs& args) {
  deadline::v1::ListSealsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("deadline"));
  ASSIGN_OR_RETURN(auto seals, (ListAll<Seal, deadline::v1::ListSealsResponse>(
                                   *client, Method("ListSeals"), request,
                                   [](auto& r) { return r.mutable_seals(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(seals);
    return absl::OkStatus();
  }
  Table table({"检查时间", "单位", "部位", "情形", "状态", "查封至", "资源名"});
  for (const Seal& seal : seals) {
    table.Add({TimeText(seal.inspect_time()), seal.party(), absl::StrJoin(seal.parts(), "、"),
               SealGroundLabel(seal.ground()), SealStateLabel(seal.state()),
               DateText(seal.last_day()), seal.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Get(Session& session, SealArgs& args) {
  deadline::v1::GetSealRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(const Seal seal, session.Call<Seal>("deadline", Method("GetSeal"), request));
  return Print(session, seal);
}

absl::Status Propose(Session& session, SealArgs& args) {
  deadline::v1::ProposeSealRequest request;
  request.set_parent(session.parent());
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_seal()));
  return Send(session, "ProposeSeal", request);
}

absl::Status Study(Session& session, SealArgs& args) {
  deadline::v1::RecordSealStudyRequest request;
  request.set_name(args.name);
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_study()));
  return Send(session, "RecordSealStudy", request);
}

absl::Status Approve(Session& session, SealArgs& args) {
  deadline::v1::ApproveSealRequest request;
  request.set_name(args.name);
  request.set_opinion(args.text);
  return Send(session, "ApproveSeal", request);
}

absl::Status Refuse(Session& session, SealArgs& args) {
  deadline::v1::RefuseSealRequest request;
  request.set_name(args.name);
  request.set_reason(args.text);
  return Send(session, "RefuseSeal", request);
}

absl::Status Serve(Session& session, SealArgs& args) {
  deadline::v1::ServeSealRequest request;
  request.set_name(args.name);
  deadline::v1::SealService& service = *request.mutable_service();
  ASSIGN_OR_RETURN(const absl::Time at, ParseStepTime(args.at));
  *service.mutable_serve_time() = rpc::ToTimestamp(at);
  service.mutable_officers()->Assign(args.officers.begin(), args.officers.end());
  service.set_receiver(args.receiver);
  service.set_proof(args.proof);
  service.set_refusal(args.refusal);
  return Send(session, "ServeSeal", request);
}

absl::Status ApplyLift(Session& session, SealArgs& args) {
  deadline::v1::ApplySealLiftRequest request;
  request.set_name(args.name);
  request.set_statement(args.text);
  return Send(session, "ApplySealLift", request);
}

absl::Status CheckLift(Session& session, SealArgs& args) {
  deadline::v1::CheckSealLiftRequest request;
  request.set_name(args.name);
  deadline::v1::SealCheck& check = *request.mutable_check();
  ASSIGN_OR_RETURN(const absl::Time at, ParseStepTime(args.at));
  *check.mutable_check_time() = rpc::ToTimestamp(at);
  check.mutable_officers()->Assign(args.officers.begin(), args.officers.end());
  check.set_removed(!args.refused);
  check.set_note(args.text);
  return Send(session, "CheckSealLift", request);
}

absl::Status DecideLift(Session& session, SealArgs& args) {
  deadline::v1::DecideSealLiftRequest request;
  request.set_name(args.name);
  request.set_lifted(!args.refused);
  request.set_reason(args.text);
  return Send(session, "DecideSealLift", request);
}

using Adder = std::function<CLI::App*(const char* name, const char* help,
                                      absl::Status (*run)(Session&, SealArgs&))>;

void AddDecisionCommands(const Adder& verb, SealArgs& args) {
  verb("study", "登记集体研究", Study)
      ->add_option("file", args.file, "SealStudy（protobuf 文本）")
      ->required()
      ->check(CLI::ExistingFile);
  verb("approve", "签批下一步", Approve)->add_option("--opinion", args.text, "意见");
  verb("refuse", "不予查封；当场查封的随之解除", Refuse)
      ->add_option("--reason", args.text, "理由")
      ->required();
  CLI::App* serve = verb("serve", "登记决定书和查封清单送达", Serve);
  serve->add_option("--at", args.at, "送达时间 \"2023-02-08 15:00\"")->required();
  serve->add_option("--officer", args.officers, "送达人资源名（至少两人）")->required();
  serve->add_option("--receiver", args.receiver, "收件人及与当事人的关系")->required();
  serve->add_option("--proof", args.proof, "现场笔录、清单、录像、封条")->required();
  serve->add_option("--refusal", args.refusal, "拒收事由与见证人");
}

void AddLiftCommands(const Adder& verb, SealArgs& args) {
  verb("apply-lift", "登记当事人申请解除", ApplyLift)
      ->add_option("--statement", args.text, "整改情况")
      ->required();
  CLI::App* check = verb("check-lift", "登记申请后的核查：隐患已经消除", CheckLift);
  check->add_option("--at", args.at, "核查时间 \"2023-02-21 10:00\"")->required();
  check->add_option("--officer", args.officers, "核查人资源名（至少两人）")->required();
  check->add_option("--note", args.text, "现场情况")->required();
  check->add_flag("--remaining", args.refused, "隐患尚未消除");
  CLI::App* decide = verb("decide-lift", "决定解除查封", DecideLift);
  decide->add_option("--reason", args.text, "理由")->required();
  decide->add_flag("--refuse", args.refused, "不予解除");
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<SealArgs>();
  CLI::App* seal = app.add_subcommand("seal", "临时查封")->require_subcommand(1);
  CLI::App* list = AddCommand<SealArgs>(*seal, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 state=SEALED AND ground=EXITS");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  AddCommand<SealArgs>(*seal, session, "propose", "提请查封，或报告当场查封", args, Propose)
      ->add_option("file", args->file, "Seal（protobuf 文本）")
      ->required()
      ->check(CLI::ExistingFile);
  const Adder verb = [&](const char* name, const char* help,
                         absl::Status (*run)(Session&, SealArgs&)) {
    CLI::App* command = AddCommand<SealArgs>(*seal, session, name, help, args, run);
    command->add_option("name", args->name, "资源名")->required();
    return command;
  };
  verb("get", "查看", Get);
  AddDecisionCommands(verb, *args);
  AddLiftCommands(verb, *args);
}

}  // namespace rectify::cli::seal_commands

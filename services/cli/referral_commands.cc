// referral.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/referral_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"

namespace rectify::cli::referral_commands {
namespace {

using hazard::v1::Referral;

struct ReferralArgs {
  std::string name, file, text, outcome = "done", due_date, filter, request_id;
  int limit = 50;
};

std::string Method(absl::string_view name) {
  return absl::StrCat("rectify.hazard.v1.Referrals.", name);
}

absl::Status Print(const Session& session, const Referral& referral) {
  if (session.json) {
    std::cout << ToJson(referral);
  } else {
    std::cout << ReferralKindLabel(referral.kind()) << ReferralStateLabel(referral.state()) << "："
              << referral.name() << "\n";
  }
  return absl::OkStatus();
}

template <typename Request>
absl::Status Do(Session& session, ReferralArgs& args, absl::string_view method, Request request) {
  request.set_request_id(args.request_id.empty() ? NewUuid7(absl::Now()) : args.request_id);
  ASSIGN_OR_RETURN(auto referral, session.Call<Referral>("hazard", Method(method), request));
  return Print(session, referral);
}

template <typename Request>
Request Named(const ReferralArgs& args) {
  Request request;
  request.set_name(args.name);
  return request;
}

absl::Status Send(Session& session, ReferralArgs& args) {
  hazard::v1::SendReferralRequest request;
  request.set_parent(session.parent());
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_referral()));
  return Do(session, args, "SendReferral", request);
}

absl::Status Get(Session& session, ReferralArgs& args) {
  ASSIGN_OR_RETURN(auto referral,
                   session.Call<Referral>("hazard", Method("GetReferral"),
                                          Named<hazard::v1::GetReferralRequest>(args)));
  std::cout << ToJson(referral);
  return absl::OkStatus();
}

absl::Status List(Session& session, ReferralArgs& args) {
  hazard::v1::ListReferralsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  ASSIGN_OR_RETURN(auto referrals, (ListAll<Referral, hazard::v1::ListReferralsResponse>(
                                       *client, Method("ListReferrals"), request,
                                       [](auto& r) { return r.mutable_referrals(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(referrals);
    return absl::OkStatus();
  }
  Table table({"发函时间", "种类", "状态", "收函单位", "标题", "资源名"});
  for (const Referral& referral : referrals) {
    table.Add({TimeText(referral.send_time()), ReferralKindLabel(referral.kind()),
               ReferralStateLabel(referral.state()), referral.addressee(), referral.title(),
               referral.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Acknowledge(Session& session, ReferralArgs& args) {
  return Do(session, args, "AcknowledgeReferral",
            Named<hazard::v1::AcknowledgeReferralRequest>(args));
}

absl::Status Accept(Session& session, ReferralArgs& args) {
  auto request = Named<hazard::v1::DecideReferralRequest>(args);
  request.set_accept(true);
  return Do(session, args, "DecideReferral", request);
}

absl::Status Refuse(Session& session, ReferralArgs& args) {
  auto request = Named<hazard::v1::DecideReferralRequest>(args);
  request.set_reason(args.text);
  return Do(session, args, "DecideReferral", request);
}

absl::Status Reply(Session& session, ReferralArgs& args) {
  auto request = Named<hazard::v1::ReplyReferralRequest>(args);
  Referral::Outcome outcome = Referral::OUTCOME_UNSPECIFIED;
  if (!Referral::Outcome_Parse(absl::StrCat("OUTCOME_", absl::AsciiStrToUpper(args.outcome)),
                               &outcome)) {
    return absl::InvalidArgumentError("--outcome 应为 done、in_progress 或 not_done");
  }
  request.set_outcome(outcome);
  request.set_reply(args.text);
  return Do(session, args, "ReplyReferral", request);
}

absl::Status Conclude(Session& session, ReferralArgs& args) {
  return Do(session, args, "ConcludeReferral", Named<hazard::v1::ConcludeReferralRequest>(args));
}

absl::Status Return(Session& session, ReferralArgs& args) {
  auto request = Named<hazard::v1::ReturnReferralRequest>(args);
  request.set_reason(args.text);
  ASSIGN_OR_RETURN(const absl::CivilDay due_date, ParseCivilDay(args.due_date));
  *request.mutable_due_date() = rpc::ToDate(due_date);
  return Do(session, args, "ReturnReferral", request);
}

absl::Status Withdraw(Session& session, ReferralArgs& args) {
  auto request = Named<hazard::v1::WithdrawReferralRequest>(args);
  request.set_reason(args.text);
  return Do(session, args, "WithdrawReferral", request);
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<ReferralArgs>();
  CLI::App* referral =
      app.add_subcommand("referral", "公函：抄告、移送、检察建议")->require_subcommand(1);
  CLI::App* send = AddCommand<ReferralArgs>(*referral, session, "send", "发函", args, Send);
  send->add_option("file", args->file, "protobuf 文本")->required()->check(CLI::ExistingFile);
  send->add_option("--request-id", args->request_id, "重复提交时沿用的 UUID");
  CLI::App* list = AddCommand<ReferralArgs>(*referral, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 state=REPLIED");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();

  const auto verb = [&](const char* name, const char* help,
                        absl::Status (*run)(Session&, ReferralArgs&)) {
    CLI::App* command = AddCommand<ReferralArgs>(*referral, session, name, help, args, run);
    command->add_option("name", args->name, "资源名")->required();
    return command;
  };
  const auto with_reason = [&](CLI::App* command) {
    command->add_option("--reason", args->text, "理由")->required();
    return command;
  };
  verb("get", "查看", Get);
  verb("acknowledge", "签收回执", Acknowledge);
  verb("accept", "受理移送", Accept);
  with_reason(verb("refuse", "不予受理移送", Refuse));
  CLI::App* reply = verb("reply", "回复", Reply);
  reply->add_option("--text", args->text, "办理情况")->required();
  reply->add_option("--outcome", args->outcome, "done in_progress not_done")->capture_default_str();
  verb("conclude", "办结", Conclude);
  with_reason(verb("return", "退回并另定日期", Return))
      ->add_option("--due", args->due_date, "新的到期日，例如 2023-03-15")
      ->required();
  with_reason(verb("withdraw", "回复之前撤回", Withdraw));
}

}  // namespace rectify::cli::referral_commands

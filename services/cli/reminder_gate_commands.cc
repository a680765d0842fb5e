// reminder: what holds reminders back, who takes them instead, and what is coming.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"

namespace rectify::cli::reminder_gate_commands {
namespace {

constexpr const char* kDispatch = "rectify.reminder.v1.ReminderDispatch.";

struct GateArgs {
  std::string filter, name, clock, recipient, deputy, reason, from, until;
  bool texts = false;
  int limit = 50;
};

// A day counts from its beginning.
absl::Status SetDay(const std::string& day, google::protobuf::Timestamp& time) {
  ASSIGN_OR_RETURN(const absl::CivilDay parsed, ParseCivilDay(day));
  time = rpc::ToTimestamp(StartOfDay(parsed));
  return absl::OkStatus();
}

absl::Status Preview(Session& session, GateArgs& args) {
  reminder::v1::PreviewRemindersRequest request;
  request.set_parent(session.parent());
  (absl::StrContains(args.name, "/clocks/") ? request.mutable_clock() : request.mutable_venue())
      ->assign(args.name);
  ASSIGN_OR_RETURN(auto preview,
                   session.Call<reminder::v1::PreviewRemindersResponse>(
                       "reminder", absl::StrCat(kDispatch, "PreviewReminders"), request));
  if (session.json) {
    std::cout << ToJson(preview);
    return absl::OkStatus();
  }
  Table table({"发送时间", "步骤", "渠道", "收件", "标题", "不发送的原因"});
  for (const reminder::v1::ReminderPreview& each : preview.reminders()) {
    table.Add({TimeText(each.send_time()), each.reminder().step(),
               ChannelLabel(each.reminder().channel()), each.reminder().recipient(), each.title(),
               each.withheld()});
  }
  std::cout << table.Text();
  if (!args.texts) return absl::OkStatus();
  for (const reminder::v1::ReminderPreview& each : preview.reminders()) {
    std::cout << "\n"
              << TimeText(each.send_time()) << " " << each.title() << "\n"
              << each.body() << "\n";
  }
  return absl::OkStatus();
}

absl::Status Acknowledge(Session& session, GateArgs& args) {
  reminder::v1::AcknowledgeRemindersRequest request;
  request.set_clock(args.name);
  request.set_note(args.reason);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto acknowledgement,
                   session.Call<reminder::v1::Acknowledgement>(
                       "reminder", absl::StrCat(kDispatch, "AcknowledgeReminders"), request));
  std::cout << "已确认知悉，至" << TimeText(acknowledgement.end_time()) << "\n";
  return absl::OkStatus();
}

absl::Status Mute(Session& session, GateArgs& args) {
  reminder::v1::CreateMuteRequest request;
  request.set_parent(session.parent());
  request.set_clock(args.clock);
  request.set_recipient(args.recipient);
  request.set_reason(args.reason);
  RETURN_IF_ERROR(SetDay(args.until, *request.mutable_end_time()));
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto mute, session.Call<reminder::v1::Mute>(
                                  "reminder", absl::StrCat(kDispatch, "CreateMute"), request));
  std::cout << mute.name() << " 静默至" << TimeText(mute.end_time()) << "\n";
  return absl::OkStatus();
}

absl::Status Unmute(Session& session, GateArgs& args) {
  reminder::v1::EndMuteRequest request;
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto mute, session.Call<reminder::v1::Mute>(
                                  "reminder", absl::StrCat(kDispatch, "EndMute"), request));
  std::cout << "静默已于" << TimeText(mute.end_time()) << "结束\n";
  return absl::OkStatus();
}

absl::Status Mutes(Session& session, GateArgs& args) {
  reminder::v1::ListMutesRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("reminder"));
  ASSIGN_OR_RETURN(auto mutes, (ListAll<reminder::v1::Mute, reminder::v1::ListMutesResponse>(
                                   *client, absl::StrCat(kDispatch, "ListMutes"), request,
                                   [](auto& r) { return r.mutable_mutes(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(mutes);
    return absl::OkStatus();
  }
  Table table({"开始", "终止", "期限", "收件人", "何人", "原因", "资源名"});
  for (const reminder::v1::Mute& mute : mutes) {
    table.Add({TimeText(mute.start_time()), TimeText(mute.end_time()), mute.clock(),
               mute.recipient(), mute.author(), mute.reason(), mute.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status StandIn(Session& session, GateArgs& args) {
  reminder::v1::CreateStandInRequest request;
  request.set_parent(session.parent());
  request.set_recipient(args.recipient);
  request.set_deputy(args.deputy);
  request.set_reason(args.reason);
  if (!args.from.empty()) RETURN_IF_ERROR(SetDay(args.from, *request.mutable_start_time()));
  RETURN_IF_ERROR(SetDay(args.until, *request.mutable_end_time()));
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto stand_in,
                   session.Call<reminder::v1::StandIn>(
                       "reminder", absl::StrCat(kDispatch, "CreateStandIn"), request));
  std::cout << stand_in.name() << " 代收" << TimeText(stand_in.start_time()) << "至"
            << TimeText(stand_in.end_time()) << "\n";
  return absl::OkStatus();
}

absl::Status EndStandIn(Session& session, GateArgs& args) {
  reminder::v1::EndStandInRequest request;
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto stand_in, session.Call<reminder::v1::StandIn>(
                                      "reminder", absl::StrCat(kDispatch, "EndStandIn"), request));
  std::cout << "代收已于" << TimeText(stand_in.end_time()) << "结束\n";
  return absl::OkStatus();
}

absl::Status StandIns(Session& session, GateArgs& args) {
  reminder::v1::ListStandInsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("reminder"));
  ASSIGN_OR_RETURN(auto stand_ins,
                   (ListAll<reminder::v1::StandIn, reminder::v1::ListStandInsResponse>(
                       *client, absl::StrCat(kDispatch, "ListStandIns"), request,
                       [](auto& r) { return r.mutable_stand_ins(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(stand_ins);
    return absl::OkStatus();
  }
  Table table({"开始", "终止", "本人或者岗位", "代理人", "何人登记", "原因", "资源名"});
  for (const reminder::v1::StandIn& each : stand_ins) {
    table.Add({TimeText(each.start_time()), TimeText(each.end_time()), each.recipient(),
               each.deputy(), each.author(), each.reason(), each.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Unreachable(Session& session, GateArgs& /*args*/) {
  reminder::v1::ListUnreachableRecipientsRequest request;
  request.set_parent(session.parent());
  ASSIGN_OR_RETURN(auto response,
                   session.Call<reminder::v1::ListUnreachableRecipientsResponse>(
                       "reminder", absl::StrCat(kDispatch, "ListUnreachableRecipients"), request));
  if (session.json) {
    std::cout << ToJson(response);
    return absl::OkStatus();
  }
  Table table({"收件人", "原因", "下一条提醒", "条数"});
  for (const reminder::v1::UnreachableRecipient& each : response.recipients()) {
    table.Add({each.recipient(), each.reason(), TimeText(each.next_due_time()),
               absl::StrCat(each.reminders())});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

void AddMuteCommands(CLI::App& reminder, Session& session, const std::shared_ptr<GateArgs>& args) {
  CLI::App* mute = AddCommand<GateArgs>(reminder, session, "mute", "静默", args, Mute);
  mute->add_option("--clock", args->clock, "期限的资源名");
  mute->add_option("--recipient", args->recipient, "收件人的资源名");
  mute->add_option("--reason", args->reason, "原因")->required();
  mute->add_option("--until", args->until, "哪日恢复，例如 2023-03-01")->required();
  AddCommand<GateArgs>(reminder, session, "unmute", "提前结束静默", args, Unmute)
      ->add_option("name", args->name, "静默的资源名")
      ->required();
  CLI::App* mutes = AddCommand<GateArgs>(reminder, session, "mutes", "列出静默", args, Mutes);
  mutes->add_option("--filter", args->filter, "例如 author=\"users/zhou\"");
  mutes->add_option("--limit", args->limit, "最多几条")->capture_default_str();
}

void AddStandInCommands(CLI::App& reminder, Session& session,
                        const std::shared_ptr<GateArgs>& args) {
  CLI::App* stand_in = AddCommand<GateArgs>(reminder, session, "stand-in",
                                            "登记代理：请假期间由他人代收提醒", args, StandIn);
  stand_in->add_option("recipient", args->recipient, "请假的监督员或者岗位的资源名")->required();
  stand_in->add_option("deputy", args->deputy, "代理的监督员或者岗位的资源名")->required();
  stand_in->add_option("--reason", args->reason, "原因")->required();
  stand_in->add_option("--from", args->from, "自哪日起，例如 2023-02-01；不写为现在");
  stand_in->add_option("--until", args->until, "哪日恢复，例如 2023-02-08")->required();
  AddCommand<GateArgs>(reminder, session, "end-stand-in", "提前结束代理", args, EndStandIn)
      ->add_option("name", args->name, "代理的资源名")
      ->required();
  CLI::App* list = AddCommand<GateArgs>(reminder, session, "stand-ins", "列出代理", args, StandIns);
  list->add_option("--filter", args->filter, "例如 deputy=\"districts/120110/posts/chief\"");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
}

}  // namespace

void AddTo(CLI::App& reminder, Session& session) {
  auto args = std::make_shared<GateArgs>();
  CLI::App* preview =
      AddCommand<GateArgs>(reminder, session, "preview", "将要发送的提醒", args, Preview);
  preview->add_option("name", args->name, "期限或者场所的资源名")->required();
  preview->add_flag("--text", args->texts, "连同正文");
  CLI::App* acknowledge =
      AddCommand<GateArgs>(reminder, session, "ack", "确认知悉", args, Acknowledge);
  acknowledge->add_option("clock", args->name, "期限的资源名")->required();
  acknowledge->add_option("--note", args->reason, "正在如何办理");
  AddMuteCommands(reminder, session, args);
  AddStandInCommands(reminder, session, args);
  AddCommand<GateArgs>(reminder, session, "unreachable", "无法联系的收件人", args, Unreachable);
}

}  // namespace rectify::cli::reminder_gate_commands

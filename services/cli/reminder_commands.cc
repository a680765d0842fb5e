// reminder: planned reminders, the delivery ledger, and what holds reminders back.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/session.h"

namespace rectify::cli {
namespace {

constexpr const char* kDispatch = "rectify.reminder.v1.ReminderDispatch.";

struct ReminderArgs {
  std::string filter, name, clock, recipient, reason, until;
  int limit = 50;
};

absl::Status List(Session& session, ReminderArgs& args) {
  reminder::v1::ListRemindersRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("reminder"));
  ASSIGN_OR_RETURN(auto reminders,
                   (ListAll<reminder::v1::Reminder, reminder::v1::ListRemindersResponse>(
                       *client, absl::StrCat(kDispatch, "ListReminders"), request,
                       [](auto& r) { return r.mutable_reminders(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(reminders);
    return absl::OkStatus();
  }
  Table table({"时间", "步骤", "结果", "渠道", "收件", "标题"});
  for (const reminder::v1::Reminder& reminder : reminders) {
    table.Add({TimeText(reminder.due_time()), reminder.step(), ReminderStateLabel(reminder.state()),
               ChannelLabel(reminder.channel()), reminder.recipient(), reminder.title()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Deliveries(Session& session, ReminderArgs& args) {
  reminder::v1::ListDeliveriesRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("reminder"));
  ASSIGN_OR_RETURN(auto deliveries,
                   (ListAll<reminder::v1::Delivery, reminder::v1::ListDeliveriesResponse>(
                       *client, absl::StrCat(kDispatch, "ListDeliveries"), request,
                       [](auto& r) { return r.mutable_deliveries(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(deliveries);
    return absl::OkStatus();
  }
  Table table({"时间", "渠道", "地址", "回执", "资源名"});
  for (const reminder::v1::Delivery& delivery : deliveries) {
    table.Add({TimeText(delivery.create_time()), ChannelLabel(delivery.channel()),
               delivery.address(), delivery.provider_reply(), delivery.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Retry(Session& session, ReminderArgs& args) {
  reminder::v1::RetryReminderRequest request;
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto reminder,
                   session.Call<reminder::v1::Reminder>(
                       "reminder", absl::StrCat(kDispatch, "RetryReminder"), request));
  std::cout << reminder.title() << " " << ReminderStateLabel(reminder.state()) << "\n";
  return absl::OkStatus();
}

absl::Status Preview(Session& session, ReminderArgs& args) {
  reminder::v1::PreviewRemindersRequest request;
  request.set_parent(session.parent());
  (absl::StrContains(args.name, "/clocks/") ? request.mutable_clock() : request.mutable_venue())
      ->assign(args.name);
  ASSIGN_OR_RETURN(auto preview,
                   session.Call<reminder::v1::PreviewRemindersResponse>(
                       "reminder", absl::StrCat(kDispatch, "PreviewReminders"), request));
  Table table({"发送时间", "步骤", "渠道", "收件", "标题", "不发送的原因"});
  for (const reminder::v1::ReminderPreview& each : preview.reminders()) {
    table.Add({TimeText(each.send_time()), each.reminder().step(),
               ChannelLabel(each.reminder().channel()), each.reminder().recipient(), each.title(),
               each.withheld()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Acknowledge(Session& session, ReminderArgs& args) {
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

absl::Status Mute(Session& session, ReminderArgs& args) {
  reminder::v1::CreateMuteRequest request;
  request.set_parent(session.parent());
  request.set_clock(args.clock);
  request.set_recipient(args.recipient);
  request.set_reason(args.reason);
  ASSIGN_OR_RETURN(const absl::CivilDay until, ParseCivilDay(args.until));
  *request.mutable_end_time() = rpc::ToTimestamp(StartOfDay(until));
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto mute, session.Call<reminder::v1::Mute>(
                                  "reminder", absl::StrCat(kDispatch, "CreateMute"), request));
  std::cout << mute.name() << " 静默至" << TimeText(mute.end_time()) << "\n";
  return absl::OkStatus();
}

absl::Status Unmute(Session& session, ReminderArgs& args) {
  reminder::v1::EndMuteRequest request;
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto mute, session.Call<reminder::v1::Mute>(
                                  "reminder", absl::StrCat(kDispatch, "EndMute"), request));
  std::cout << "静默已于" << TimeText(mute.end_time()) << "结束\n";
  return absl::OkStatus();
}

absl::Status Unreachable(Session& session, ReminderArgs& /*args*/) {
  reminder::v1::ListUnreachableRecipientsRequest request;
  request.set_parent(session.parent());
  ASSIGN_OR_RETURN(auto response,
                   session.Call<reminder::v1::ListUnreachableRecipientsResponse>(
                       "reminder", absl::StrCat(kDispatch, "ListUnreachableRecipients"), request));
  Table table({"收件人", "原因", "下一条提醒", "条数"});
  for (const reminder::v1::UnreachableRecipient& each : response.recipients()) {
    table.Add({each.recipient(), each.reason(), TimeText(each.next_due_time()),
               absl::StrCat(each.reminders())});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

void AddGateCommands(CLI::App& reminder, Session& session,
                     const std::shared_ptr<ReminderArgs>& args) {
  AddCommand<ReminderArgs>(reminder, session, "preview", "将要发送的提醒", args, Preview)
      ->add_option("name", args->name, "期限或者场所的资源名")
      ->required();
  CLI::App* acknowledge =
      AddCommand<ReminderArgs>(reminder, session, "ack", "确认知悉", args, Acknowledge);
  acknowledge->add_option("clock", args->name, "期限的资源名")->required();
  acknowledge->add_option("--note", args->reason, "正在如何办理");
  CLI::App* mute = AddCommand<ReminderArgs>(reminder, session, "mute", "静默", args, Mute);
  mute->add_option("--clock", args->clock, "期限的资源名");
  mute->add_option("--recipient", args->recipient, "收件人的资源名");
  mute->add_option("--reason", args->reason, "原因")->required();
  mute->add_option("--until", args->until, "哪日恢复，例如 2023-03-01")->required();
  AddCommand<ReminderArgs>(reminder, session, "unmute", "提前结束静默", args, Unmute)
      ->add_option("name", args->name, "静默的资源名")
      ->required();
  AddCommand<ReminderArgs>(reminder, session, "unreachable", "无法联系的收件人", args, Unreachable);
}

}  // namespace

void AddReminderCommands(CLI::App& app, Session& session) {
  auto args = std::make_shared<ReminderArgs>();
  CLI::App* reminder = app.add_subcommand("reminder", "提醒")->require_subcommand(1);
  CLI::App* list = AddCommand<ReminderArgs>(*reminder, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 state=DEAD");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  CLI::App* deliveries =
      AddCommand<ReminderArgs>(*reminder, session, "deliveries", "发送台账", args, Deliveries);
  deliveries->add_option("--filter", args->filter, "例如 channel=EMAIL");
  deliveries->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  AddCommand<ReminderArgs>(*reminder, session, "retry", "重发无法送出的提醒", args, Retry)
      ->add_option("name", args->name, "资源名")
      ->required();
  AddGateCommands(*reminder, session, args);
}

}  // namespace rectify::cli

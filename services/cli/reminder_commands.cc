// reminder: planned reminders, the delivery ledger and what is sent again.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli::reminder_commands {
namespace {

constexpr const char* kDispatch = "rectify.reminder.v1.ReminderDispatch.";

struct ReminderArgs {
  std::string filter, name, channel, recipient, reason, from, to;
  bool include_ended = false, dry_run = false;
  int limit = 50;
};

// "2023-01-27 09:00", or a day for its beginning.
absl::StatusOr<absl::Time> ParseInstant(const std::string& text) {
  const absl::StatusOr<absl::CivilDay> day = ParseCivilDay(text);
  if (day.ok()) return StartOfDay(*day);
  absl::StatusOr<absl::Time> time = ParseStepTime(text);
  if (time.ok()) return time;
  return absl::InvalidArgumentError(
      absl::StrCat("时间应写作 2023-01-27 或者 \"2023-01-27 09:00\"，而不是 ", text));
}

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
  Table table({"时间", "渠道", "结果", "地址", "回执", "补发", "资源名"});
  for (const reminder::v1::Delivery& delivery : deliveries) {
    table.Add({TimeText(delivery.create_time()), ChannelLabel(delivery.channel()),
               DeliveryStateLabel(delivery.state()), delivery.address(), delivery.provider_reply(),
               delivery.original().empty() ? "" : "是", delivery.name()});
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

absl::Status Replay(Session& session, ReminderArgs& args) {
  reminder::v1::ReplayDeliveriesRequest request;
  request.set_parent(session.parent());
  if (!args.channel.empty()) {
    reminder::v1::Channel channel;
    if (!reminder::v1::Channel_Parse("CHANNEL_" + absl::AsciiStrToUpper(args.channel), &channel)) {
      return absl::InvalidArgumentError(
          absl::StrCat("没有渠道 ", args.channel, "；可用 email、webhook、file、wecom、sms"));
    }
    request.set_channel(channel);
  }
  request.set_recipient(args.recipient);
  ASSIGN_OR_RETURN(const absl::Time from, ParseInstant(args.from));
  ASSIGN_OR_RETURN(const absl::Time to, ParseInstant(args.to));
  *request.mutable_start_time() = rpc::ToTimestamp(from);
  *request.mutable_end_time() = rpc::ToTimestamp(to);
  request.set_reason(args.reason);
  request.set_include_ended(args.include_ended);
  request.set_validate_only(args.dry_run);
  if (!args.dry_run) request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto response,
                   session.Call<reminder::v1::ReplayDeliveriesResponse>(
                       "reminder", absl::StrCat(kDispatch, "ReplayDeliveries"), request));
  if (session.json) {
    std::cout << ToJson(response);
    return absl::OkStatus();
  }
  std::cout << (args.dry_run ? "将补发" : "已安排补发") << response.deliveries() << "条\n";
  if (response.ended() > 0) {
    std::cout << "期限已结束或者变更，不补发的" << response.ended()
              << "条（--include-ended 一并补发）\n";
  }
  if (response.waiting() > 0) std::cout << "已在等候补发的" << response.waiting() << "条\n";
  return absl::OkStatus();
}

void AddReplay(CLI::App& reminder, Session& session, const std::shared_ptr<ReminderArgs>& args) {
  CLI::App* replay = AddCommand<ReminderArgs>(
      reminder, session, "replay", "补发某段时间里已送出的提醒（对方丢失时用）", args, Replay);
  replay->add_option("--channel", args->channel, "渠道：email、webhook、file、wecom、sms");
  replay->add_option("--recipient", args->recipient, "收件人的资源名；渠道和收件人至少写一项");
  replay
      ->add_option("--from", args->from, "自何时（含），例如 2023-01-27 或者 \"2023-01-27 09:00\"")
      ->required();
  replay->add_option("--to", args->to, "至何时（不含），不晚于现在，时段不超过31日")->required();
  replay->add_option("--reason", args->reason, "原因，记入审计")->required();
  replay->add_flag("--include-ended", args->include_ended,
                   "期限已结束或者变更的也补发，供对方系统补齐记录");
  replay->add_flag("--dry-run", args->dry_run, "只计数，不发送");
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<ReminderArgs>();
  CLI::App* reminder = app.add_subcommand("reminder", "提醒")->require_subcommand(1);
  CLI::App* list = AddCommand<ReminderArgs>(*reminder, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 state=DEAD");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  CLI::App* deliveries = AddCommand<ReminderArgs>(*reminder, session, "deliveries",
                                                  "发送台账，含补发", args, Deliveries);
  deliveries->add_option("--filter", args->filter, "例如 channel=EMAIL；original=\"…\" 为其补发");
  deliveries->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  AddCommand<ReminderArgs>(*reminder, session, "retry", "重发无法送出的提醒", args, Retry)
      ->add_option("name", args->name, "资源名")
      ->required();
  AddReplay(*reminder, session, args);
  reminder_gate_commands::AddTo(*reminder, session);
}

}  // namespace rectify::cli::reminder_commands

// reminder: planned reminders and the delivery ledger.
#include "absl/strings/str_cat.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/session.h"

namespace rectify::cli {
namespace {

constexpr const char* kDispatch = "rectify.reminder.v1.ReminderDispatch.";

struct ReminderArgs {
  std::string filter, name;
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
}

}  // namespace rectify::cli

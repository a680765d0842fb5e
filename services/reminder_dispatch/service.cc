#include "services/reminder_dispatch/service.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/rpc/key_file.h"
#include "reminder_migrations.h"
#include "services/reminder_dispatch/api/gates.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "services/reminder_dispatch/api/reminders.h"
#include "services/reminder_dispatch/api/replays.h"
#include "services/reminder_dispatch/api/stand_ins.h"
#include "services/reminder_dispatch/channels/channel_setup.h"
#include "services/reminder_dispatch/channels/file.h"
#include "services/reminder_dispatch/channels/mime.h"
#include "services/reminder_dispatch/channels/sms.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "services/reminder_dispatch/channels/webhook.h"
#include "services/reminder_dispatch/channels/wecom.h"
#include "services/reminder_dispatch/dispatch/deputies.h"
#include "services/reminder_dispatch/dispatch/dispatcher.h"
#include "services/reminder_dispatch/dispatch/reachability.h"
#include "services/reminder_dispatch/dispatch/replayer.h"
#include "services/reminder_dispatch/events/deadline_consumer.h"
#include "services/reminder_dispatch/events/venue_consumer.h"

namespace rectify::reminder {
namespace {

constexpr absl::Duration kDispatchInterval = absl::Seconds(1);
constexpr absl::Duration kReachabilityInterval = absl::Minutes(5);
// A simulated run waits for the leases of a dispatcher that was killed.
constexpr absl::Duration kSimulatedLease = absl::Seconds(5), kSimulatedReserve = absl::Seconds(2);

absl::Status SetUpMail(const ReminderConfig& config, dispatch::Channels& channels) {
  if (config.smtp.empty()) return absl::OkStatus();
  if (!absl::StartsWith(config.smtp, "smtp://") && !absl::StartsWith(config.smtp, "smtps://")) {
    return FieldError("--smtp",
                      {"--smtp 应写作 smtp://主机:端口", "--smtp takes smtp://host:port"});
  }
  if (!channels::IsPlainAddress(config.mail_from)) {
    return FieldError("--mail-from",
                      {"--mail-from 不是邮件地址", "--mail-from is not a mail address"});
  }
  channels.email = std::make_unique<channels::SmtpChannel>(config.smtp, config.mail_from);
  return absl::OkStatus();
}

absl::Status SetUpWebhook(const ReminderConfig& config, dispatch::Channels& channels) {
  ASSIGN_OR_RETURN(outbound::AllowList allowed, outbound::AllowList::Parse(config.webhook_allow));
  if (config.webhook_secret_file.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string secret, rpc::ReadSmallFile(config.webhook_secret_file));
  ASSIGN_OR_RETURN(channels.webhook, channels::WebhookChannel::Create(secret, std::move(allowed)));
  return absl::OkStatus();
}

absl::Status SetUpLetters(const ReminderConfig& config, dispatch::Channels& channels) {
  if (config.file_outbox.empty()) {
    log::Warning("no_letters", {{"hint",
                                 "without --file-outbox a reminder without an electronic "
                                 "address is dead at once"}});
    return absl::OkStatus();
  }
  std::error_code error;
  std::filesystem::create_directories(config.file_outbox, error);
  if (error || access(config.file_outbox.c_str(), W_OK) != 0) {
    const std::string place = absl::StrCat("--file-outbox ", config.file_outbox);
    return FieldError("--file-outbox",
                      {absl::StrCat(place, " 不能写入"), absl::StrCat(place, " can't be written")});
  }
  channels.file = std::make_unique<channels::FileChannel>(config.file_outbox);
  return absl::OkStatus();
}

absl::Status SetUpMore(const ReminderConfig& config, const domain::MessageLimit& sms,
                       dispatch::Channels& channels) {
  ASSIGN_OR_RETURN(channels::ChannelSetup setup,
                   channels::LoadChannelSetup(
                       config.channels_file,
                       sms.text_characters > 0 ? sms.text_characters : channels::kSmsCharacters));
  channels.robots = std::move(setup.robot_of);
  if (!setup.robot_urls.empty()) {
    channels.wecom = std::make_unique<channels::WeComChannel>(std::move(setup.robot_urls));
  }
  if (setup.sms.has_value()) {
    channels.sms = std::make_unique<channels::SmsChannel>(*std::move(setup.sms));
  }
  return absl::OkStatus();
}

// What the timer needs for as long as the host lives.
struct Dispatching {
  domain::Policy policy;
  std::shared_ptr<dispatch::ContactBook> registry;
  std::unique_ptr<dispatch::DeputyContacts> contacts;
  dispatch::Channels channels;
  std::unique_ptr<dispatch::Dispatcher> dispatcher;
  std::unique_ptr<dispatch::Replayer> replayer;
  std::unique_ptr<dispatch::Reachability> reachability;

  // What is due goes before what is sent again.
  absl::StatusOr<int> Run() {
    ASSIGN_OR_RETURN(const int done, dispatcher->Run());
    return done > 0 ? done : replayer->Run();
  }
  absl::StatusOr<absl::Time> NextDue() {
    ASSIGN_OR_RETURN(const absl::Time due, dispatcher->NextDue());
    ASSIGN_OR_RETURN(const absl::Time again, replayer->NextDue());
    return std::min(due, again);
  }
};

std::string Holder() {
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  return absl::StrCat(host, "/", getpid(), "/", NewUuid7(absl::Now()));
}

}  // namespace

std::vector<pg::Migration> Migrations() {
  std::vector<pg::Migration> migrations;
  for (const auto& file : migrations::kEmbeddedFiles) {
    migrations.push_back({std::string(file.name), std::string(file.content)});
  }
  return migrations;
}

absl::Status RegisterReminder(service::Host& host, const ReminderConfig& config) {
  const auto parts = std::make_shared<Dispatching>();
  ASSIGN_OR_RETURN(parts->policy, api::LoadPolicy(config.policy_file));
  RETURN_IF_ERROR(SetUpMail(config, parts->channels));
  RETURN_IF_ERROR(SetUpWebhook(config, parts->channels));
  RETURN_IF_ERROR(SetUpLetters(config, parts->channels));
  RETURN_IF_ERROR(SetUpMore(config, parts->policy.LimitOf(domain::Channel::kSms), parts->channels));
  parts->registry = config.contacts != nullptr
                        ? config.contacts
                        : std::make_shared<dispatch::RegistryContacts>(host.peer("venue"));
  parts->contacts = std::make_unique<dispatch::DeputyContacts>(*parts->registry, host.pool(),
                                                               host.clock(), parts->policy);
  dispatch::DispatcherOptions options;
  options.holder = Holder();
  if (host.clock().simulated()) {
    options.stand_still = true;
    options.lease = kSimulatedLease;
    options.reserve = kSimulatedReserve;
  }
  parts->dispatcher = std::make_unique<dispatch::Dispatcher>(
      host.commands(), *parts->contacts, parts->channels, parts->policy, options);
  parts->replayer = std::make_unique<dispatch::Replayer>(
      host.commands(), *parts->contacts, parts->channels, parts->policy, std::move(options));
  parts->reachability =
      std::make_unique<dispatch::Reachability>(host.commands(), *parts->contacts, parts->channels);

  api::RegisterReminders(host.server(), host.commands());
  api::RegisterReplays(host.server(), host.commands());
  api::RegisterStandIns(host.server(), host.commands());
  api::RegisterGates(host.server(), host.commands(),
                     std::shared_ptr<const domain::Policy>(parts, &parts->policy));
  host.Consume("deadline", events::DeadlineConsumer(parts->policy));
  host.Consume("venue", events::ApplyVenueEvent);
  host.AddTimer(
      "dispatch", kDispatchInterval, [parts] { return parts->Run(); },
      [parts] { return parts->NextDue(); });
  // Looks at the day often, at the registry once a day.
  host.AddTimer("reachability", kReachabilityInterval,
                [parts] { return parts->reachability->Run(); });
  return absl::OkStatus();
}

}  // namespace rectify::reminder

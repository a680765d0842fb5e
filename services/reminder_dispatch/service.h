// The reminder dispatch as a whole: what main.cc and in-process tests share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/pg/pool.h"
#include "libs/service/host.h"
#include "services/reminder_dispatch/dispatch/contacts.h"

namespace rectify::reminder {

struct ReminderConfig {
  std::string policy_file;  // empty: the one that this binary carries
  std::string smtp;         // smtp://host:port; empty: no mail, letters instead
  std::string mail_from = "rectify@localhost";
  std::string file_outbox;                 // folder of letters; empty: no letters
  std::string webhook_secret_file;         // whsec_…; empty: no webhooks, letters instead
  std::vector<std::string> webhook_allow;  // see outbound::AllowList
  std::string channels_file;  // ChannelSetup: WeCom robots, short messages; may be empty
  // Who answers for contacts; null: the peer `venue`.
  std::shared_ptr<dispatch::ContactBook> contacts;
};

// The tables of this service, for Host::Create.
std::vector<pg::Migration> Migrations();

// Registers rpcs, the consumer of `deadline` and the dispatching timer. INVALID_ARGUMENT or
// NOT_FOUND that names the flag at fault.
absl::Status RegisterReminder(service::Host& host, const ReminderConfig& config);

}  // namespace rectify::reminder

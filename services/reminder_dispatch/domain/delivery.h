// One message handed to a channel: the ledger of what left the house.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::domain {

// Numbers are those of the contract.
enum class DeliveryState { kSending = 1, kSent = 2, kFailed = 3, kWaiting = 4 };

std::string DeliveryName(const std::string& district, const std::string& id);

struct Delivery {
  std::string district, id;
  std::string reminder;  // resource name
  Channel channel = Channel::kEmail;
  std::string address;      // masked
  std::string title, body;  // as sent
  std::string body_sha256;  // 32 bytes
  DeliveryState state = DeliveryState::kSending;
  std::string provider_reply;
  absl::Time create_time;  // before the first attempt
  absl::Time write_time;   // before the last one that wrote the text
  std::optional<absl::Time> settle_time;
  std::string original;  // id of the delivery that this one repeats; empty: it is a first one

  std::string name() const { return DeliveryName(district, id); }
};

// What is planned for one recipient by one channel.
struct Expected {
  std::string district, recipient;
  Channel channel = Channel::kEmail;
  int reminders = 0;
  absl::Time next_due_time;
};

// A recipient whom no electronic channel of what is planned reaches.
struct Unreachable {
  std::string recipient, reason;
  absl::Time since_time, next_due_time;
  int reminders = 0;
};

}  // namespace rectify::reminder::domain

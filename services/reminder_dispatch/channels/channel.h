// The ways out of the house.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::channels {

// One message with all that any channel needs. The same message is sent again after a crash.
struct Message {
  std::string delivery_id;               // also Message-ID, webhook-id and file name
  std::string delivery_name;             // resource name
  std::string reminder, clock, subject;  // resource names
  absl::CivilDay due_date;
  std::string title, body;
  absl::Time written;  // business time of these words
  std::vector<std::string> addresses;
  std::vector<std::string> addressees;  // names of persons and desks, for letters
};

// Called by one thread at a time.
class Channel {
 public:
  virtual ~Channel() = default;
  // Blocks at most about ten seconds. The reply holds no address.
  virtual domain::Attempt Send(const Message& message) = 0;
  // The content whose SHA-256 the ledger keeps, exactly as the receiver sees it.
  virtual std::string Content(const Message& message) const = 0;
  // The words that the receiver reads, which the ledger keeps: the message's own, unless the
  // channel has a text of its own.
  virtual std::string Words(const Message& message) const { return message.body; }
  // An address as it may be shown.
  virtual std::string Mask(const Message& message) const = 0;
  // Whether a message that comes twice has one effect at the receiver.
  virtual bool MayRepeat() const { return false; }
};

}  // namespace rectify::reminder::channels

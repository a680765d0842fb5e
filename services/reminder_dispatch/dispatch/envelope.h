// From a claimed reminder and its recipient's contacts to the message and its ledger entry.
#pragma once

#include <vector>

#include "services/reminder_dispatch/channels/channel.h"
#include "services/reminder_dispatch/dispatch/contacts.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::dispatch {

// Where a message can go by a channel: all mail addresses, the first webhook or mobile number.
std::vector<std::string> AddressesFor(domain::Channel channel,
                                      const std::vector<Contact>& contacts);

// The words and ids of `delivery`, without addresses.
channels::Message ToMessage(const domain::Reminder& reminder, const domain::Delivery& delivery);

}  // namespace rectify::reminder::dispatch

// Where a message goes: the channels that are set up, and whom each reaches.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/reminder_dispatch/channels/channel.h"
#include "services/reminder_dispatch/dispatch/contacts.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::dispatch {

// A channel that is not set up is null: its reminders become letters.
struct Channels {
  std::unique_ptr<channels::Channel> email, webhook, file, wecom, sms;
  // The WeCom robot of each recipient, by resource name: groups are no one person's contact.
  std::map<std::string, std::string> robots;

  channels::Channel* Of(domain::Channel channel) const;
  // Where a message to the recipient can go; empty when it can't go by that channel.
  std::vector<std::string> AddressesOf(domain::Channel channel, const std::string& recipient,
                                       const Contacts& contacts) const;
};

// `channel` is null when the message can go nowhere.
struct Route {
  domain::Channel kind = domain::Channel::kFile;
  channels::Channel* channel = nullptr;
  std::vector<std::string> addresses, addressees;
};

// By the channel that is wanted, or by letter when nobody can be reached by it.
Route RouteOf(const Channels& channels, domain::Channel wanted, const std::string& recipient,
              const Contacts& contacts);

// The message as it goes out; notes in `delivery` by which channel, where to and with what.
channels::Message Address(const Route& route, const domain::Reminder& reminder,
                          domain::Delivery& delivery);

}  // namespace rectify::reminder::dispatch

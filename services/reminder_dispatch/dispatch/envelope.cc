#include "services/reminder_dispatch/dispatch/envelope.h"

#include <algorithm>

#include "services/reminder_dispatch/channels/mime.h"

namespace rectify::reminder::dispatch {

namespace {

std::string AddressOf(domain::Channel channel, const Contact& contact) {
  switch (channel) {
    case domain::Channel::kEmail:
      return contact.email;
    case domain::Channel::kWebhook:
      return contact.webhook_uri;
    case domain::Channel::kSms:
      // A landline takes no short messages.
      return contact.mobile.size() == 11 && contact.mobile[0] == '1' ? contact.mobile : "";
    default:
      return "";
  }
}

}  // namespace

std::vector<std::string> AddressesFor(domain::Channel channel,
                                      const std::vector<Contact>& contacts) {
  std::vector<std::string> addresses;
  for (const Contact& contact : contacts) {
    const bool mail = channel == domain::Channel::kEmail;
    const std::string address = AddressOf(channel, contact);
    if (mail ? !channels::IsPlainAddress(address) : address.empty()) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
    if (!mail) break;  // one delivery is one webhook-id or short message, so it has one receiver
  }
  return addresses;
}

channels::Message ToMessage(const domain::Reminder& reminder, const domain::Delivery& delivery) {
  channels::Message message;
  message.delivery_id = delivery.id;
  message.delivery_name = delivery.name();
  message.reminder = reminder.name();
  message.clock = reminder.clock;
  message.subject = reminder.subject;
  message.due_date = reminder.due_date;
  message.title = delivery.title;
  message.body = delivery.body;
  message.written = delivery.write_time;
  return message;
}

}  // namespace rectify::reminder::dispatch

#include "services/reminder_dispatch/dispatch/envelope.h"

#include <algorithm>

#include "services/reminder_dispatch/channels/mime.h"

namespace rectify::reminder::dispatch {

std::vector<std::string> AddressesFor(domain::Channel channel,
                                      const std::vector<Contact>& contacts) {
  std::vector<std::string> addresses;
  for (const Contact& contact : contacts) {
    const bool mail = channel == domain::Channel::kEmail;
    const std::string& address = mail ? contact.email : contact.webhook_uri;
    if (mail ? !channels::IsPlainAddress(address) : address.empty()) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
    if (!mail) break;  // one delivery is one webhook-id, so it has one receiver
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

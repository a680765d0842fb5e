#include "services/reminder_dispatch/dispatch/route.h"

#include "libs/crypto/crypto.h"
#include "services/reminder_dispatch/dispatch/envelope.h"

namespace rectify::reminder::dispatch {

channels::Channel* Channels::Of(domain::Channel channel) const {
  switch (channel) {
    case domain::Channel::kEmail:
      return email.get();
    case domain::Channel::kWebhook:
      return webhook.get();
    case domain::Channel::kFile:
      return file.get();
    case domain::Channel::kWeCom:
      return wecom.get();
    case domain::Channel::kSms:
      return sms.get();
  }
  return nullptr;
}

std::vector<std::string> Channels::AddressesOf(domain::Channel channel,
                                               const std::string& recipient,
                                               const Contacts& contacts) const {
  if (Of(channel) == nullptr) return {};
  if (channel == domain::Channel::kWeCom) {
    const auto robot = robots.find(recipient);
    return robot == robots.end() ? std::vector<std::string>{}
                                 : std::vector<std::string>{robot->second};
  }
  const auto known = contacts.find(recipient);
  return known == contacts.end() ? std::vector<std::string>{}
                                 : AddressesFor(channel, known->second);
}

Route RouteOf(const Channels& channels, domain::Channel wanted, const std::string& recipient,
              const Contacts& contacts) {
  Route route;
  if (const auto found = contacts.find(recipient); found != contacts.end()) {
    for (const Contact& contact : found->second) route.addressees.push_back(contact.display_name);
  }
  route.addresses = channels.AddressesOf(wanted, recipient, contacts);
  route.kind = route.addresses.empty() ? domain::Channel::kFile : wanted;
  route.channel = channels.Of(route.kind);
  return route;
}

channels::Message Address(const Route& route, const domain::Reminder& reminder,
                          domain::Delivery& delivery) {
  delivery.channel = route.kind;
  channels::Message message = ToMessage(reminder, delivery);
  message.addresses = route.addresses;
  message.addressees = route.addressees;
  if (route.channel != nullptr) {
    delivery.address = route.channel->Mask(message);
    delivery.body = route.channel->Words(message);
    delivery.body_sha256 = crypto::Sha256(route.channel->Content(message));
  }
  return message;
}

}  // namespace rectify::reminder::dispatch

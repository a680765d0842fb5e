// Brings one parcel out of the house: gate, mark, call, settle.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/events/command.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/channels/channel.h"
#include "services/reminder_dispatch/dispatch/contacts.h"
#include "services/reminder_dispatch/dispatch/parcel.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/policy.h"

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

// What all parcels of a batch share.
struct Round {
  const Contacts& contacts;
  const workday::Calendar& calendar;
  absl::Time lease_end;
  // Channels that did not answer in this batch: nobody waits for them again, so that they do not
  // hold up the others.
  std::set<domain::Channel> down;
};

// Gives claims back until `until` without counting an attempt.
absl::Status PutOff(rectify::events::Commands& commands, std::vector<store::Claim> claims,
                    const std::function<absl::Time(const domain::Reminder&)>& until,
                    const std::string& reason);

// For one thread at a time.
class Sender {
 public:
  // All references outlive it; `policy` is valid.
  Sender(rectify::events::Commands& commands, const Channels& channels,
         const domain::Policy& policy)
      : commands_(commands), channels_(channels), policy_(policy) {}

  // How many of its reminders were settled or put off by this dispatcher.
  absl::StatusOr<int> Deliver(const Parcel& parcel, Round& round);

 private:
  // Where a parcel goes; `channel` is null when it can go nowhere.
  struct Route {
    domain::Channel kind = domain::Channel::kFile;
    channels::Channel* channel = nullptr;
    std::vector<std::string> addresses, addressees;
  };
  struct Prepared {
    std::vector<store::Claim> marked;
    domain::Delivery delivery;
    channels::Message message;
    int concluded = 0;  // withheld or put off instead
  };

  Route RouteOf(domain::Channel wanted, const std::string& recipient,
                const Contacts& contacts) const;
  channels::Message Address(const Route& route, const domain::Reminder& reminder,
                            domain::Delivery& delivery) const;
  absl::StatusOr<int> SendFirst(const Parcel& parcel, Round& round);
  absl::StatusOr<int> SendAgain(const Parcel& parcel, Round& round);
  // Under the locks of clocks and reminders: withholds what must not go, and marks the rest.
  absl::StatusOr<Prepared> Prepare(const Parcel& parcel, const Route& route, absl::Time lease_end);
  absl::StatusOr<std::vector<store::Claim>> Withhold(
      rectify::events::Change& change, const std::vector<store::Claim>& claims,
      const std::map<std::string, domain::TrackedClock>& clocks, int& withheld) const;
  // Whether the rate limits let it go; puts it off otherwise.
  absl::StatusOr<bool> WithinLimits(rectify::events::Change& change,
                                    std::vector<store::Claim> claims, const Route& route) const;
  absl::StatusOr<int> Transmit(const Route& route, const Prepared& prepared, Round& round);
  // `hold`: another attempt is not made before it.
  absl::StatusOr<int> Settle(const std::vector<store::Claim>& claims,
                             const domain::Delivery& delivery, const domain::Attempt& attempt,
                             std::optional<absl::Time> hold);

  rectify::events::Commands& commands_;
  const Channels& channels_;
  const domain::Policy& policy_;
};

}  // namespace rectify::reminder::dispatch

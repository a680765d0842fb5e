// Finds the recipients whom nobody reaches before they are needed. The named posts of an escalation
// have their holders in the venue registry, where officers carry their post and its dates; deputies
// count as well (see DeputyContacts). This check tells when a post, a venue or a street has nobody.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/events/command.h"
#include "services/reminder_dispatch/dispatch/contacts.h"
#include "services/reminder_dispatch/dispatch/route.h"
#include "services/reminder_dispatch/domain/delivery.h"

namespace rectify::reminder::dispatch {

// For one thread at a time.
class Reachability {
 public:
  // All references outlive it.
  Reachability(rectify::events::Commands& commands, ContactBook& contacts, const Channels& channels)
      : commands_(commands), contacts_(contacts), channels_(channels) {}

  // Checks what is due within a week, once a day; returns the number of districts checked.
  // UNAVAILABLE when the registry is: the day's check is then still to be made.
  absl::StatusOr<int> Run();

 private:
  // By district, whom no planned electronic channel reaches.
  std::map<std::string, std::vector<domain::Unreachable>> Judge(
      const std::vector<domain::Expected>& expected, const Contacts& contacts) const;

  rectify::events::Commands& commands_;
  ContactBook& contacts_;
  const Channels& channels_;
  absl::CivilDay checked_;  // spares the question on most turns
};

}  // namespace rectify::reminder::dispatch

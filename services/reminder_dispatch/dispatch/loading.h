// What may leave the house now, and with which words.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/events/command.h"
#include "services/reminder_dispatch/channels/channel.h"
#include "services/reminder_dispatch/dispatch/route.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/store/dispatch_store.h"

namespace rectify::reminder::dispatch {

using Clocks = std::map<std::string, domain::TrackedClock>;

std::vector<std::string> ClocksOf(const std::vector<store::Claim>& claims);
// Whether all clocks of the claims are there.
bool KnowsAll(const Clocks& clocks, const std::vector<store::Claim>& claims);
using Ids = std::set<std::string>;
// Those of `claims` whose ids are among `ids`.
std::vector<store::Claim> Among(const std::vector<store::Claim>& claims, const Ids& ids);

// A message that is about to be called out, marked `sending`. The first claim carries it.
struct Outbound {
  std::vector<store::Claim> claims;
  Route route;
  domain::Delivery delivery;
  channels::Message message;

  std::vector<store::Mark> Marks() const;
  // What MarkSending has changed of the claims.
  void NoteMark();
};

// A load is what is marked together: messages of one district, none of them empty.
struct Loaded {
  std::vector<Outbound> going;
  int concluded = 0;  // reminders that were withheld or put off instead
};

// In one transaction, under the locks of clocks and reminders: withholds what must not go, puts off
// what is over the rate limits, writes the words of the rest and marks it under the lease. What
// somebody is just changing stays as it is. `load` has claims and routes.
absl::StatusOr<Loaded> LoadUp(rectify::events::Commands& commands, const domain::Policy& policy,
                              const std::vector<Outbound>& load, const store::Lease& lease);

}  // namespace rectify::reminder::dispatch

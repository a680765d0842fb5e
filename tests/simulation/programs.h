// What runs: each program is a loop of turns, as the services run it, with the decisions of
// libs/events/protocol.h and of the reminder's domain/.
#pragma once

#include <memory>
#include <string>

#include "tests/simulation/actor.h"
#include "tests/simulation/world.h"

namespace rectify::simulation {

// A person or service that sends commands one after the other, each again under the same request
// id until there is an answer.
Actor RunClient(World& world, int client);
// libs/events/sequencer.cc
Actor RunSequencer(World& world);
// libs/events/relay.cc
Actor RunRelay(World& world);
// libs/events/consumer.cc
Actor RunConsumer(World& world, Site& site);
// A person who has parked events applied again: Consumer::ReplayParked.
Actor RunReplay(World& world, Site& site);
// services/reminder_dispatch/dispatch. `skew`: of its machine's clock.
Actor RunDispatcher(World& world, Site& site, std::string holder, absl::Duration skew);

// The name of the consumer that plans reminders.
inline constexpr char kReminderSite[] = "reminder";

}  // namespace rectify::simulation

// The reminder's tables in motion: what an event, a claim and an outcome change, by the rules of
// services/reminder_dispatch/domain. The conditions of its SQL are repeated here in C++.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/domain/reminder.h"
#include "tests/simulation/consumer_state.h"
#include "tests/simulation/world.h"

namespace rectify::simulation {

// A ladder with countdown, urgent and repeating steps, by a channel with quiet hours and one
// without.
const reminder::domain::Policy& SimulatedPolicy();
// Saturdays and Sundays only.
const workday::Calendar& SimulatedCalendar();

// What an event of a clock means; moves the clock in `clocks`, which are those of the state after
// the events before it: services/reminder_dispatch/events/deadline_consumer.cc. The clock and its
// open reminders are locked.
Effect PlanEffect(World& world, Clocks& clocks, const event::v1::EventEnvelope& event);
// Whether a newer reminder of the clock takes its place: the condition of SupersedeOutdated.
bool IsOutdated(const ConsumerState& state, const reminder::domain::Reminder& older,
                absl::Time now);
Effect SupersedeEffect(World& world, const std::string& id, absl::Time now);
// Settles it or gives it back, with its next occurrence: Conclude in dispatch/outcome.cc. The clock
// and the row are locked. `called`: the attempt that the mark has counted was made.
Effect ConcludeEffect(World& world, const reminder::domain::Reminder& reminder,
                      const reminder::domain::TrackedClock& clock,
                      const reminder::domain::Outcome& outcome, bool called, absl::Time now);

}  // namespace rectify::simulation

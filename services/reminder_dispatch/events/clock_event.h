// The events that concern one clock each, and what each makes of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rectify/deadline/v1/clock_events.pb.h"
#include "rectify/event/v1/event.pb.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::events {

using ClockEvent = std::variant<deadline::v1::ClockStarted, deadline::v1::DueDateChanged,
                                deadline::v1::ClockPassed, deadline::v1::ClockSuspended,
                                deadline::v1::ClockMet, deadline::v1::ClockCancelled>;

// nullopt when the event is of no such type; DATA_LOSS when its payload can't be read.
absl::StatusOr<std::optional<ClockEvent>> ParseClockEvent(const event::v1::EventEnvelope& event);
const std::string& ClockOf(const ClockEvent& event);
// Of events that say whose clock it is; empty otherwise.
std::string VenueOf(const ClockEvent& event);

// What events of different clocks ask of the database, by name.
struct Known {
  std::map<std::string, domain::TrackedClock> clocks;
  std::map<std::string, int> venue_kinds;
};

// What an event makes of its clock, and of the clock's reminders.
struct Effect {
  enum class Reminders {
    kKeep,
    kCancel,
    kPlan,            // anew; of steps whose time has passed as the ladder says
    kPlanWhatIsOpen,  // anew; of steps whose time has passed only what was still to be sent
  };
  domain::TrackedClock clock;
  Reminders reminders = Reminders::kKeep;
  std::string action = {}, reason = {};  // of the audit entry; the reason also of what is cancelled

  bool plans() const {
    return reminders == Reminders::kPlan || reminders == Reminders::kPlanWhatIsOpen;
  }
};

// DATA_LOSS when the event presumes a clock that was never started.
absl::StatusOr<Effect> EffectOf(const ClockEvent& event, absl::Time occurred, const Known& known,
                                const domain::Policy& policy);

}  // namespace rectify::reminder::events

// Clocks of duties that any event can tell of, by a rule of the policy alone: leads, department
// tasks, seals and whatever comes later. The same pure machine as in clock.h, for subjects that
// have no items with terms of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/workday/calendar.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/policy.h"

namespace rectify::deadline::domain {

// What one event says of a duty; the rest is in its Subject.
struct DutyEvent {
  std::string type;  // full name
  absl::Time time;   // when it happened
  std::string owner{};
  std::string variant{};
  std::optional<absl::Time> start_time{};    // nullopt: `time`
  std::optional<absl::CivilDay> due_date{};  // for rules without period
};

// `running` are the open clocks of the subject. INVALID_ARGUMENT when a rule without period starts
// and the duty sets no date, or when nobody would own a clock; these are faults of the event.
absl::StatusOr<std::vector<Effect>> AdvanceDuty(const Policy& policy, const Subject& subject,
                                                const DutyEvent& event,
                                                const std::vector<Clock>& running,
                                                const workday::Calendar& calendar, absl::Time now);

}  // namespace rectify::deadline::domain

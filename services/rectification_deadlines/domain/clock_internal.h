// What the two machines of clocks share.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/workday/calendar.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/policy.h"

namespace rectify::deadline::domain {

// A clock of the rule with all that follows from the subject; without start, findings and date.
// `duty_owner` is whom a duty names.
Clock NewClock(const ClockRule& rule, const Subject& subject, const std::string& duty_owner);

// From start, period and suspensions; a clock without period needs the stated date.
absl::Status SetDueDate(Clock& clock, std::optional<absl::CivilDay> stated,
                        const workday::Calendar& calendar);

// Says that the due date of `before` became that of `clock`, now one version higher.
void NoteChange(Clock& clock, const Clock& before, absl::Time now, std::string reason);

// `kind` is kMeet or kCancel.
void EndClock(Clock& clock, Effect::Kind kind, absl::Time time);

}  // namespace rectify::deadline::domain

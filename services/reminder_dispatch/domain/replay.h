// Messages that are sent again because a receiver lost them. A replay is a delivery of its own and
// leaves the reminder's outcome alone.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::domain {

// The most that one command sends again, and the longest range of time that it looks at.
inline constexpr int kMaxReplays = 1000;
inline constexpr absl::Duration kMaxReplayRange = absl::Hours(24 * 31);

// The id by which the receiver knows the message. It is the original's: a receiver that still has
// it takes it once, and one that lost the message has lost the id too. A provider of short messages
// would drop a known id although the phone never rang.
std::string MessageIdOf(const Delivery& replay);

struct SpokenReminder {
  Reminder reminder;
  TrackedClock clock;
};
// Whether any of the reminders in a message still holds.
bool AnySpeaks(const std::vector<SpokenReminder>& reminders);

// What an attempt means for a replay; `attempts` counts it.
struct ReplayFate {
  DeliveryState state = DeliveryState::kWaiting;  // kSent, kFailed, or kWaiting: another attempt
  absl::Time not_before;                          // of that one
};
ReplayFate JudgeReplay(const Attempt& attempt, int attempts, const std::string& id,
                       const Policy& policy, absl::Time now);

}  // namespace rectify::reminder::domain

#include "services/reminder_dispatch/domain/replay.h"

#include <algorithm>

namespace rectify::reminder::domain {

std::string MessageIdOf(const Delivery& replay) {
  return replay.channel == Channel::kSms ? replay.id : replay.original;
}

bool AnySpeaks(const std::vector<SpokenReminder>& reminders) {
  return std::any_of(reminders.begin(), reminders.end(), [](const SpokenReminder& each) {
    return StillSpeaksOf(each.reminder, each.clock);
  });
}

ReplayFate JudgeReplay(const Attempt& attempt, int attempts, const std::string& id,
                       const Policy& policy, absl::Time now) {
  if (attempt.kind == Attempt::Kind::kAccepted) return {DeliveryState::kSent, now};
  if (attempt.kind == Attempt::Kind::kPermanent || attempts >= policy.max_attempts) {
    return {DeliveryState::kFailed, now};
  }
  return {DeliveryState::kWaiting, now + WaitAfter(attempt, policy, attempts, id)};
}

}  // namespace rectify::reminder::domain

#include "services/reminder_dispatch/domain/reminder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/ids.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/message.h"

namespace rectify::reminder::domain {
namespace {

constexpr absl::Duration kMaxBackoff = absl::Hours(1);

Outcome Cancelled(const std::string& why, absl::Time now) {
  return {State::kCancelled, now, absl::StrCat("期限已结束或者变更，不再发送；", why)};
}

}  // namespace

absl::string_view NameOf(State state) {
  switch (state) {
    case State::kPending:
      return "待发送";
    case State::kClaimed:
      return "已领取";
    case State::kSending:
      return "发送中";
    case State::kSent:
      return "已发送";
    case State::kSuperseded:
      return "已被取代";
    case State::kCancelled:
      return "已取消";
    case State::kDead:
      return "无法送出";
    case State::kMerged:
      return "已并入汇总";
    case State::kMuted:
      return "已静默";
    case State::kInhibited:
      return "已由其他提醒代替";
  }
  return "";
}

std::string Reminder::name() const {
  return absl::StrCat("districts/", district, "/reminders/", id);
}

void Attach(Reminder& reminder, const TrackedClock& clock, absl::Time due) {
  reminder.district = clock.district();
  reminder.clock = clock.name;
  reminder.subject = clock.subject;
  reminder.kind = clock.kind;
  reminder.venue = clock.venue;
  reminder.due_time = due;
  reminder.not_before = due;
  reminder.due_date = clock.DueDay();
  reminder.schedule_version = clock.schedule_version;
  reminder.title = Render(reminder.title_template, "", reminder.step, clock, due).title;
  reminder.id = ReminderId(reminder);
}

std::string ReminderId(const Reminder& reminder) {
  return DeriveUuid7(reminder.due_time, reminder.clock,
                     absl::StrCat("reminder/", reminder.schedule_version, "/", reminder.step, "/",
                                  reminder.recipient, "/", static_cast<int>(reminder.channel)));
}

std::string DeliveryId(const Reminder& reminder) {
  return DeriveUuid7(reminder.due_time, reminder.id,
                     absl::StrCat("delivery/", reminder.schedule_version));
}

std::string DeliveryName(const std::string& district, const std::string& id) {
  return absl::StrCat("districts/", district, "/deliveries/", id);
}

bool StillSpeaksOf(const Reminder& reminder, const TrackedClock& clock) {
  return clock.running && clock.DueDay() == reminder.due_date;
}

Outcome Judge(const Attempt& attempt, const Reminder& reminder, const TrackedClock& clock,
              const Policy& policy, absl::Time now) {
  if (attempt.kind == Attempt::Kind::kAccepted) return {State::kSent, now, ""};
  if (!StillSpeaksOf(reminder, clock)) return Cancelled(attempt.reply, now);
  if (attempt.kind == Attempt::Kind::kPermanent) return {State::kDead, now, attempt.reply};
  if (reminder.attempts >= policy.max_attempts) {
    return {State::kDead, now,
            absl::StrCat("尝试", reminder.attempts, "次未成功；", attempt.reply)};
  }
  return {State::kPending, now + WaitAfter(attempt, policy, reminder.attempts, reminder.id),
          attempt.reply};
}

std::vector<Outcome> JudgeMessage(const Attempt& attempt, const std::vector<Spoken>& message,
                                  const Policy& policy, std::optional<absl::Time> hold,
                                  absl::Time now) {
  std::vector<Outcome> outcomes;
  for (const Spoken& each : message) {
    Outcome outcome = Judge(attempt, each.reminder, each.clock, policy, now);
    if (outcome.state == State::kSent && !outcomes.empty()) outcome.state = State::kMerged;
    if (outcome.state == State::kPending) {
      if (!hold.has_value()) hold = outcome.not_before;
      outcome.not_before = *hold;
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::vector<Outcome> GiveBack(const std::vector<Spoken>& message, absl::Time hold,
                              const std::string& why, absl::Time now) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(message.size());
  for (const Spoken& each : message) {
    outcomes.push_back(StillSpeaksOf(each.reminder, each.clock)
                           ? Outcome{State::kPending, hold, why}
                           : Cancelled(why, now));
  }
  return outcomes;
}

absl::Duration WaitAfter(const Attempt& attempt, const Policy& policy, int attempts,
                         const std::string& id) {
  const absl::Duration wish =
      std::min(attempt.retry_after.value_or(absl::ZeroDuration()), kMaxBackoff);
  return std::max(Backoff(policy.first_backoff, attempts, id), wish);
}

absl::Duration Backoff(absl::Duration first, int attempts, const std::string& id) {
  // 2^20 s is far beyond an hour; a larger power would only overflow.
  const double factor = std::pow(2.0, std::clamp(attempts - 1, 0, 20));
  const absl::Duration ceiling = std::min(kMaxBackoff, first * factor);
  uint64_t hash = 0;
  const std::string digits = DeriveRequestId(id, absl::StrCat("backoff/", attempts)).substr(0, 8);
  if (!absl::SimpleHexAtoi(digits, &hash)) hash = 0;
  const double fraction = static_cast<double>(hash) / static_cast<double>(1ULL << 32);
  const absl::Duration wait =
      absl::Seconds(1) + std::max(absl::ZeroDuration(), ceiling - absl::Seconds(1)) * fraction;
  return absl::Trunc(wait, absl::Microseconds(1));
}

}  // namespace rectify::reminder::domain

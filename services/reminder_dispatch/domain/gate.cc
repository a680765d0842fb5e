#include "services/reminder_dispatch/domain/gate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"

namespace rectify::reminder::domain {
namespace {

bool IsOff(const workday::Calendar& calendar, absl::CivilDay day) {
  const workday::DayClass known = calendar.ClassOf(day);
  return !workday::IsWorking(known == workday::DayClass::kUnknown ? workday::PlainClass(day)
                                                                  : known);
}

}  // namespace

absl::Time SendableFrom(const std::optional<QuietHours>& quiet, Channel channel, bool urgent,
                        const workday::Calendar& calendar, absl::Time now) {
  if (!quiet.has_value() || urgent) return now;
  const std::vector<Channel>& kept = quiet->channels;
  if (std::find(kept.begin(), kept.end(), channel) == kept.end()) return now;
  absl::CivilDay day = CivilDayOf(now);
  const absl::Duration time = now - StartOfDay(day);
  if (time >= *quiet->to && time < *quiet->from && !IsOff(calendar, day)) return now;
  if (time >= *quiet->from) ++day;
  while (IsOff(calendar, day)) ++day;
  return std::max(now, StartOfDay(day) + *quiet->resume);
}

std::string Mute::name() const { return absl::StrCat("districts/", district, "/mutes/", id); }

std::optional<Outcome> Withhold(const Reminder& reminder, const TrackedClock& clock,
                                const Standing& standing, absl::Time now) {
  if (!StillSpeaksOf(reminder, clock)) {
    return Outcome{State::kCancelled, now, "期限已结束或者变更，不再发送"};
  }
  for (const Mute& mute : standing.mutes) {
    const bool meant = (mute.clock.empty() || mute.clock == reminder.clock) &&
                       (mute.recipient.empty() || mute.recipient == reminder.recipient);
    const bool in_force = mute.start_time <= now && now < mute.end_time;
    if (meant && in_force && !reminder.statutory) {
      return Outcome{State::kMuted, now,
                     absl::StrCat(mute.author, " 静默至", FormatChinaMinute(mute.end_time), "：",
                                  mute.reason)};
    }
  }
  if (reminder.unless_acknowledged && standing.acknowledgement.has_value() &&
      now < standing.acknowledgement->end_time) {
    return Outcome{State::kCancelled, now,
                   absl::StrCat(standing.acknowledgement->author, " 已确认知悉")};
  }
  if (!standing.inhibitors.empty()) {
    return Outcome{State::kInhibited, now,
                   absl::StrCat("同一事项已另行提醒：", absl::StrJoin(standing.inhibitors, "、"))};
  }
  return std::nullopt;
}

absl::Time AcknowledgedUntil(const std::vector<Reminder>& live, absl::Time now) {
  absl::Time until = now + kMaxMute;
  for (const Reminder& reminder : live) {
    if (reminder.statutory && !IsSettled(reminder.state) && reminder.due_time > now) {
      until = std::min(until, reminder.due_time);
    }
  }
  return until;
}

Bucket NewBucket(const RateLimit& limit, absl::Time now) {
  return {static_cast<double>(limit.amount), now};
}

std::optional<absl::Time> TakeTokens(const std::vector<RateLimit>& limits,
                                     std::vector<Bucket>& buckets, absl::Time now) {
  // A token that arithmetic on times makes a hair too small is a token.
  constexpr double kWhole = 1 - 1e-6;
  std::optional<absl::Time> later;
  for (size_t i = 0; i < limits.size(); ++i) {
    Bucket& bucket = buckets[i];
    const double rate = limits[i].amount / absl::ToDoubleSeconds(limits[i].window);
    const double passed = absl::ToDoubleSeconds(now - bucket.fill_time);
    if (passed > 0) {
      bucket.tokens = std::min<double>(limits[i].amount, bucket.tokens + passed * rate);
      bucket.fill_time = now;
    }
    if (bucket.tokens >= kWhole) continue;
    const absl::Duration wait =
        absl::Ceil(absl::Seconds((1 - bucket.tokens) / rate), absl::Milliseconds(1));
    later = std::max(later.value_or(now), now + wait);
  }
  if (later.has_value()) return later;
  for (Bucket& bucket : buckets) bucket.tokens -= 1;
  return std::nullopt;
}

}  // namespace rectify::reminder::domain

// What stands between a due reminder and its channel: quiet hours, mutes, acknowledgements,
// reminders that speak for it, and rate limits. Pure; judged at the moment of sending, under lock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::domain {

// The longest time that a mute may last.
inline constexpr absl::Duration kMaxMute = absl::Hours(24 * 92);

// The first instant from `now` on at which a message may go out by the channel. A day that the
// calendar does not know is off on Saturdays and Sundays only: nothing is held for a holiday that
// nobody has announced.
absl::Time SendableFrom(const std::optional<QuietHours>& quiet, Channel channel, bool urgent,
                        const workday::Calendar& calendar, absl::Time now);

struct Mute {
  std::string district, id;
  std::string clock, recipient;  // empty: any; not both
  std::string author, reason;
  absl::Time start_time, end_time;

  std::string name() const;
};

struct Acknowledgement {
  std::string clock;
  int schedule_version = 0;
  std::string author, note;
  absl::Time acknowledge_time, end_time;
};

// What is known about one reminder when it is due.
struct Standing {
  std::vector<Mute> mutes;                         // in force that name its clock or its recipient
  std::optional<Acknowledgement> acknowledgement;  // of its clock's present schedule
  std::vector<std::string> inhibitors;             // titles of running clocks that speak for it
};

// Why it is not sent, or nullopt. A clock that ended comes first; a statutory step is never muted.
std::optional<Outcome> Withhold(const Reminder& reminder, const TrackedClock& clock,
                                const Standing& standing, absl::Time now);

// The end of an acknowledgement made at `now`: the clock's next statutory step, but no later than a
// mute could end.
absl::Time AcknowledgedUntil(const std::vector<Reminder>& live, absl::Time now);

// A token bucket in business time.
struct Bucket {
  double tokens = 0;
  absl::Time fill_time;
};
// Full.
Bucket NewBucket(const RateLimit& limit, absl::Time now);
// Takes a token out of each bucket, or out of none; then the instant at which there will be one in
// all of them. `buckets` and `limits` go together. Business time that went back refills nothing.
std::optional<absl::Time> TakeTokens(const std::vector<RateLimit>& limits,
                                     std::vector<Bucket>& buckets, absl::Time now);

}  // namespace rectify::reminder::domain

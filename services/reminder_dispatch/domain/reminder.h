// One planned reminder and its way to exactly one outcome.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::domain {

// Numbers are those of the contract.
enum class State {
  kPending = 1,
  kClaimed = 2,  // left by a former release; what is being prepared is pending
  kSending = 3,
  kSent = 4,
  kSuperseded = 5,
  kCancelled = 6,
  kDead = 7,
  kMerged = 8,
  kMuted = 9,
  kInhibited = 10,
};

// Whether it is an outcome.
constexpr bool IsSettled(State state) { return state >= State::kSent; }

// For people: 待发送, 已发送.
absl::string_view NameOf(State state);

struct Reminder {
  std::string district, id;
  std::string clock, subject, venue;  // resource names
  std::string kind;                   // of the clock
  std::string step, recipient;
  Channel channel = Channel::kEmail;
  absl::Time due_time;      // by the policy
  absl::CivilDay due_date;  // the clock's due day that it speaks of
  int schedule_version = 1;
  State state = State::kPending;
  std::string title;                          // as last rendered
  std::string title_template, body_template;  // of the policy that it was planned by
  CatchUp catch_up = CatchUp::kLatest;
  int repeat_days = 0;
  bool by_workdays = false;
  bool provisional = false;  // counted in natural days until the year's calendar arrives
  bool urgent = false, statutory = false, unless_acknowledged = false;  // see Step
  std::vector<std::string> inhibited_by;
  absl::Time not_before;  // of the next attempt
  int attempts = 0;
  std::string last_error;
  std::string delivery;  // id; empty before the first attempt
  std::optional<absl::Time> settle_time;
  int64_t event_version = 0;  // events of this aggregate so far

  std::string name() const;
};

// Binds a reminder, whose step, recipient, channel and templates are set, to the clock and the
// instant; this names it.
void Attach(Reminder& reminder, const TrackedClock& clock, absl::Time due);

// The id follows from what makes the reminder unique and the schedule it belongs to.
std::string ReminderId(const Reminder& reminder);
// One delivery per reminder: all its attempts carry the same Message-ID and webhook-id.
std::string DeliveryId(const Reminder& reminder);

// What a channel answered.
struct Attempt {
  enum class Kind {
    kAccepted,
    kTemporary,  // try again later
    kPermanent,  // trying again changes nothing
  };
  Kind kind = Kind::kTemporary;
  std::string reply;                          // for people; no personal data
  std::optional<absl::Duration> retry_after;  // wish of the receiver
  bool channel_down = false;                  // others by this channel would fare alike
};

// What follows from an attempt.
struct Outcome {
  State state = State::kPending;  // an outcome, or kPending: another attempt
  absl::Time not_before;          // of the next attempt
  std::string reason;             // why it was not sent
};

// `reminder.attempts` counts the attempt that is judged. A clock that ended or moved meanwhile
// cancels what was not accepted.
Outcome Judge(const Attempt& attempt, const Reminder& reminder, const TrackedClock& clock,
              const Policy& policy, absl::Time now);

// A reminder in a message, with its clock as it is now; both outlive this.
struct Spoken {
  const Reminder& reminder;
  const TrackedClock& clock;
};
// What follows from an attempt for each reminder of a message, of which the first carries the
// others. All that are tried again wait until `hold`, or as long as the first of them, so that they
// meet again.
std::vector<Outcome> JudgeMessage(const Attempt& attempt, const std::vector<Spoken>& message,
                                  const Policy& policy, std::optional<absl::Time> hold,
                                  absl::Time now);

// The same of a message that was not sent at all and may go from `hold` on.
std::vector<Outcome> GiveBack(const std::vector<Spoken>& message, absl::Time hold,
                              const std::string& why, absl::Time now);

// How long to wait after the attempt failed for a while: the back-off, or longer if the receiver
// wishes so, up to an hour.
absl::Duration WaitAfter(const Attempt& attempt, const Policy& policy, int attempts,
                         const std::string& id);

// Full jitter: uniform between a second and min(1 h, first · 2^(attempts-1)), by a hash of the
// reminder's id, so that a replay waits just as long.
absl::Duration Backoff(absl::Duration first, int attempts, const std::string& id);

// Whether the clock still runs towards the due day that the reminder speaks of.
bool StillSpeaksOf(const Reminder& reminder, const TrackedClock& clock);

}  // namespace rectify::reminder::domain

// Runs the clock machine over the stored clocks: what happened to an order or finding becomes rows,
// audit entries and events in the same transaction.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/events/command.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/policy.h"
#include "services/rectification_deadlines/store/calendar_store.h"

namespace rectify::deadline::events {

// What happened to a subject, and the change that says so.
struct Telling {
  ::rectify::events::Change& change;
  domain::Subject subject;
  std::vector<domain::Occurrence> occurrences;
};

// Thread-safe. `policy` and `calendars` outlive it.
class ClockKeeper {
 public:
  ClockKeeper(const domain::Policy& policy, store::CalendarStore& calendars)
      : policy_(policy), event_types_(policy.EventTypes()), calendars_(calendars) {}

  // Whether a rule names events of that type.
  bool Hears(const std::string& event_type) const;

  // Tells the clocks of the subject what happened to it, in this order. At most once per subject
  // and change. Clocks that start are of the venue that goes on, if the subject's was merged.
  absl::Status Tell(::rectify::events::Change& change, const domain::Subject& told,
                    const std::vector<domain::Occurrence>& occurrences) const;

  // The same for subjects that are new in this transaction, so that none has a clock yet; their
  // venues are those that go on.
  absl::Status TellOfNew(pg::Tx& tx, const std::vector<Telling>& tellings) const;

  // Tells the clocks what an event of any service, or of this one, says of a duty: its payload has
  // a field `rectify.common.v1.DutyFacts duty`. Does nothing for a payload without it, or of a type
  // that no rule names. An event that a command of this service emits is told here by the same
  // command. At most once per subject and change. UNAVAILABLE while the duty's venue is not known
  // here; INVALID_ARGUMENT when the duty lacks what a rule needs.
  absl::Status Hear(::rectify::events::Change& change, const google::protobuf::Message& payload,
                    absl::Time time) const;

 private:
  const domain::Policy& policy_;
  const std::vector<std::string> event_types_;  // sorted
  store::CalendarStore& calendars_;
};

// Announces running clocks whose due time has passed, once for each due time, at most 500 at a
// time. Returns how many. Whether a clock is overdue never depends on it: that is computed when it
// is read.
absl::StatusOr<int> AnnounceOverdue(::rectify::events::Commands& commands);

}  // namespace rectify::deadline::events

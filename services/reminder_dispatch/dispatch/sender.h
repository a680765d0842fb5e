// Brings parcels out of the house, a load at a time: gate and mark in one transaction, call one by
// one, settle.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/events/command.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/dispatch/loading.h"
#include "services/reminder_dispatch/dispatch/outcome.h"
#include "services/reminder_dispatch/dispatch/parcel.h"
#include "services/reminder_dispatch/dispatch/route.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::dispatch {

// What all parcels of a batch share.
struct Round {
  const Contacts& contacts;
  const workday::Calendar& calendar;
  absl::Time lease_end;
  // No call begins later than this in real time: longer before the end of the lease than any
  // channel takes.
  absl::Time last_call;
  std::function<absl::Time()> machine_now;
  // Channels that did not answer in this batch: nobody waits for them again, so that they do not
  // hold up the others.
  std::set<domain::Channel> down = {};
};

// Gives claims back until `until` without counting an attempt.
absl::Status PutOff(rectify::events::Commands& commands, std::vector<store::Claim> claims,
                    const std::function<absl::Time(const domain::Reminder&)>& until,
                    const std::string& reason);

// When a reminder that found nobody at home is tried again: a minute later, and up to one more so
// that not all come back at once.
absl::Time AfterPause(absl::Time now, const domain::Reminder& reminder);

// For one thread at a time.
class Sender {
 public:
  // All references outlive it; `policy` is valid.
  Sender(rectify::events::Commands& commands, const Channels& channels,
         const domain::Policy& policy)
      : commands_(commands), channels_(channels), policy_(policy) {}

  // Parcels of one district. Returns how many of their reminders were settled or put off by this
  // dispatcher.
  absl::StatusOr<int> Deliver(const std::vector<Parcel>& load, Round& round);

 private:
  // What became of a message.
  struct Call {
    const Outbound* outbound = nullptr;
    domain::Attempt attempt;
    std::optional<absl::Time> hold{};  // another attempt is not made before it
    bool called = true;
  };

  // Nullopt when a first message may go now; else it was put off, as many reminders as the value.
  absl::StatusOr<std::optional<int>> PutOffFor(const Parcel& parcel, const Route& route,
                                               const Round& round);
  absl::StatusOr<int> SendAgain(const Parcel& parcel, Round& round);
  absl::StatusOr<int> Transmit(const std::vector<Outbound>& load, Round& round);
  static Call Transmit(const Outbound& outbound, Round& round, absl::Time now);
  // Before it is settled.
  static bool MayWait(const Call& call);
  std::vector<Ending> Judge(const Call& call, const Clocks& clocks, absl::Time now) const;
  absl::StatusOr<int> Settle(const std::vector<Call>& calls);

  rectify::events::Commands& commands_;
  const Channels& channels_;
  const domain::Policy& policy_;
};

}  // namespace rectify::reminder::dispatch

// Brings parcels out of the house, a load at a time: gate and mark in one transaction, call one by
// one, settle. What may be called again is settled while the next load is on its way.
#pragma once

#include <functional>
#include <future>
#include <memory>
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
#include "services/reminder_dispatch/store/clock_store.h"

namespace rectify::reminder::dispatch {

// What the loads of a batch share; `contacts` and `lease` are the present load's.
struct Round {
  const workday::Calendar& calendar;
  std::function<absl::Time()> machine_now;
  const Contacts* contacts = nullptr;
  store::Lease lease = {};
  // No call begins later than this in real time: at least longer before the end of the lease than
  // any channel takes.
  absl::Time last_call = absl::InfinitePast();
  // Channels that did not answer in this batch: nobody waits for them again, so that they do not
  // hold up the others.
  std::set<domain::Channel> down = {};
  // How many the last calls have settled, while the next load is on its way.
  std::future<absl::StatusOr<int>> settling = {};
};

// Moves them to the `not_before` that they carry, without counting an attempt.
absl::Status PutOff(rectify::events::Commands& commands, const std::vector<store::Claim>& claims);

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

  // Parcels of one district. Returns how many reminders of this load and the former one were
  // settled or put off by this dispatcher.
  absl::StatusOr<int> Deliver(const std::vector<Parcel>& load, Round& round);
  // The same of what the last load has left to be settled.
  static absl::StatusOr<int> Finish(Round& round);

 private:
  // What became of a message.
  struct Call {
    const Outbound* outbound = nullptr;
    domain::Attempt attempt;
    std::optional<absl::Time> hold{};  // another attempt is not made before it
    bool called = true;
  };

  using Load = std::shared_ptr<const std::vector<Outbound>>;

  // Whether a first message may go now; else its claims carry until when and why not.
  bool MayGo(Parcel& parcel, const Route& route, const Round& round) const;
  absl::StatusOr<int> SendAgain(const Parcel& parcel, Round& round);
  absl::StatusOr<int> Transmit(const Load& load, Round& round);
  static Call Transmit(const Outbound& outbound, Round& round, absl::Time now);
  // Before it is settled.
  static bool MayWait(const Call& call);
  std::vector<Ending> Judge(const Call& call, const Clocks& clocks, absl::Time now) const;
  // Begins to settle them, once the former ones are settled; returns how many these were.
  absl::StatusOr<int> SettleBeside(Load load, std::vector<Call> calls, Round& round);
  absl::StatusOr<int> Settle(const std::vector<Call>& calls);
  // In one transaction. What `busy` leaves out is added to `left`.
  absl::StatusOr<int> Settle(const std::vector<Call>& calls, store::Busy busy,
                             std::vector<Call>& left);

  rectify::events::Commands& commands_;
  const Channels& channels_;
  const domain::Policy& policy_;
};

}  // namespace rectify::reminder::dispatch

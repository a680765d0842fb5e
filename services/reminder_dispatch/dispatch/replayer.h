// Sends messages again that a receiver lost, in the way of the dispatcher: claim under a lease,
// mark before the call, settle by token. Whatever is due goes first: the caller runs this when the
// dispatcher has nothing left.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/events/command.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/dispatch/contacts.h"
#include "services/reminder_dispatch/dispatch/dispatcher.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/domain/replay.h"
#include "services/reminder_dispatch/store/replay_store.h"

namespace rectify::reminder::dispatch {

// For one thread at a time, the dispatcher's: they share channels.
class Replayer {
 public:
  // All references outlive it; `policy` is valid.
  Replayer(rectify::events::Commands& commands, ContactBook& contacts, const Channels& channels,
           const domain::Policy& policy, DispatcherOptions options);

  // One batch; returns how many were settled or put off. With `stand_still`, what has to wait for
  // the registry or for another dispatcher is an error.
  absl::StatusOr<int> Run();
  // The next business instant at which one may be sent.
  absl::StatusOr<absl::Time> NextDue();

 private:
  struct Batch {
    std::vector<store::ReplayClaim> claims;
    workday::Calendar calendar;
    absl::Time lease_end;
  };
  struct Prepared {
    bool going = false;  // otherwise it was settled or put off
    channels::Message message;
    std::vector<std::string> related;  // for the audit
  };

  absl::StatusOr<store::ReplayQueue> Look();
  absl::StatusOr<Batch> Take();
  absl::Status PutOff(const std::vector<store::ReplayClaim>& claims, absl::Time until);
  absl::Status Send(store::ReplayClaim& claim, const Batch& batch, const Contacts& contacts,
                    std::set<domain::Channel>& down);
  // Fails it when it holds no more or can go nowhere, puts it off by the limits, or marks it.
  absl::StatusOr<Prepared> Prepare(store::ReplayClaim& claim, const Contacts& contacts,
                                   absl::Time lease_end);
  absl::Status Settle(rectify::events::Change& change, const store::ReplayClaim& claim,
                      const domain::Attempt& attempt, const std::vector<std::string>& related);

  rectify::events::Commands& commands_;
  ContactBook& contacts_;
  const Channels& channels_;
  const domain::Policy& policy_;
  const DispatcherOptions options_;
};

}  // namespace rectify::reminder::dispatch

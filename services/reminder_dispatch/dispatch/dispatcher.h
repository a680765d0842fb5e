// Brings due reminders to their outcome. Deadlines are data, not timers: a dispatcher that is down
// makes reminders late, never lost, and any number of dispatchers may run.
//
//   claim under a lease → resolve contacts → mark `sending` with its delivery (own transaction)
//     → call the channel (no transaction) → settle by token (rows, audit, event, next occurrence)
//
// A dispatcher that dies before the mark costs nothing. One that dies after it leaves the row
// `sending`; when the lease ends, the message goes out again with the same Message-ID, webhook-id
// or file name. Webhook receivers and the folder thus see one effect; a mail server may get one
// mail twice: help that comes twice is better than help that does not come.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/events/command.h"
#include "services/reminder_dispatch/channels/channel.h"
#include "services/reminder_dispatch/dispatch/contacts.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/store/dispatch_store.h"

namespace rectify::reminder::dispatch {

// A channel that is not set up is null: its reminders become letters.
struct Channels {
  std::unique_ptr<channels::Channel> email, webhook, file;

  channels::Channel* Of(domain::Channel channel) const;
};

struct DispatcherOptions {
  // Unique among running dispatchers: what the table says it holds although it begins a new batch,
  // it left there when the database went away, and takes back.
  std::string holder;
  int batch = 50;
  absl::Duration lease = absl::Seconds(60);
  // No call begins with less of the lease left: longer than any channel takes.
  absl::Duration reserve = absl::Seconds(20);
  // Leases and their ends follow real time, never business time.
  std::function<absl::Time()> machine_now = [] { return absl::Now(); };
  // For simulated runs, whose business time stands still until all work of an instant is done: what
  // has to wait for the registry, or for the lease of a dispatcher that is gone, is an error of Run
  // instead of later business time.
  bool stand_still = false;
};

// For one thread at a time.
class Dispatcher {
 public:
  // All references outlive it; `policy` is valid.
  Dispatcher(rectify::events::Commands& commands, ContactBook& contacts, const Channels& channels,
             const domain::Policy& policy, DispatcherOptions options);

  // One batch; returns how many reminders were settled or put off after an attempt. 0 when nothing
  // is due and when the registry can't be asked, which puts the batch off without counting an
  // attempt.
  absl::StatusOr<int> Run();
  // The next business instant at which something may be due.
  absl::StatusOr<absl::Time> NextDue();

 private:
  struct Work {
    store::Claim claim;
    bool resend = false;  // found `sending`
  };
  struct Batch {
    std::vector<Work> works;
    std::map<std::string, domain::TrackedClock> clocks;
    absl::Time lease_end;
  };

  absl::StatusOr<int> Supersede();
  absl::StatusOr<Batch> Take();
  absl::StatusOr<int> Process(const Batch& batch, const Contacts& contacts);
  absl::Status CheckNothingTaken();
  absl::Status PutOffUntilRegistryAnswers(const Batch& batch, const absl::Status& why);
  // Gives claims back for a minute or two without counting an attempt.
  absl::Status PutOff(std::vector<store::Claim> claims, const std::string& reason);
  // Gives the claims from `first` on back as they were.
  absl::Status Release(const Batch& batch, size_t first);
  // The ledger's entry: new words, or those of a message whose fate is unknown.
  absl::StatusOr<domain::Delivery> Compose(const Work& work, const domain::TrackedClock& clock);
  // Completes message and entry with where they go; null when they can go nowhere.
  channels::Channel* Address(const std::string& recipient, const Contacts& contacts,
                             channels::Message& message, domain::Delivery& delivery) const;
  // Whether this dispatcher settled it or put it off. `down` are the channels that did not answer
  // in this batch: nobody waits for them again, so that they do not hold up the others.
  absl::StatusOr<bool> Deliver(const Work& work, const domain::TrackedClock& clock,
                               const Contacts& contacts, absl::Time lease_end,
                               std::set<domain::Channel>& down);
  absl::StatusOr<bool> Settle(const store::Claim& claim, const domain::Delivery& delivery,
                              const domain::Attempt& attempt);

  rectify::events::Commands& commands_;
  ContactBook& contacts_;
  const Channels& channels_;
  const domain::Policy& policy_;
  const DispatcherOptions options_;
};

}  // namespace rectify::reminder::dispatch

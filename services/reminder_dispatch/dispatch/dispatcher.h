// Brings due reminders to their outcome. Deadlines are data, not timers: a dispatcher that is down
// makes reminders late, never lost, and any number of dispatchers may run.
//
//   read a batch of what is due → of each load: resolve contacts → mark it `sending` with its
//     deliveries, under a lease (own transaction) → call the channels (no transaction) → settle by
//     token (rows, audit, events, next occurrences): after each call that its receiver would see
//     twice, others some at a time, while the next load is on its way
//
// A dispatcher that dies before the mark costs nothing; until the lease would have ended, the
// others leave to it what it had set out to send. One that dies after the mark leaves the rows
// `sending`; when the lease ends, the messages go out again with the same Message-ID, webhook-id
// or file name. Webhook receivers and the folder thus see one effect; a mail server may get one
// mail twice: help that comes twice is better than help that does not come.
#pragma once

#include <functional>
#include <future>
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
#include "services/reminder_dispatch/dispatch/contacts.h"
#include "services/reminder_dispatch/dispatch/parcel.h"
#include "services/reminder_dispatch/dispatch/route.h"
#include "services/reminder_dispatch/dispatch/sender.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/store/dispatch_store.h"

namespace rectify::reminder::dispatch {

struct DispatcherOptions {
  // Unique among running dispatchers: what the table says it holds although it begins a new batch,
  // it left there when the database went away, and takes back.
  std::string holder;
  // Reminders that are set out for together, at least if so many are due.
  int batch = 2000;
  // At most so many messages are marked, and at the latest settled, together.
  size_t load = 500;
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
  struct Batch {
    int superseded = 0;
    absl::Time now;  // business time at which all of it was outdated or due
    std::vector<Work> works;
    workday::Calendar calendar;
    absl::Time end;  // no load begins later in real time
  };
  // What is marked together, with who stands behind its recipients.
  struct Load {
    std::vector<Parcel> parcels;
    std::future<absl::StatusOr<Contacts>> contacts;
  };

  // Supersedes what is outdated, takes over what was interrupted and reads what is due.
  absl::StatusOr<Batch> Take();
  absl::StatusOr<std::vector<store::Claim>> ReadDue(const store::Lease& lease, absl::Time now);
  absl::StatusOr<int> Process(const Batch& batch);
  Load LoadFrom(const std::vector<Parcel>& parcels, size_t begin);
  absl::Status CheckNothingTaken();
  absl::Status PutOffUntilRegistryAnswers(const std::vector<Parcel>& parcels, size_t begin,
                                          const absl::Status& why);
  store::Lease NewLease() const;
  void KeepPace(absl::Duration took);

  rectify::events::Commands& commands_;
  ContactBook& contacts_;
  const domain::Policy& policy_;
  Sender sender_;
  const DispatcherOptions options_;
  bool noted_ = false;  // a batch that others leave to this dispatcher
  size_t load_;         // at present
};

}  // namespace rectify::reminder::dispatch

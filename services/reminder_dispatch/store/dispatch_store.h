// A reminder's way out of the house: claim under a lease, mark before the call, settle by token.
// `now` is business time; `machine` is real time, which leases follow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::store {

// A reminder in the hands of this dispatcher, until its lease ends.
struct Claim {
  domain::Reminder reminder;
  int64_t token = 0;  // fences: whoever comes after has another
};

struct Lease {
  std::string holder;         // what it still holds from before is taken back at once
  absl::Time machine, until;  // present and end, in real time
};

// Countdown reminders that are due although a newer one for the same clock, recipient and channel
// is due too. They are superseded; returns them.
absl::StatusOr<std::vector<domain::Reminder>> SupersedeOutdated(pg::Tx& tx, absl::Time now);
// Takes up to `limit` reminders that are due, soonest first, also those that another dispatcher
// claimed and let go of by dying; with them, up to four times as many, what else is due for the
// same recipients and channels, so that it can go out as one message.
absl::StatusOr<std::vector<Claim>> ClaimDue(pg::Tx& tx, absl::Time now, const Lease& lease,
                                            int limit);
// Takes messages whose dispatcher died between the call and its result. They stay `sending`.
absl::StatusOr<std::vector<Claim>> ClaimInterrupted(pg::Tx& tx, const Lease& lease, int limit);
// Gives claims back, each at its own new `not_before`; no attempt is counted.
absl::Status PutOff(pg::Tx& tx, const std::vector<Claim>& claims);

// Locks the claims that are still the caller's; returns their ids. The caller holds the clocks
// (ShareClocks).
absl::StatusOr<std::vector<std::string>> LockClaims(pg::Tx& tx, const std::vector<Claim>& claims);

// Before the call: counts the attempt, writes the delivery and sets the end of the lease. Several
// reminders may go out by the same delivery. Returns the ids of the reminders that were still the
// caller's; the others must not be sent.
struct Mark {
  Claim claim;  // with its new title
  domain::Delivery delivery;
};
absl::StatusOr<std::vector<std::string>> MarkSending(pg::Tx& tx, const std::vector<Mark>& marks,
                                                     absl::Time lease_end, absl::Time now);
// The delivery of a reminder that was found `sending`, as it was written.
absl::StatusOr<domain::Delivery> ReadDelivery(pg::Tx& tx, const std::string& district,
                                              const std::string& id);

// After the call, or instead of it. The caller holds the clocks (ShareClocks).
struct Settlement {
  Claim claim;
  domain::Outcome outcome;
  domain::DeliveryState delivery_state = domain::DeliveryState::kSent;
  std::string reply;
  bool event = false;  // the reminder's next event tells it
  // False: it was marked and then not tried; the attempt that the mark counted is given back.
  bool called = true;
};
// Returns the ids that were settled; another dispatcher has settled or taken the others.
absl::StatusOr<std::vector<std::string>> Settle(pg::Tx& tx,
                                                const std::vector<Settlement>& settlements,
                                                absl::Time now);

// Whether some dispatcher, dead or alive, holds a reminder.
absl::StatusOr<bool> AnyTaken(pg::Tx& tx);

// The earliest instant at which a pending reminder may be sent; InfiniteFuture without any.
absl::StatusOr<absl::Time> NextDue(pg::Tx& tx);

}  // namespace rectify::reminder::store

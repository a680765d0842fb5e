// A reminder's way out of the house: mark under a lease before the call, settle by token.
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

// A reminder as a dispatcher has read or marked it.
struct Claim {
  domain::Reminder reminder;
  int64_t token = 0;  // fences: whoever marks, takes over or puts off gives it another
};

struct Lease {
  std::string holder;         // what it still holds from before is taken back at once
  absl::Time machine, until;  // present and end, in real time
};

// Countdown reminders that are due although a newer one for the same clock, recipient and channel
// is due too. They are superseded; returns them.
absl::StatusOr<std::vector<domain::Reminder>> SupersedeOutdated(pg::Tx& tx, absl::Time now);
// Up to `limit` reminders that are due and in no other dispatcher's batch, soonest first; with
// them, up to four times as many, what else is due for the same recipients and channels, so that it
// can go out as one message.
absl::StatusOr<std::vector<Claim>> ReadDue(pg::Tx& tx, absl::Time now, const Lease& lease,
                                           int limit);
// Until the lease ends, or it is forgotten, no other dispatcher prepares the batch as well. Alone
// in their transaction, which is not durable.
absl::Status NoteBatch(pg::Tx& tx, const Lease& lease, const std::vector<Claim>& batch);
absl::Status ForgetBatch(pg::Tx& tx, const std::string& holder);
// Takes messages whose dispatcher died between the call and its result. They stay `sending`.
absl::StatusOr<std::vector<Claim>> ClaimInterrupted(pg::Tx& tx, const Lease& lease, int limit);
// Makes pending what a dispatcher of the former release left claimed.
absl::Status ReleaseDead(pg::Tx& tx, absl::Time machine);
// Moves what is still pending, each to its own new `not_before`; no attempt is counted.
absl::Status PutOff(pg::Tx& tx, const std::vector<Claim>& claims);

// Locks the claims that are as they were read and that nobody else has locked; returns their ids.
// The caller holds the clocks (ShareClocks).
absl::StatusOr<std::vector<std::string>> LockClaims(pg::Tx& tx, const std::vector<Claim>& claims);

// Before the call: counts the attempt, writes the delivery and begins the lease under the next
// token. Several reminders may go out by the same delivery. Returns the ids of the reminders that
// were as the caller knows them; the others must not be sent.
struct Mark {
  Claim claim;  // with its new title
  domain::Delivery delivery;
};
absl::StatusOr<std::vector<std::string>> MarkSending(pg::Tx& tx, const std::vector<Mark>& marks,
                                                     const Lease& lease, absl::Time now);
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

// Whether some dispatcher, dead or alive, holds a reminder, or one besides `holder` has set out to.
absl::StatusOr<bool> AnyTaken(pg::Tx& tx, const std::string& holder, absl::Time machine);

// The earliest instant at which a pending reminder may be sent; InfiniteFuture without any.
absl::StatusOr<absl::Time> NextDue(pg::Tx& tx);

}  // namespace rectify::reminder::store

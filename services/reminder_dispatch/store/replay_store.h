// Replays: what a range of time holds, and their way out of the house. Claims are fenced by a token
// and leases follow real time, like those of reminders.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/replay.h"
#include "services/reminder_dispatch/store/dispatch_store.h"

namespace rectify::reminder::store {

struct ReplayQuestion {
  std::string district;
  int channel = 0;        // number of the contract; 0: any
  std::string recipient;  // empty: any
  absl::Time start, end;  // of the acceptance
};

struct ReplayCandidate {
  std::string id, recipient;
  bool waiting = false;  // for a replay already
};

// First deliveries that were accepted in the range, in that order; at most `limit`.
absl::StatusOr<std::vector<ReplayCandidate>> FindAccepted(pg::Tx& tx,
                                                          const ReplayQuestion& question,
                                                          int limit);
// The reminders that went out by the deliveries, with their clocks, by delivery.
absl::StatusOr<std::map<std::string, std::vector<domain::SpokenReminder>>> ReadSpoken(
    pg::Tx& tx, const std::string& district, const std::vector<std::string>& deliveries);

struct NewReplay {
  std::string id, original, recipient;
};
// Writes their ledger entries and queues them; how many. One whose original waits already is left
// out.
absl::StatusOr<int> InsertReplays(pg::Tx& tx, const std::string& district,
                                  const std::vector<NewReplay>& replays, bool include_ended,
                                  absl::Time now);

struct ReplayClaim {
  domain::Delivery delivery;  // the replay, with the original's words
  std::string recipient;
  bool include_ended = false;
  int attempts = 0;
  int64_t token = 0;
};
// Takes up to `limit` that are due, also those of a dispatcher that died.
absl::StatusOr<std::vector<ReplayClaim>> ClaimReplays(pg::Tx& tx, absl::Time now,
                                                      const Lease& lease, int limit);
// Gives claims back until `until`; no attempt is counted.
absl::Status PutOffReplays(pg::Tx& tx, const std::vector<ReplayClaim>& claims, absl::Time until);
// Before the call: counts the attempt and writes the ledger. False: another dispatcher's by now.
absl::StatusOr<bool> MarkReplaySending(pg::Tx& tx, const ReplayClaim& claim, absl::Time lease_end);
// After the call, or instead of it. False: another dispatcher has settled or taken it.
absl::StatusOr<bool> SettleReplay(pg::Tx& tx, const ReplayClaim& claim,
                                  const domain::ReplayFate& fate, const std::string& reply,
                                  absl::Time now);

// What waits, at a glance: there are seldom any replays, and a busy timer asks often.
struct ReplayQueue {
  absl::Time next = absl::InfiniteFuture();  // the earliest instant at which one may be sent
  bool taken = false;                        // some dispatcher, dead or alive, holds one
};
absl::StatusOr<ReplayQueue> ReadReplayQueue(pg::Tx& tx);

}  // namespace rectify::reminder::store

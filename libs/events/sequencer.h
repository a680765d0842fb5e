// Gives committed events their dense, hash-linked positions. Every replica runs one; a row lock
// lets one at a time take its turn, so a paused or dead one can do no harm. A database that was
// restored or promoted (another system id or timeline) starts a new epoch: at the first turn of a
// sequencer, and always before an event gets a position there.
#pragma once

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/events/protocol.h"
#include "libs/pg/pool.h"

namespace rectify::events {

class Sequencer {
 public:
  // The clock stamps sequenced_at.
  Sequencer(pg::Pool& pool, std::string source, const Clock& clock);

  // One turn: moves up to 500 outbox rows into event_log and the feeds. Returns how many; 0 also
  // when another replica has the turn.
  absl::StatusOr<int> Turn();
  // Turns until a turn has emptied the outbox, waiting while another replica has the turn. Returns
  // how many were moved here. The events of the last turn that moved some are in `*fresh`, anchored
  // at the one before them: who publishes them needn't read them again.
  absl::StatusOr<int> Drain(FeedSlice* fresh = nullptr);

 private:
  absl::Status NoteFork();
  absl::StatusOr<int> Move(bool wait_for_turn, FeedSlice* fresh);
  pg::Pool& pool_;
  std::string source_;
  const Clock& clock_;
  std::atomic<bool> fork_noted_ = false;
};

}  // namespace rectify::events

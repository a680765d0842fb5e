// What may go wrong around the system, and what may be wrong in it.
#pragma once

namespace rectify::simulation {

enum class Fault {
  kCrash,             // of one program
  kCrashReplica,      // of all programs of a replica
  kPause,             // of one program, longer than a lease at times
  kKillTransactions,  // of a database
  kDatabaseDown,      // for a while
  kCommitLost,
  kCommitInDoubt,
  kStreamDown,
  kStreamWipe,
  kStreamTrim,
  kStreamCut,
  kFork,             // the source goes back to a backup, on a new timeline
  kQuietFork,        // the same by a copy of the files: the timeline stays
  kConsumerRestore,  // a consumer goes back to a backup
  kFeedDown,         // for one call
  kHandlerFails,     // for a moment
  kRepeatedRequest,  // sent twice at once
  kReplyLost,
  kProviderLosesReply,  // it has accepted
  kProviderFails,
  kProviderRefuses,  // for good
  kClockJump,
  kCount
};

// Known mistakes, to prove that the checks can fail.
enum class Mistake {
  kNone,
  kSequencerAfterLastId,  // polls `id > last` instead of emptying the outbox
  kNoEpochBump,           // a restored database goes on in the same epoch
  kVersionBeforeLock,     // the outbox id is drawn before the aggregate is locked
  kAnswerApart,           // the response is stored in a transaction of its own
  kAnswerBeforeCommit,    // the client is told before the commit
  kRelayIgnoresEnd,       // appends without looking where the stream ends
  kRelayKeepsOldHistory,  // appends to a stream that a fork has left behind
  kConsumerSkipsGaps,     // takes whatever comes behind its position
  kConsumerTrustsStream,  // silence of the stream counts as nothing to do
  kConsumerIgnoresChain,  // continues by position alone, whatever the feed says
  kCursorApart,           // the cursor is stored in a transaction of its own
  kParkedOvertaken,       // later events of a parked aggregate are applied
  kIgnoresLease,          // takes what another dispatcher holds
  kNoToken,               // settles by state alone
  kNoMark,                // calls the channel before the row says `sending`
  kNoGate,                // sends without looking at the clock again
  kNoSuccessor,           // forgets the next occurrence of a repeating reminder
  kCount
};
// "no-token"
const char* NameOf(Mistake mistake);

}  // namespace rectify::simulation

#include "tests/simulation/faults.h"

namespace rectify::simulation {

const char* NameOf(Mistake mistake) {
  switch (mistake) {
    case Mistake::kNone:
      return "none";
    case Mistake::kSequencerAfterLastId:
      return "sequencer-after-last-id";
    case Mistake::kNoEpochBump:
      return "no-epoch-bump";
    case Mistake::kVersionBeforeLock:
      return "version-before-lock";
    case Mistake::kAnswerApart:
      return "answer-apart";
    case Mistake::kAnswerBeforeCommit:
      return "answer-before-commit";
    case Mistake::kRelayIgnoresEnd:
      return "relay-ignores-end";
    case Mistake::kRelayKeepsOldHistory:
      return "relay-keeps-old-history";
    case Mistake::kConsumerSkipsGaps:
      return "consumer-skips-gaps";
    case Mistake::kConsumerTrustsStream:
      return "consumer-trusts-stream";
    case Mistake::kConsumerIgnoresChain:
      return "consumer-ignores-chain";
    case Mistake::kCursorApart:
      return "cursor-apart";
    case Mistake::kParkedOvertaken:
      return "parked-overtaken";
    case Mistake::kIgnoresLease:
      return "ignores-lease";
    case Mistake::kNoToken:
      return "no-token";
    case Mistake::kNoMark:
      return "no-mark";
    case Mistake::kNoGate:
      return "no-gate";
    case Mistake::kNoSuccessor:
      return "no-successor";
    case Mistake::kCount:
      break;
  }
  return "";
}

}  // namespace rectify::simulation

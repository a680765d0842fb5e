// The decisions of the event backbone as pure functions: how events are numbered and linked, what a
// relay does with the stream it finds, what a consumer may apply, what a feed answers and what
// becomes of a repeated request. No SQL, no Redis, no rpc, no clock: the services and the
// simulation in tests/simulation run the same decisions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::events {

inline constexpr char kInternalFeed[] = "internal";
inline constexpr char kDepartmentsFeed[] = "departments";
inline constexpr char kDisciplineFeed[] = "discipline";

// The end of a feed. Position 0 and the genesis hash when it has no events.
struct FeedEnd {
  int32_t epoch = 0;
  int64_t position = 0;
  std::string chain;
};

// A stretch of a feed.
struct FeedSlice {
  // The event at the position asked for; empty at position 0 and when there is no such event.
  std::optional<FeedEnd> anchor;
  std::vector<event::v1::EventEnvelope> events;  // those after it
};

// The link before the first event of a feed.
std::string GenesisChain(absl::string_view source, absl::string_view feed);
// SHA-256 link of one event, as EventEnvelope.chain documents.
std::string ChainHash(absl::string_view prev_chain, int64_t position, int32_t epoch,
                      absl::string_view aggregate, int64_t aggregate_version,
                      absl::string_view type, absl::string_view payload);

// --- Sequencer: committed events get their positions.

// Which database wrote a history. A restored or promoted one has another system id or timeline:
// what it wrote before may have been undone for readers, so its next positions belong to a new
// epoch.
struct Origin {
  int64_t sysid = 0;
  std::string timeline;
  bool operator==(const Origin&) const = default;
};
// The epoch of what is sequenced at `now` after a head of `epoch` that was written at `before`.
int32_t EpochAt(int32_t epoch, const Origin& before, const Origin& now);

// A row of the outbox, as far as it is hashed.
struct Unsequenced {
  int64_t id = 0;
  std::string aggregate;
  int64_t aggregate_version = 0;
  std::string type;
  int audience = 0;  // bits of Audience
  std::string payload;
  std::vector<std::string> feeds = {};  // named ones, besides those of the audience
};

// The filtered feeds of these audiences.
std::vector<std::string> FilteredFeedsOf(int audiences);
// The filtered feeds that the event appears in.
std::vector<std::string> FilteredFeedsOf(const Unsequenced& event);

struct Link {
  int64_t position;
  std::string chain;
};
struct FeedLink {
  std::string feed;
  Link link;
  int64_t event_position;  // in the internal feed
};
struct Links {
  FeedEnd head;           // after the batch
  std::vector<Link> log;  // one per row, in their order
  std::vector<FeedLink> filtered;
};
// Links a batch, which is in the order of its ids, to the head; `filtered_ends` holds the ends of
// all filtered feeds that the batch appears in.
Links LinkBatch(const std::vector<Unsequenced>& batch, FeedEnd head,
                std::map<std::string, FeedEnd> filtered_ends);

// --- Relay: the stream's ids are "<epoch>-<position>", its end is the relay's cursor.

inline constexpr char kNoStream[] = "0-0";

std::string EntryId(int32_t epoch, int64_t position);

struct StreamEnd {
  std::string id = kNoStream;        // last-generated-id
  std::optional<std::string> entry;  // the last entry, when it is still there
};

// Where a relay begins to read a log that ends at `head`; the stream holds about `max_length`
// entries.
int64_t RelayFrom(const StreamEnd& end, int64_t head, int max_length);

enum class RelayStep {
  kReplace,  // the stream is not of our present history: drop it and start anew
  kAppend,   // append the slice right behind the end
  kNothing,  // the stream has everything
};
// `slice` begins at RelayFrom().
RelayStep NextRelayStep(const StreamEnd& end, const FeedSlice& slice);

// --- Consumer.

struct Cursor {
  int32_t epoch = 0;
  int64_t position = 0;
  std::string chain;
  // The tries of the one event that can't be applied at present.
  std::optional<int64_t> failed_position = std::nullopt;
  int failed_attempts = 0;
  std::optional<absl::Time> first_failed_at = std::nullopt;

  void Advance(const event::v1::EventEnvelope& event);
};

// Whether the event of that source comes right behind the cursor. Position, link and content:
// neither a gap nor another history nor a changed entry passes.
bool Follows(absl::string_view source, const Cursor& cursor, const event::v1::EventEnvelope& event);
// How many of a stream's entries may be applied without asking the source: only the source can tell
// whether a change of epoch left our history intact.
size_t CountUsable(absl::string_view source, Cursor cursor,
                   const std::vector<event::v1::EventEnvelope>& entries);

// Poison: an event that fails this often and this long is parked.
struct PoisonRule {
  int attempts;
  absl::Duration after;  // since its first failure
};
// Whether to park the event behind the cursor that failed with `error`; notes the failure in the
// cursor. Errors of the moment (UNAVAILABLE, ABORTED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED) are
// tried for ever.
bool NoteFailure(Cursor& cursor, int64_t position, const absl::Status& error,
                 const PoisonRule& rule, absl::Time now);
bool IsTransient(const absl::Status& error);

// --- Feed.

// Whether all that a reader claims about the last event it has read holds for the event at that
// position; it may leave out epoch (0) or chain.
bool SharesHistory(const FeedEnd& reader, const std::optional<FeedEnd>& anchor);
// The last position that a reader who does not share the history still has in common with it, as
// far as the record of forks tells. `recorded_fork`: the earliest one after the reader's epoch.
int64_t LastCommonPosition(const FeedEnd& reader, std::optional<int64_t> recorded_fork,
                           const FeedEnd& head);

// --- Idempotency.

struct StoredRequest {
  std::string fingerprint;
  std::optional<std::string> response;
};
enum class Repeat {
  kAnswered,    // give the first response again
  kReused,      // the id belongs to a request with another content
  kInProgress,  // no response yet
};
// What a request is whose id somebody has claimed before.
Repeat JudgeRepeat(const std::optional<StoredRequest>& stored, absl::string_view fingerprint);

}  // namespace rectify::events

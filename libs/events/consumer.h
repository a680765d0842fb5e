// Applies another service's events exactly once, in order: cursor and effects in one transaction.
// Redis makes it fast, the EventFeed rpc makes it right: on a gap and on silence it asks the
// source. An object belongs to one thread; replicas each have their own.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/events/command.h"
#include "libs/events/feed.h"
#include "libs/events/protocol.h"
#include "libs/redis/redis.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::events {

struct ConsumerOptions {
  std::string name;           // the consuming service: "deadline"
  std::string source;         // "hazard"
  std::string redis_address;  // empty: feed only
  int batch = 256;
  // When an event and later ones of its aggregate are parked.
  PoisonRule poison = {5, absl::Minutes(10)};
};

// An event and the change in which its effect is made.
struct Arrival {
  const event::v1::EventEnvelope& event;
  Change& change;
};
// Events that share a transaction, in their order; at least one.
using Run = std::vector<Arrival>;

class Consumer {
 public:
  // The effects of a run. Unknown event types must be ignored with OK. Runs inside the cursor's
  // transaction. When it fails, nothing of the run is kept, and its events come again one by one:
  // each is applied, or judged, alone.
  using RunHandler = std::function<absl::Status(pg::Tx&, Run&)>;
  // The effect of one event, for those that gain nothing from sets.
  using Handler = std::function<absl::Status(Change&, const event::v1::EventEnvelope&)>;

  // `feed` reads the source: a RemoteFeed, or a LocalFeed in tests. Both outlive the consumer.
  Consumer(ConsumerOptions options, Commands& commands, FeedReader& feed, RunHandler handler);
  Consumer(ConsumerOptions options, Commands& commands, FeedReader& feed, Handler handler)
      : Consumer(std::move(options), commands, feed, InOrder(std::move(handler))) {}

  // Takes a run event by event.
  static RunHandler InOrder(Handler handler);

  // One step: waits for entries at most `wait`, applies what it got. Returns how many were applied
  // or parked. 0 also when another replica is applying. When there is nothing to wait at (Redis
  // down), it still takes up to 250 ms of `wait`, so that a loop of steps does not spin.
  // FAILED_PRECONDITION HISTORY_DIVERGED: the source's history was rewritten; applies nothing more
  // until a person has reconciled it (deploy/reconcile moves the cursor to the fork).
  // Any other error: the event after the cursor could not be applied, those before it were; call
  // again later. UNAVAILABLE, ABORTED, DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED are tried for ever,
  // all others count towards parking.
  absl::StatusOr<int> Step(absl::Duration wait);
  // Applies until the cursor has reached `position`; from the feed alone. Waits for another replica
  // that is applying. ABORTED NOT_SETTLED when the source itself has not got there.
  absl::StatusOr<int> CatchUp(int64_t position);
  // The present cursor.
  absl::StatusOr<int64_t> Position();

  // How many events wait for ReplayParked.
  absl::StatusOr<int64_t> CountParked();
  // Applies parked events in order, each in a transaction of its own. Where one fails again, it and
  // the later ones of its aggregate stay parked. Returns how many were applied.
  absl::StatusOr<int> ReplayParked();

 private:
  struct Outcome;
  struct Held;
  // How a batch is applied: together as long as nothing fails, after that one by one, each event in
  // a savepoint.
  enum class Mode { kTogether, kOneByOne };
  enum class Replay { kNothingLeft, kApplied, kStuck };
  using Events = std::vector<event::v1::EventEnvelope>;

  absl::StatusOr<Cursor> ReadCursor();
  // Locks the cursor. nullopt when another replica holds it and `wait` is not set.
  absl::StatusOr<std::optional<Held>> Hold(pg::Tx& tx, bool wait);
  // Entries right behind the cursor from the stream; none when the feed must be asked.
  Events ReadStream(const Cursor& cursor, absl::Duration wait);
  absl::StatusOr<int> ReadFeed(const Cursor& cursor, absl::Duration wait, bool wait_for_turn);
  // The gauge rectify_events_history_diverged is 1 as long as the source refuses this cursor.
  void NoteDivergence(const Cursor& cursor, const absl::Status& answer);
  absl::StatusOr<int> StepFrom(const Cursor& cursor, absl::Duration wait);

  absl::StatusOr<int> Apply(const Events& events, bool wait_for_turn);
  absl::Status ApplyBatch(pg::Tx& tx, const Events& events, bool wait_for_turn, Mode mode,
                          Outcome& outcome);
  absl::Status ActOn(pg::Tx& tx, const std::vector<const event::v1::EventEnvelope*>& events,
                     Outcome& outcome);
  // What one event leaves behind is undone when it fails.
  absl::Status ApplyAlone(pg::Tx& tx, const event::v1::EventEnvelope& event, Outcome& outcome);
  bool IsPoison(Cursor& cursor, const event::v1::EventEnvelope& event, const absl::Status& error);
  absl::Status StoreCursor(pg::Tx& tx, const Cursor& cursor);
  absl::Status Park(pg::Tx& tx, const event::v1::EventEnvelope& event, const absl::Status& error);
  absl::StatusOr<Replay> ReplayNext(pg::Tx& tx, const std::vector<std::string>& stuck,
                                    std::string& aggregate);

  ConsumerOptions options_;
  Commands& commands_;
  FeedReader& feed_;
  RunHandler handler_;
  redis::Connection redis_;
  // Where the last step that applied something left the cursor; spares reading it before the next.
  // It may have been moved since: what is applied is decided by the cursor that is locked then.
  std::optional<Cursor> left_;
  // The feed's last answer was as long as it may be, so it has more than the stream is asked for.
  bool more_in_feed_ = false;
  // The cursor's chain when the source said that its history has diverged: the stream may still
  // hold more of it.
  std::optional<std::string> diverged_;
  // The cursor has been there; it only goes on. Spares a look at the database when CatchUp has
  // nothing to do.
  std::atomic<int64_t> reached_ = 0;
};

}  // namespace rectify::events

// Pages of feeds for readers that wait for them. A service lets few callers wait, and none longer
// than a second; this asks again for any number of readers, each with its own token, so that
// whoever may no longer read a feed learns it within a second.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rectify/event/v1/event_feed_service.pb.h"

namespace rectify::gateway {

// An encoded ReadEventsResponse.
using FeedAnswer = std::function<void(absl::StatusOr<std::string> page)>;
// Puts the question to the feed's source with one reader's token, without waiting.
using AskFeed = std::function<void(const event::v1::ReadEventsRequest& request, FeedAnswer answer)>;

// Whether the source may answer later: it is away, overloaded or slow.
bool IsOutage(const absl::Status& status);

// The time of polling. Thread-safe.
class Pace {
 public:
  virtual ~Pace() = default;
  virtual absl::Time Now() const = 0;
  // Calls `go` later on a thread of its own, unless this ends before.
  virtual void After(absl::Duration delay, std::function<void()> go) = 0;
};

std::unique_ptr<Pace> RealPace();

// One reader's wait. Thread-safe.
class FeedPoll {
 public:
  virtual ~FeedPoll() = default;
  // Called once.
  virtual void Start() = 0;
  // Nobody wants the answer any more.
  virtual void Cancel() = 0;
};

// Thread-safe. What AskFeed asks must not call back any more when this goes.
class FeedPolls {
 public:
  // What a reader bears with while it waits.
  enum class Patience {
    kNone,    // an error is the answer
    kOutage,  // an outage counts as no news
  };

  explicit FeedPolls(std::unique_ptr<Pace> pace = RealPace());
  ~FeedPolls();

  // `answer` is called once after the start, unless the poll is cancelled before, on any thread:
  // with the first page that has events, or the last one without when `wait` is over. The request's
  // own `wait` does not matter.
  std::shared_ptr<FeedPoll> Prepare(AskFeed ask, event::v1::ReadEventsRequest request,
                                    absl::Duration wait, Patience patience, FeedAnswer answer);
  // From now on nobody waits.
  void Stop();

 private:
  struct Shared;
  class Poll;
  std::unique_ptr<Shared> shared_;
};

}  // namespace rectify::gateway

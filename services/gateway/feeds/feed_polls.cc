#include "services/gateway/feeds/feed_polls.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"
#include "libs/http/later.h"

namespace rectify::gateway {
namespace {

using event::v1::ReadEventsRequest;
using event::v1::ReadEventsResponse;

// From one look to the next, unless the service itself has waited as long.
constexpr absl::Duration kLookEvery = absl::Seconds(1);

class RunningPace : public Pace {
 public:
  absl::Time Now() const override { return absl::Now(); }
  void After(absl::Duration delay, std::function<void()> go) override {
    later_.After(delay, std::move(go));
  }

 private:
  http::Later later_;
};

bool HasEvents(const std::string& encoded) {
  ReadEventsResponse page;
  return page.ParseFromString(encoded) && page.events_size() > 0;
}

}  // namespace

bool IsOutage(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

std::unique_ptr<Pace> RealPace() { return std::make_unique<RunningPace>(); }

struct FeedPolls::Shared {
  explicit Shared(std::unique_ptr<Pace> own) : pace(std::move(own)) {}

  const std::unique_ptr<Pace> pace;
  std::atomic<bool> stopping = false;
};

class FeedPolls::Poll : public FeedPoll, public std::enable_shared_from_this<Poll> {
 public:
  Poll(Shared& shared, AskFeed ask, ReadEventsRequest request, absl::Time give_up,
       Patience patience, FeedAnswer answer)
      : shared_(shared),
        ask_(std::move(ask)),
        request_(std::move(request)),
        give_up_(give_up),
        patience_(patience),
        answer_(std::move(answer)) {}

  void Start() override { Look(); }
  void Cancel() override { Take(); }

 private:
  void Look() {
    if (cancelled()) return;
    const absl::Time begin = shared_.pace->Now();
    const absl::Duration wait =
        shared_.stopping ? absl::ZeroDuration()
                         : std::clamp(give_up_ - begin, absl::ZeroDuration(), kLookEvery);
    *request_.mutable_wait() =
        google::protobuf::util::TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(wait));
    ask_(request_, [self = shared_from_this(), begin](absl::StatusOr<std::string> page) {
      self->Judge(begin, std::move(page));
    });
  }

  bool cancelled() const {
    absl::MutexLock lock(&mutex_);
    return answer_ == nullptr;
  }

  FeedAnswer Take() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(answer_, nullptr);
  }

  void Judge(absl::Time begin, absl::StatusOr<std::string> page) {
    if (cancelled()) return;
    const bool nothing =
        page.ok() ? !HasEvents(*page) : patience_ == Patience::kOutage && IsOutage(page.status());
    const absl::Time now = shared_.pace->Now();
    if (!nothing || now >= give_up_ || shared_.stopping) {
      if (const FeedAnswer answer = Take(); answer != nullptr) answer(std::move(page));
      return;
    }
    const absl::Time next = std::min(begin + kLookEvery, give_up_);
    if (now >= next) return Look();
    shared_.pace->After(next - now, [self = shared_from_this()] { self->Look(); });
  }

  Shared& shared_;
  const AskFeed ask_;
  ReadEventsRequest request_;  // of one look at a time
  const absl::Time give_up_;
  const Patience patience_;
  mutable absl::Mutex mutex_;
  FeedAnswer answer_ ABSL_GUARDED_BY(mutex_);
};

FeedPolls::FeedPolls(std::unique_ptr<Pace> pace)
    : shared_(std::make_unique<Shared>(std::move(pace))) {}
FeedPolls::~FeedPolls() = default;

std::shared_ptr<FeedPoll> FeedPolls::Prepare(AskFeed ask, ReadEventsRequest request,
                                             absl::Duration wait, Patience patience,
                                             FeedAnswer answer) {
  return std::make_shared<Poll>(*shared_, std::move(ask), std::move(request),
                                shared_->pace->Now() + wait, patience, std::move(answer));
}

void FeedPolls::Stop() { shared_->stopping = true; }

}  // namespace rectify::gateway

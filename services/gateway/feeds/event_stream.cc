#include "services/gateway/feeds/event_stream.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/protojson/cloud_event.h"

namespace rectify::gateway {
namespace {

using event::v1::EventEnvelope;
using event::v1::ReadEventsRequest;
using event::v1::ReadEventsResponse;

// A line in between tells proxies, and us, that the other side is still there.
constexpr absl::Duration kKeepAlive = absl::Seconds(15);
constexpr char kStillHere[] = ": \n\n";
constexpr char kGreeting[] = "retry: 2000\n\n";  // milliseconds until a reader comes back
constexpr size_t kChainBytes = 32;

void GoOnAfter(const EventEnvelope& event, ReadEventsRequest& request) {
  request.set_after_position(event.position());
  request.set_after_epoch(event.epoch());
  request.set_after_chain(event.chain());
}

std::string Message(const EventEnvelope& event) {
  return absl::StrCat("id: ", event.epoch(), "-", event.position(), "-",
                      absl::BytesToHexString(event.chain()),
                      "\ndata: ", protojson::ToCloudEvent(event), "\n\n");
}

// Empty when there are no events.
absl::StatusOr<std::string> Messages(const std::string& encoded, ReadEventsRequest& request) {
  ReadEventsResponse page;
  if (!page.ParseFromString(encoded)) return absl::InternalError("the answer is no page of a feed");
  std::string text;
  for (const EventEnvelope& event : page.events()) absl::StrAppend(&text, Message(event));
  if (page.events_size() > 0) GoOnAfter(*page.events().rbegin(), request);
  return text;
}

class FollowedFeed : public http::Pieces, public std::enable_shared_from_this<FollowedFeed> {
 public:
  FollowedFeed(FeedPolls& polls, AskFeed ask, ReadEventsRequest request, std::string first,
               TellProblem tell)
      : polls_(polls),
        ask_(std::move(ask)),
        tell_(std::move(tell)),
        request_(std::move(request)),
        first_(std::move(first)) {}

  void Next(std::function<void(Piece)> got) override {
    if (first_.has_value()) return got(*std::exchange(first_, std::nullopt));
    // Weak: who waits for a piece of a stream that is gone waits for nothing.
    auto poll = polls_.Prepare(ask_, request_, kKeepAlive, FeedPolls::Patience::kOutage,
                               [weak = weak_from_this()](const absl::StatusOr<std::string>& page) {
                                 if (const auto self = weak.lock()) self->Arrived(page);
                               });
    {
      absl::MutexLock lock(&mutex_);
      if (!ended_) {
        got_ = std::exchange(got, nullptr);
        poll_ = poll;
      }
    }
    if (got != nullptr) return got(Piece(std::nullopt));
    poll->Start();
  }

  void Cancel() override {
    std::function<void(Piece)> got;
    {
      absl::MutexLock lock(&mutex_);
      ended_ = true;
      got = std::exchange(got_, nullptr);
      if (poll_ != nullptr) poll_->Cancel();
    }
    if (got != nullptr) got(Piece(std::nullopt));
  }

  bool endless() const override { return true; }

 private:
  void Arrived(const absl::StatusOr<std::string>& page) {
    Piece piece = PieceOf(page);
    std::function<void(Piece)> got;
    {
      absl::MutexLock lock(&mutex_);
      got = std::exchange(got_, nullptr);
    }
    if (got != nullptr) got(std::move(piece));
  }

  Piece PieceOf(const absl::StatusOr<std::string>& page) {
    absl::StatusOr<std::string> text = page.ok() ? Messages(*page, request_) : page;
    if (IsOutage(text.status())) text = "";
    if (text.ok()) return std::optional<std::string>(text->empty() ? kStillHere : *text);
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    return std::optional<std::string>(
        absl::StrCat("event: problem\ndata: ", tell_(text.status()), "\n\n"));
  }

  FeedPolls& polls_;
  const AskFeed ask_;
  const TellProblem tell_;
  ReadEventsRequest request_;  // what comes next; of one poll at a time
  std::optional<std::string> first_;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void(Piece)> got_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<FeedPoll> poll_ ABSL_GUARDED_BY(mutex_);
};

absl::Status NoSuchEvent() {
  return FieldError("Last-Event-ID", {"请求头 Last-Event-ID 不是本事件流给出的编号",
                                      "Last-Event-ID is none that this stream has given"});
}

}  // namespace

absl::Status ContinueAfter(absl::string_view last_event_id, ReadEventsRequest& request) {
  if (last_event_id.empty()) return absl::OkStatus();
  const std::vector<absl::string_view> parts = absl::StrSplit(last_event_id, '-');
  int32_t epoch = 0;
  int64_t position = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &epoch) || epoch < 0 ||
      !absl::SimpleAtoi(parts[1], &position) || position < 1 ||
      parts[2].size() != 2 * kChainBytes ||
      !std::all_of(parts[2].begin(), parts[2].end(), absl::ascii_isxdigit)) {
    return NoSuchEvent();
  }
  request.set_after_epoch(epoch);
  request.set_after_position(position);
  request.set_after_chain(absl::HexStringToBytes(parts[2]));
  return absl::OkStatus();
}

absl::StatusOr<http::Response> ToEventStream(FeedPolls& polls, AskFeed ask,
                                             ReadEventsRequest request, const std::string& first,
                                             TellProblem tell) {
  ASSIGN_OR_RETURN(const std::string events, Messages(first, request));
  http::Response response;
  response.headers.Add("Content-Type", kEventStream);
  // A proxy that collects an answer would keep back what it is for (nginx).
  response.headers.Add("X-Accel-Buffering", "no");
  response.pieces = std::make_shared<FollowedFeed>(
      polls, std::move(ask), std::move(request), absl::StrCat(kGreeting, events), std::move(tell));
  return response;
}

}  // namespace rectify::gateway

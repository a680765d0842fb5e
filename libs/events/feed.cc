#include "libs/events/feed.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/events/log_rows.h"

namespace rectify::events {
namespace {

using event::v1::FeedHead;
using event::v1::ReadEventsRequest;
using event::v1::ReadEventsResponse;
using google::protobuf::util::TimeUtil;

constexpr absl::Duration kPollInterval = absl::Milliseconds(50);
constexpr absl::Duration kLongestWait = absl::Seconds(30);
constexpr absl::Duration kLongestRemoteWait = absl::Seconds(1);
constexpr int kRemoteWaiters = 2;

constexpr pg::Statement kFork = {"events.fork", R"sql(
  select min(fork_position) from source_epoch where source = $1::text and epoch > $2::int)sql"};

constexpr pg::Statement kFilteredFork = {"events.filtered_fork", R"sql(
  select coalesce(max(position), 0) from feed_log
   where feed = $1::text and event_position <= $2::bigint)sql"};

int Limit(int32_t max_events) { return max_events <= 0 ? 256 : std::min(max_events, 1000); }

absl::Status NoSuchFeed() {
  return MakeError(absl::StatusCode::kNotFound,
                   {"FEED_NOT_FOUND", {"没有这个事件流", "no such feed"}, {}, {}});
}

absl::Status CheckFeed(const std::string& source, const std::string& asked_source,
                       const std::string& feed) {
  const bool of_audience =
      feed == kInternalFeed || feed == kDepartmentsFeed || feed == kDisciplineFeed;
  return asked_source == source && (of_audience || IsUuid(feed)) ? absl::OkStatus() : NoSuchFeed();
}

// A feed that is named after somebody is for him alone; services and operators read all.
absl::Status CheckReader(const rpc::Caller& caller, const std::string& feed) {
  if (caller.HasRole("SERVICE") || caller.HasRole("OPERATOR")) return absl::OkStatus();
  const bool own = IsUuid(feed) && absl::StartsWith(caller.subject, "districts/") &&
                   absl::EndsWith(caller.subject, absl::StrCat("/partners/", feed));
  return own ? absl::OkStatus() : NoSuchFeed();
}

// The earliest fork after the reader's epoch that is on record, as a position of the feed.
absl::StatusOr<std::optional<int64_t>> RecordedFork(pg::Tx& tx, const std::string& source,
                                                    const std::string& feed, int32_t epoch) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kFork, {source, epoch}));
  if (rows.empty() || rows[0].IsNull(0)) return std::optional<int64_t>();
  const int64_t fork = rows[0].Int(0);
  if (feed == kInternalFeed) return std::optional<int64_t>(fork);
  ASSIGN_OR_RETURN(pg::Rows filtered, tx.Exec(kFilteredFork, {feed, fork}));
  return std::optional<int64_t>(filtered[0].Int(0));
}

FeedHead ToMessage(const std::string& source, const std::string& feed, const FeedEnd& end) {
  FeedHead head;
  head.set_source(source);
  head.set_feed(feed);
  head.set_epoch(end.epoch);
  head.set_position(end.position);
  head.set_chain(end.chain);
  return head;
}

absl::StatusOr<ReadEventsResponse> ReadNow(pg::Tx& tx, const ReadEventsRequest& request) {
  const std::string &source = request.source(), &feed = request.feed();
  ASSIGN_OR_RETURN(FeedSlice slice, ReadFeedSlice(tx, source, feed, request.after_position(),
                                                  Limit(request.max_events())));
  ASSIGN_OR_RETURN(const FeedEnd head, ReadFeedEnd(tx, source, feed));
  const FeedEnd reader{request.after_epoch(), request.after_position(), request.after_chain()};
  if (!SharesHistory(reader, slice.anchor)) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> recorded,
                     RecordedFork(tx, source, feed, reader.epoch));
    return PreconditionError(
        "HISTORY_DIVERGED",
        {"读者已读的历史与来源现有的历史不一致",
         "the reader's history is not the source's any more"},
        {{"fork_position", absl::StrCat(LastCommonPosition(reader, recorded, head))}});
  }
  ReadEventsResponse response;
  for (event::v1::EventEnvelope& envelope : slice.events) {
    *response.add_events() = std::move(envelope);
  }
  *response.mutable_head() = ToMessage(source, feed, head);
  return response;
}

// Counts the calls that wait at present.
class WaiterSlot {
 public:
  explicit WaiterSlot(std::shared_ptr<std::atomic<int>> waiters)
      : waiters_(std::move(waiters)), granted_(waiters_->fetch_add(1) < kRemoteWaiters) {}
  ~WaiterSlot() { waiters_->fetch_sub(1); }
  WaiterSlot(const WaiterSlot&) = delete;
  WaiterSlot& operator=(const WaiterSlot&) = delete;
  bool granted() const { return granted_; }

 private:
  const std::shared_ptr<std::atomic<int>> waiters_;
  const bool granted_;
};

}  // namespace

absl::StatusOr<ReadEventsResponse> LocalFeed::Read(const ReadEventsRequest& request) {
  RETURN_IF_ERROR(CheckFeed(source_, request.source(), request.feed()));
  if (request.after_position() < 0) {
    return FieldError("after_position", {"不能为负数", "must not be negative"});
  }
  const absl::Duration wait =
      std::min(absl::Microseconds(TimeUtil::DurationToMicroseconds(request.wait())), kLongestWait);
  const absl::Time give_up = absl::Now() + wait;
  while (true) {
    ASSIGN_OR_RETURN(ReadEventsResponse response,
                     pool_.TransactValue("events.read", {.access = pg::Access::kRepeatableReadOnly},
                                         [&](pg::Tx& tx) { return ReadNow(tx, request); }));
    const absl::Duration left = give_up - absl::Now();
    if (response.events_size() > 0 || left <= absl::ZeroDuration()) return response;
    absl::SleepFor(std::min(left, kPollInterval));
  }
}

absl::StatusOr<FeedHead> LocalFeed::Head(const std::string& feed) {
  RETURN_IF_ERROR(CheckFeed(source_, source_, feed));
  return pool_.TransactValue("events.head", {.access = pg::Access::kReadOnly},
                             [&](pg::Tx& tx) -> absl::StatusOr<FeedHead> {
                               ASSIGN_OR_RETURN(const FeedEnd end, ReadFeedEnd(tx, source_, feed));
                               return ToMessage(source_, feed, end);
                             });
}

absl::StatusOr<ReadEventsResponse> RemoteFeed::Read(const ReadEventsRequest& request) {
  return client_.Unary<ReadEventsResponse>("rectify.event.v1.EventFeed.ReadEvents", request);
}

void RegisterEventFeed(rpc::Server& server, LocalFeed& feed) {
  server.Unary<event::v1::GetHeadRequest, FeedHead>(
      "rectify.event.v1.EventFeed.GetHead",
      [&feed](const rpc::Call& call,
              const event::v1::GetHeadRequest& request) -> absl::StatusOr<FeedHead> {
        RETURN_IF_ERROR(CheckReader(call.caller, request.feed()));
        RETURN_IF_ERROR(CheckFeed(feed.source(), request.source(), request.feed()));
        return feed.Head(request.feed());
      });
  auto waiters = std::make_shared<std::atomic<int>>(0);
  server.Unary<ReadEventsRequest, ReadEventsResponse>(
      "rectify.event.v1.EventFeed.ReadEvents",
      [&feed, waiters](const rpc::Call& call,
                       const ReadEventsRequest& request) -> absl::StatusOr<ReadEventsResponse> {
        RETURN_IF_ERROR(CheckReader(call.caller, request.feed()));
        const WaiterSlot slot(waiters);
        const absl::Duration longest =
            slot.granted() ? std::min(kLongestRemoteWait, call.deadline - absl::Now())
                           : absl::ZeroDuration();
        const absl::Duration wait =
            std::min(absl::Microseconds(TimeUtil::DurationToMicroseconds(request.wait())), longest);
        ReadEventsRequest limited = request;
        *limited.mutable_wait() = TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(wait));
        return feed.Read(limited);
      });
}

}  // namespace rectify::events

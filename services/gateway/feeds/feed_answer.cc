#include "services/gateway/feeds/feed_answer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "services/gateway/feeds/cloud_events.h"
#include "services/gateway/transcode/answer.h"

namespace rectify::gateway {
namespace {

using event::v1::ReadEventsRequest;
using event::v1::ReadEventsResponse;
using google::protobuf::util::TimeUtil;

constexpr absl::Duration kLongestWait = absl::Seconds(30);  // as the contract says

absl::Duration WaitOf(const ReadEventsRequest& request) {
  const absl::Duration asked = absl::Microseconds(TimeUtil::DurationToMicroseconds(request.wait()));
  return std::clamp(asked, absl::ZeroDuration(), kLongestWait);
}

}  // namespace

FeedForm FormOf(absl::string_view accept) {
  for (const absl::string_view range : absl::StrSplit(accept, ',')) {
    const absl::string_view type = absl::StripAsciiWhitespace(range.substr(0, range.find(';')));
    if (absl::EqualsIgnoreCase(type, kCloudEventsBatch)) return FeedForm::kCloudEvents;
    if (absl::EqualsIgnoreCase(type, kEventStream)) return FeedForm::kEventStream;
    if (absl::EqualsIgnoreCase(type, "application/json")) return FeedForm::kJson;
  }
  return FeedForm::kJson;
}

bool IsFeed(const google::protobuf::MethodDescriptor& method) {
  return method.output_type() == ReadEventsResponse::descriptor();
}

void AnswerFeed(FeedPolls& polls, AskFeed ask, ReadEventsRequest request,
                const http::Request& asked, TellProblem tell,
                std::function<void(absl::StatusOr<http::Response>)> done) {
  const FeedForm form = FormOf(asked.headers.Get("Accept"));
  absl::Duration wait = WaitOf(request);
  if (form == FeedForm::kEventStream) {
    const absl::Status status = ContinueAfter(asked.headers.Get("Last-Event-ID"), request);
    if (!status.ok()) return done(status);
    wait = absl::ZeroDuration();
  }
  const auto answer = [&polls, ask, request, form, target = asked.target, tell = std::move(tell),
                       done = std::move(done)](const absl::StatusOr<std::string>& page) {
    if (!page.ok()) return done(page.status());
    switch (form) {
      case FeedForm::kJson:
        return done(ToResponse(*ReadEventsResponse::descriptor(), *page));
      case FeedForm::kCloudEvents:
        return done(ToCloudEventsPage(target, *page));
      case FeedForm::kEventStream:
        return done(ToEventStream(polls, ask, request, *page, tell));
    }
  };
  polls.Prepare(std::move(ask), std::move(request), wait, FeedPolls::Patience::kNone, answer)
      ->Start();
}

}  // namespace rectify::gateway

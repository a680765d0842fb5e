#include "services/gateway/feeds/feed_answer.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/feeds/cloud_events.h"

namespace rectify::gateway {
namespace {

using event::v1::EventEnvelope;
using event::v1::ReadEventsRequest;
using event::v1::ReadEventsResponse;
using nlohmann::json;
using ::rectify::testing::HasViolation;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Time that passes when the test says so.
class ManualPace : public Pace {
 public:
  absl::Time Now() const override { return now_; }
  void After(absl::Duration delay, std::function<void()> go) override {
    due_.emplace(now_ + delay, std::move(go));
  }
  void Pass(absl::Duration span) {
    const absl::Time until = now_ + span;
    while (!due_.empty() && due_.begin()->first <= until) {
      now_ = due_.begin()->first;
      const auto go = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      go();
    }
    now_ = until;
  }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::multimap<absl::Time, std::function<void()>> due_;
};

class FeedAnswerTest : public ::testing::Test {
 protected:
  // A source that answers at once, as one does whose two places to wait are taken.
  AskFeed Source() {
    return [this](const ReadEventsRequest& request, const FeedAnswer& answer) {
      asked_.push_back(request);
      if (!problem_.ok()) return answer(problem_);
      ReadEventsResponse page;
      for (const EventEnvelope& event : log_) {
        if (event.position() > request.after_position()) *page.add_events() = event;
      }
      answer(page.SerializeAsString());
    };
  }

  void Happen() {
    EventEnvelope event;
    event.set_source("venue");
    event.set_feed("internal");
    event.set_epoch(2);
    event.set_position(static_cast<int64_t>(log_.size()) + 1);
    event.set_type("rectify.venue.v1.VenueClosed");
    event.set_aggregate(absl::StrCat("districts/120110/venues/", log_.size() + 1));
    event.set_chain(std::string(32, static_cast<char>(log_.size() + 1)));
    log_.push_back(std::move(event));
  }

  void Ask(absl::string_view accept, absl::Duration wait = absl::ZeroDuration(),
           absl::string_view last_event_id = "") {
    http::Request asked{"GET", "/v1/sources/venue/feeds/internal/events", {}, "", ""};
    asked.headers.Add("Accept", accept);
    if (!last_event_id.empty()) asked.headers.Add("Last-Event-ID", last_event_id);
    ReadEventsRequest request;
    request.mutable_wait()->set_seconds(absl::ToInt64Seconds(wait));
    answer_.reset();
    AnswerFeed(
        polls_, Source(), request, asked,
        [](const absl::Status& status) { return std::string(status.message()); },
        [this](absl::StatusOr<http::Response> answer) { answer_ = std::move(answer); });
  }

  // Asks for the next piece of the stream; what has come is in pieces_.
  void Next() {
    (*answer_)->pieces->Next([this](http::Pieces::Piece piece) { pieces_.push_back(*piece); });
  }

  std::vector<EventEnvelope> log_;
  absl::Status problem_;
  std::vector<ReadEventsRequest> asked_;
  ManualPace* pace_ = new ManualPace;  // polls_ owns it
  FeedPolls polls_{std::unique_ptr<Pace>(pace_)};
  std::optional<absl::StatusOr<http::Response>> answer_;
  std::vector<std::optional<std::string>> pieces_;
};

TEST_F(FeedAnswerTest, HasTheFormThatIsAskedForFirst) {
  EXPECT_EQ(FormOf(""), FeedForm::kJson);
  EXPECT_EQ(FormOf("*/*"), FeedForm::kJson);
  EXPECT_EQ(FormOf("text/event-stream"), FeedForm::kEventStream);
  EXPECT_EQ(FormOf("text/html, Application/CloudEvents-Batch+JSON;q=0.9"), FeedForm::kCloudEvents);
  EXPECT_EQ(FormOf("application/json, text/event-stream"), FeedForm::kJson);
  Happen();
  Ask("application/json");
  EXPECT_THAT((*answer_)->body, StartsWith("{\"events\":["));
  Ask(kCloudEventsBatch);
  EXPECT_THAT((*answer_)->body, StartsWith("[{\"specversion\""));
}

TEST_F(FeedAnswerTest, ALongPollEndsWithTheFirstEvent) {
  Ask("", absl::Seconds(30));
  pace_->Pass(absl::Seconds(7));
  EXPECT_FALSE(answer_.has_value());
  EXPECT_EQ(asked_.size(), 8u) << "one look each second";
  Happen();
  pace_->Pass(absl::Seconds(1));
  ASSERT_TRUE(answer_.has_value());
  EXPECT_THAT((*answer_)->body, HasSubstr("\"position\":\"1\""));
}

TEST_F(FeedAnswerTest, ALongPollThatNothingEndsIsAnsweredInTime) {
  Ask("", absl::Hours(9));
  pace_->Pass(absl::Seconds(30) - absl::Milliseconds(1));
  EXPECT_FALSE(answer_.has_value());
  pace_->Pass(absl::Milliseconds(1));
  ASSERT_TRUE(answer_.has_value());
  EXPECT_EQ((*answer_)->status, 200);
}

TEST_F(FeedAnswerTest, WhoDoesNotWaitIsAnsweredAtOnce) {
  Ask("");
  EXPECT_TRUE(answer_.has_value());
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(FeedAnswerTest, AnErrorIsAnAnswer) {
  problem_ = absl::UnavailableError("away");
  Ask("", absl::Seconds(30));
  EXPECT_EQ(answer_->status(), problem_);
  Ask("text/event-stream");
  EXPECT_EQ(answer_->status(), problem_) << "before the stream has begun";
}

TEST_F(FeedAnswerTest, WhoeverStopsLetsNobodyWait) {
  Ask("", absl::Seconds(30));
  polls_.Stop();
  pace_->Pass(absl::Seconds(1));
  EXPECT_TRUE(answer_.has_value());
}

TEST_F(FeedAnswerTest, AStreamBringsEachEventOnceAndGoesOn) {
  Happen();
  Ask("text/event-stream");
  ASSERT_EQ((*answer_)->status, 200);
  EXPECT_EQ((*answer_)->headers.Get("Content-Type"), "text/event-stream");
  EXPECT_TRUE((*answer_)->pieces->endless());
  Next();
  EXPECT_THAT(*pieces_.back(), HasSubstr("id: 2-1-0101"));
  EXPECT_THAT(*pieces_.back(), EndsWith("\n\n"));
  Next();
  pace_->Pass(absl::Seconds(3));
  EXPECT_EQ(pieces_.size(), 1u);
  Happen();
  Happen();
  pace_->Pass(absl::Seconds(1));
  ASSERT_EQ(pieces_.size(), 2u);
  EXPECT_THAT(*pieces_.back(), StartsWith("id: 2-2-0202"));
  EXPECT_THAT(*pieces_.back(), HasSubstr("id: 2-3-0303"));
  EXPECT_EQ(asked_.back().after_chain(), std::string(32, '\x01'));
  const size_t data = pieces_.back()->find("data: ") + 6;
  const json event =
      json::parse(pieces_.back()->substr(data, pieces_.back()->find('\n', data) - data));
  EXPECT_EQ(event["subject"], "districts/120110/venues/2");
}

TEST_F(FeedAnswerTest, AStreamWithoutNewsShowsThatItIsThere) {
  Ask("text/event-stream");
  Next();
  EXPECT_EQ(*pieces_.back(), "retry: 2000\n\n");
  Next();
  pace_->Pass(absl::Seconds(15));
  ASSERT_EQ(pieces_.size(), 2u);
  EXPECT_EQ(*pieces_.back(), ": \n\n");
}

TEST_F(FeedAnswerTest, AStreamOutlastsItsSource) {
  Ask("text/event-stream");
  Next();
  problem_ = absl::UnavailableError("away");
  Next();
  pace_->Pass(absl::Seconds(10));
  problem_ = absl::DeadlineExceededError("slow");
  pace_->Pass(absl::Seconds(10));
  problem_ = absl::OkStatus();
  Happen();
  Next();
  pace_->Pass(absl::Seconds(1));
  ASSERT_EQ(pieces_.size(), 3u);
  EXPECT_THAT(*pieces_.back(), StartsWith("id: 2-1-"));
}

TEST_F(FeedAnswerTest, WhoMayNoLongerReadIsToldAndThatIsTheEnd) {
  Ask("text/event-stream");
  Next();
  problem_ = absl::UnauthenticatedError("the token has expired");
  Next();
  Next();
  ASSERT_EQ(pieces_.size(), 3u);
  EXPECT_EQ(*pieces_[1], "event: problem\ndata: the token has expired\n\n");
  EXPECT_EQ(pieces_[2], std::nullopt);
}

TEST_F(FeedAnswerTest, WhoLeavesIsForgotten) {
  Ask("text/event-stream");
  Next();
  Next();
  const size_t asked = asked_.size();
  (*answer_)->pieces->Cancel();
  EXPECT_EQ(pieces_.back(), std::nullopt);
  Happen();
  pace_->Pass(absl::Minutes(1));
  EXPECT_EQ(asked_.size(), asked);
  EXPECT_EQ(pieces_.size(), 2u);
}

TEST_F(FeedAnswerTest, AStreamGoesOnAfterTheLastEventThatWasSeen) {
  const std::string chain(64, 'a');
  Ask("text/event-stream", absl::ZeroDuration(), absl::StrCat("2-41-", chain));
  EXPECT_EQ(asked_.front().after_epoch(), 2);
  EXPECT_EQ(asked_.front().after_position(), 41);
  EXPECT_EQ(asked_.front().after_chain(), std::string(32, '\xaa'));
  for (const std::string& id :
       {std::string("41"), absl::StrCat("-41-", chain), absl::StrCat("2-0-", chain),
        absl::StrCat("2-41-", chain, "0"), absl::StrCat("2-41-g", chain.substr(1))}) {
    Ask("text/event-stream", absl::ZeroDuration(), id);
    EXPECT_THAT(answer_->status(), HasViolation("Last-Event-ID")) << id;
  }
}

}  // namespace
}  // namespace rectify::gateway

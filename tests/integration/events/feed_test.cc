#include "libs/events/feed.h"

#include <thread>

#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using event::v1::ReadEventsRequest;
using event::v1::ReadEventsResponse;
using testing::StatusIs;

class FeedTest : public EventsTest {
 protected:
  static ReadEventsRequest After(int64_t position, const std::string& feed = "internal") {
    ReadEventsRequest request;
    request.set_source("venue");
    request.set_feed(feed);
    request.set_after_position(position);
    return request;
  }
  std::string ForkOf(const ReadEventsRequest& request) {
    const auto response = venue_.feed.Read(request);
    EXPECT_THAT(response, StatusIs(absl::StatusCode::kFailedPrecondition, "HISTORY_DIVERGED"));
    const auto detail = DetailOf(response.status());
    return detail.has_value() ? detail->metadata.at("fork_position") : "";
  }
};

TEST_F(FeedTest, AnswersWithTheEventsAfterAPositionAndTheHead) {
  Happen(5);
  ReadEventsRequest request = After(2);
  request.set_max_events(2);
  ASSERT_OK_AND_ASSIGN(const ReadEventsResponse response, venue_.feed.Read(request));
  ASSERT_EQ(response.events_size(), 2);
  EXPECT_EQ(response.events(0).position(), 3);
  EXPECT_EQ(response.events(1).position(), 4);
  EXPECT_EQ(response.head().position(), 5);
  EXPECT_EQ(response.head().epoch(), 1);
  EXPECT_EQ(response.head().chain(), ReadAll(venue_.feed, "venue", "internal")[4].chain());
}

TEST_F(FeedTest, AnEmptyFeedHasAHeadAtZero) {
  for (const char* feed : {"internal", "departments", "discipline"}) {
    ASSERT_OK_AND_ASSIGN(const auto head, venue_.feed.Head(feed));
    EXPECT_EQ(head.position(), 0) << feed;
    EXPECT_EQ(head.epoch(), 1) << feed;
    ASSERT_OK_AND_ASSIGN(const auto response, venue_.feed.Read(After(0, feed)));
    EXPECT_EQ(response.events_size(), 0) << feed;
  }
}

TEST_F(FeedTest, TheFirstLinkIsTheHeadOfTheEmptyFeed) {
  for (const char* feed : {"internal", "departments", "discipline"}) {
    SCOPED_TRACE(feed);
    ASSERT_OK_AND_ASSIGN(const auto head, venue_.feed.Head(feed));
    Service other(database_.dsn(), std::string("other_") + feed, clock_);
    ASSERT_OK_AND_ASSIGN(const auto foreign, other.feed.Head(feed));
    EXPECT_NE(head.chain(), foreign.chain());
  }
  ASSERT_OK_AND_ASSIGN(const auto departments, venue_.feed.Head("departments"));
  ASSERT_OK_AND_ASSIGN(const auto internal, venue_.feed.Head("internal"));
  Happen(1, "a", kDepartments);
  EXPECT_EQ(ReadAll(venue_.feed, "venue", "departments")[0].prev_chain(), departments.chain());
  EXPECT_EQ(ReadAll(venue_.feed, "venue", "internal")[0].prev_chain(), internal.chain());
}

TEST_F(FeedTest, UnknownFeedsAndSourcesAreNotFound) {
  EXPECT_THAT(venue_.feed.Read(After(0, "press")),
              StatusIs(absl::StatusCode::kNotFound, "FEED_NOT_FOUND"));
  EXPECT_THAT(venue_.feed.Head("press"), StatusIs(absl::StatusCode::kNotFound, "FEED_NOT_FOUND"));
  ReadEventsRequest request = After(0);
  request.set_source("hazard");
  EXPECT_THAT(venue_.feed.Read(request), StatusIs(absl::StatusCode::kNotFound, "FEED_NOT_FOUND"));
}

TEST_F(FeedTest, AReaderBeyondTheHeadHasDiverged) {
  Happen(3);
  EXPECT_EQ(ForkOf(After(4)), "3");
}

TEST_F(FeedTest, AReaderOfARewrittenHistoryHasDivergedAtTheFork) {
  Happen(5, "a", kDepartments);
  const auto before = ReadAll(venue_.feed, "venue", "internal");
  const auto filtered = ReadAll(venue_.feed, "venue", "departments");
  venue_.Execute("delete from feed_log where position > 2");
  RewriteHistoryAfter(2);
  Happen(4, "a", kDepartments);

  ReadEventsRequest request = After(4);
  request.set_after_chain(before[3].chain());
  request.set_after_epoch(1);
  EXPECT_EQ(ForkOf(request), "2");
  request.clear_after_epoch();
  EXPECT_EQ(ForkOf(request), "2") << "the chain alone is enough";
  request.clear_after_chain();
  request.set_after_epoch(1);
  EXPECT_EQ(ForkOf(request), "2") << "the epoch alone is enough";

  ReadEventsRequest departments = After(4, "departments");
  departments.set_after_chain(filtered[3].chain());
  departments.set_after_epoch(1);
  EXPECT_EQ(ForkOf(departments), "2");
}

TEST_F(FeedTest, AReaderBeforeTheForkGoesOn) {
  Happen(5);
  const auto before = ReadAll(venue_.feed, "venue", "internal");
  RewriteHistoryAfter(2);
  Happen(2);
  ReadEventsRequest request = After(2);
  request.set_after_chain(before[1].chain());
  request.set_after_epoch(1);
  ASSERT_OK_AND_ASSIGN(const ReadEventsResponse response, venue_.feed.Read(request));
  ASSERT_EQ(response.events_size(), 2);
  EXPECT_EQ(response.events(0).epoch(), 2);
  EXPECT_EQ(response.events(0).prev_chain(), before[1].chain());
}

TEST_F(FeedTest, AWaitingReaderGetsWhatHappensMeanwhile) {
  ReadEventsRequest request = After(0);
  request.mutable_wait()->set_seconds(30);
  absl::StatusOr<ReadEventsResponse> response = absl::UnknownError("not run");
  std::thread reader([&] { response = venue_.feed.Read(request); });
  Happen(1);
  reader.join();
  ASSERT_OK(response);
  EXPECT_EQ(response->events_size(), 1);
}

}  // namespace
}  // namespace rectify::events

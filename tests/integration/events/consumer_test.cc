#include "libs/events/consumer.h"

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/ids.h"
#include "libs/metrics/metrics.h"
#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using event::v1::EventEnvelope;
using ::testing::HasSubstr;
using testing::StatusIs;

class ConsumerTest : public EventsTest {
 protected:
  void Publish() {
    Relay relay(venue_.pool, redis_server_.address(), "venue");
    ASSERT_OK(relay.Publish());
  }
  void Redis(const std::vector<std::string>& command) {
    redis::Connection redis(redis_server_.address());
    ASSERT_OK(redis.Command(command));
  }

  testing::TestRedis redis_server_;
  SwitchedFeed feed_{venue_.feed};
};

TEST_F(ConsumerTest, AppliesFromTheStreamWithoutAskingTheSource) {
  Happen(5);
  Publish();
  feed_.up = false;
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 5);
  EXPECT_EQ(Applied(), Happened());
  EXPECT_EQ(consumer.Position().value(), 5);
  EXPECT_EQ(feed_.reads, 0);
}

TEST_F(ConsumerTest, AsksTheSourceWhenTheStreamIsSilent) {
  Happen(5);
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 5);
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 0);
  EXPECT_EQ(Applied(), Happened());
  EXPECT_EQ(feed_.reads, 2);
}

TEST_F(ConsumerTest, NeedsNoRedisAtAll) {
  Happen(5);
  Consumer consumer = MakeConsumer("", feed_);
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 5);
  EXPECT_EQ(Applied(), Happened());
}

TEST_F(ConsumerTest, WaitsForEntriesThatComeWhileItBlocks) {
  Happen(1);
  Publish();
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  ASSERT_OK(consumer.Step(absl::ZeroDuration()));
  std::thread relay([&] {
    Happen(1);
    Publish();
  });
  int applied = 0;
  while (applied == 0) applied = consumer.Step(absl::Seconds(2)).value();
  relay.join();
  EXPECT_EQ(Applied(), Happened());
}

TEST_F(ConsumerTest, FillsTheGapOfATrimmedStreamFromTheSource) {
  Happen(10);
  Publish();
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  Redis({"XTRIM", "ev:{venue}", "MAXLEN", "2"});
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 10);
  EXPECT_EQ(feed_.reads, 1);
  Happen(1);
  Publish();
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 1);
  EXPECT_EQ(feed_.reads, 1) << "the stream is enough again";
  EXPECT_EQ(Applied(), Happened());
}

TEST_F(ConsumerTest, DoesNotBelieveAChangedEntry) {
  Happen(2);
  EventEnvelope event = ReadAll(venue_.feed, "venue", "internal")[0];
  event.set_payload("forged");
  Redis({"XADD", "ev:{venue}", "1-1", "e", event.SerializeAsString()});
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 2);
  EXPECT_EQ(feed_.reads, 1);
  EXPECT_EQ(deadline_.Value("select count(*) from effect"), "2");
}

TEST_F(ConsumerTest, CatchesUpToAPositionInSeveralBatches) {
  ASSERT_OK(venue_.commands.Run<Text>(NewCall(), [](Change& change) -> absl::StatusOr<Text> {
    for (int64_t version = 1; version <= 700; ++version) change.Emit("a", version, Text());
    return Text();
  }));
  ASSERT_OK(venue_.sequencer.Drain());
  Consumer consumer = MakeConsumer("", feed_);
  EXPECT_EQ(consumer.CatchUp(700).value(), 700);
  EXPECT_EQ(consumer.CatchUp(700).value(), 0);
  EXPECT_EQ(Applied(), Happened());
  EXPECT_THAT(consumer.CatchUp(701), StatusIs(absl::StatusCode::kAborted, "NOT_SETTLED"));
}

TEST_F(ConsumerTest, AppliesNothingWhileAnotherReplicaIsAtIt) {
  Happen(1);
  Consumer consumer = MakeConsumer("", feed_);
  ASSERT_OK(consumer.Position());
  ASSERT_OK(deadline_.pool.Transact("test.hold", {}, [&](pg::Tx& tx) {
    RETURN_IF_ERROR(tx.ExecScript("select 1 from consumer_cursor for update"));
    EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 0);
    return absl::OkStatus();
  }));
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 1);
}

TEST_F(ConsumerTest, AnEffectNamesItsCause) {
  const rpc::Call call = NewCall();
  ASSERT_OK(venue_.Touch(call, "a"));
  ASSERT_OK(venue_.sequencer.Drain());
  std::string step_id;
  ConsumerOptions options;
  options.name = "deadline";
  options.source = "venue";
  Consumer consumer(options, deadline_.commands, feed_,
                    [&](Change& change, const EventEnvelope& event) {
                      step_id = change.StepRequestId("draft");
                      change.Audit({event.aggregate(), {}, "DraftOrder", "起草", {}});
                      change.Emit("order", 1, Text());
                      return absl::OkStatus();
                    });
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 1);
  EXPECT_EQ(deadline_.commits, 1) << "the consumer's own sequencer is woken";
  EXPECT_EQ(deadline_.Value("select concat_ws('|', actor, trace, request_id) from outbox"),
            absl::StrCat("services/deadline|", call.trace, "|", call.request_id));
  EXPECT_EQ(deadline_.Value("select concat_ws('|', subject, request_id) from audit_entry"),
            absl::StrCat("a|", call.request_id));
  EXPECT_EQ(step_id, DeriveRequestId("venue/1/1", "draft"));
}

TEST_F(ConsumerTest, ARewrittenHistoryStopsIt) {
  Happen(5);
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  ASSERT_OK(consumer.CatchUp(5));
  RewriteHistoryAfter(3);
  Happen(4);
  const std::vector<Effect> before = Applied();
  for (const bool published : {false, true}) {
    if (published) Publish();
    const auto stopped = consumer.Step(absl::ZeroDuration());
    ASSERT_THAT(stopped, StatusIs(absl::StatusCode::kFailedPrecondition, "HISTORY_DIVERGED"));
    EXPECT_EQ(DetailOf(stopped.status())->metadata.at("fork_position"), "3");
  }
  EXPECT_EQ(Applied(), before);
  EXPECT_EQ(consumer.Position().value(), 5);
}

TEST_F(ConsumerTest, AStoppedConsumerDoesNotGoOnWithTheOldStream) {
  Happen(4);
  Publish();
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  ASSERT_EQ(consumer.Step(absl::ZeroDuration()).value(), 4);
  Happen(1);
  Publish();
  RewriteHistoryAfter(3);
  Redis({"RENAME", "ev:{venue}", "away"});
  EXPECT_THAT(consumer.Step(absl::ZeroDuration()),
              StatusIs(absl::StatusCode::kFailedPrecondition, "HISTORY_DIVERGED"));
  Redis({"RENAME", "away", "ev:{venue}"});
  EXPECT_THAT(consumer.Step(absl::ZeroDuration()),
              StatusIs(absl::StatusCode::kFailedPrecondition, "HISTORY_DIVERGED"));
  EXPECT_EQ(consumer.Position().value(), 4);
}

TEST_F(ConsumerTest, ARestoreStopsItBeforeAnythingNewHasHappened) {
  Happen(5);
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  ASSERT_OK(consumer.CatchUp(5));
  RewriteHistoryAfter(3);
  Sequencer restarted(venue_.pool, "venue", clock_);
  ASSERT_OK(restarted.Turn());
  const auto stopped = consumer.Step(absl::ZeroDuration());
  ASSERT_THAT(stopped, StatusIs(absl::StatusCode::kFailedPrecondition, "HISTORY_DIVERGED"));
  EXPECT_EQ(DetailOf(stopped.status())->metadata.at("fork_position"), "3");
}

TEST_F(ConsumerTest, AReconciledCursorGoesOnFromTheFork) {
  constexpr char kGauge[] =
      R"(rectify_events_history_diverged{consumer="deadline",source="venue"} )";
  Happen(5);
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  ASSERT_OK(consumer.CatchUp(5));
  RewriteHistoryAfter(3);
  Happen(1);
  ASSERT_FALSE(consumer.Step(absl::ZeroDuration()).ok());
  EXPECT_THAT(metrics::Exposition(), HasSubstr(absl::StrCat(kGauge, "1")));
  feed_.up = false;
  ASSERT_FALSE(consumer.Step(absl::ZeroDuration()).ok());
  EXPECT_THAT(metrics::Exposition(), HasSubstr(absl::StrCat(kGauge, "1")));
  feed_.up = true;
  // What deploy/reconcile does.
  deadline_.Execute(
      "update consumer_cursor c set epoch = e.epoch, position = e.position, chain = e.chain"
      " from venue.event_log e where e.position = 3");
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 1);
  EXPECT_THAT(metrics::Exposition(), HasSubstr(absl::StrCat(kGauge, "0")));
}

TEST_F(ConsumerTest, AForkBehindTheCursorDoesNotStopIt) {
  Happen(3);
  Publish();
  Consumer consumer = MakeConsumer(redis_server_.address(), feed_);
  ASSERT_OK(consumer.CatchUp(3));
  venue_.Execute("update source_head set sysid = sysid + 1");
  Happen(2);
  Publish();
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).value(), 2);
  EXPECT_EQ(Applied(), Happened());
}

TEST_F(ConsumerTest, AnUnlinkedFeedIsRefused) {
  Happen(3);
  venue_.Execute("update event_log set payload = 'forged' where position = 2");
  Consumer consumer = MakeConsumer("", feed_);
  EXPECT_EQ(consumer.Step(absl::ZeroDuration()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(consumer.Position().value(), 0);
}

}  // namespace
}  // namespace rectify::events

// What must not happen at one certain gap: a stream wiped under the relay's hands, an entry that is
// not the source's, a source whose newest events were undone by a restore.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/failpoint.h"
#include "tests/crash/pipeline.h"

namespace rectify::crash {
namespace {

using testing::StatusIs;

class HistoryTest : public PipelineTest {
 protected:
  HistoryTest() : replica_(NewReplica()) {}
  ~HistoryTest() override { faults::SetFailpointHook(nullptr); }

  // `count` more events, published.
  void Happen(int count) {
    PipelineTest::Happen(count);
    ASSERT_OK(replica_->relay.Publish());
  }

  std::unique_ptr<Pipeline> replica_;
};

TEST_F(HistoryTest, ARelayThatIsOvertakenByAWipeFillsTheStreamFromItsStart) {
  Happen(3);
  venue_.Touch("a");
  ASSERT_OK(venue_.sequencer.Drain());
  bool wiped = false;
  faults::SetFailpointHook([&](const std::string& failpoint) {
    if (failpoint != "relay.after_read" || std::exchange(wiped, true)) return;
    ASSERT_OK(replica_->redis.Command({"FLUSHALL"}));
  });
  ASSERT_OK(replica_->relay.Publish());
  EXPECT_TRUE(wiped);
  ExpectStreamIsTheTail(/*first=*/1);
}

TEST_F(HistoryTest, AnEntryThatIsNotTheSourcesIsNeverApplied) {
  Happen(3);
  ASSERT_OK(replica_->consumer.Step(absl::ZeroDuration()));
  venue_.Touch("a");
  ASSERT_OK(venue_.sequencer.Drain());
  event::v1::EventEnvelope forged = events::ReadAll(venue_.feed, "venue", "internal").back();
  forged.set_aggregate("b");
  ASSERT_OK(replica_->redis.Command({"XADD", "ev:{venue}",
                                     absl::StrCat(forged.epoch(), "-", forged.position()), "e",
                                     forged.SerializeAsString()}));
  ASSERT_OK(replica_->consumer.Step(absl::ZeroDuration()));
  ExpectOneHistory();
}

// The ids of the outbox tell the order within a thing, not the order of commits.
TEST_F(HistoryTest, ACommandThatDrewItsIdEarlierAndCommitsLaterIsNotLost) {
  constexpr pg::Statement kOutbox = {"test.outbox", "select count(*) from outbox"};
  ASSERT_OK(venue_.pool.Transact("slow", {}, [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(venue_.commands
                        .ActWithin(tx, {{"services/venue", "timer/slow", ""}},
                                   [](std::vector<events::Change>& changes) {
                                     changes.front().Emit("slow", 1, events::Text());
                                     return absl::OkStatus();
                                   })
                        .status());
    RETURN_IF_ERROR(tx.Exec(kOutbox).status());  // what was sent has run: the id is drawn
    venue_.Touch("a");
    EXPECT_EQ(venue_.sequencer.Drain().value(), 1);
    return absl::OkStatus();
  }));
  EXPECT_EQ(venue_.sequencer.Drain().value(), 1);
  EXPECT_EQ(venue_.Value("select count(*) from outbox"), "0");
  EXPECT_EQ(venue_.Value("select string_agg(aggregate, ' ' order by position) from event_log"),
            "a slow");
}

class RestoreTest : public HistoryTest {
 protected:
  // The source is restored to its state after the fourth of six events, and works on.
  void Restore() {
    RewriteHistoryAfter(4);
    venue_.Execute("update thing set version = 4");
    Happen(3);
  }
};

TEST_F(RestoreTest, AConsumerBehindTheForkGetsTheNewHistory) {
  Happen(3);
  ASSERT_OK(replica_->consumer.Step(absl::ZeroDuration()));
  Happen(3);
  Restore();
  ExpectStreamIsTheTail(/*first=*/1);
  while (replica_->consumer.Step(absl::ZeroDuration()).value() > 0) {
  }
  EXPECT_EQ(replica_->consumer.Position().value(), 7);
  ExpectOneHistory();
}

TEST_F(RestoreTest, AConsumerBeyondTheForkStopsAndNamesIt) {
  Happen(6);
  ASSERT_OK(replica_->consumer.Step(absl::ZeroDuration()));
  const std::vector<events::Effect> before = Applied();
  Restore();
  EXPECT_EQ(venue_.feed.Head("internal")->epoch(), 2);
  const absl::StatusOr<int> stopped = replica_->consumer.Step(absl::ZeroDuration());
  ASSERT_THAT(stopped, StatusIs(absl::StatusCode::kFailedPrecondition, "HISTORY_DIVERGED"));
  EXPECT_EQ(DetailOf(stopped.status())->metadata["fork_position"], "4");
  EXPECT_EQ(Applied(), before);
}

}  // namespace
}  // namespace rectify::crash

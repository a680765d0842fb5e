// Exactly once, in order, whatever happens to Redis, to sessions and among replicas.
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

class ConsumerFaultsTest : public EventsTest {
 protected:
  void SomethingHappens(std::mt19937& random) {
    std::vector<std::string> things;
    for (int i = random() % 8; i >= 0; --i) things.push_back(absl::StrCat("thing", random() % 4));
    Happen(things);
  }
  int64_t Head() { return venue_.feed.Head("internal")->position(); }

  testing::TestRedis redis_server_;
};

TEST_F(ConsumerFaultsTest, RedisMayBeWipedTrimmedAndKilledAtAnyMoment) {
  std::mt19937 random(20230203);
  Relay relay(venue_.pool, redis_server_.address(), "venue", /*max_length=*/50);
  Consumer consumer = MakeConsumer(redis_server_.address(), venue_.feed);
  redis::Connection redis(redis_server_.address());
  for (int round = 0; round < 80; ++round) {
    SomethingHappens(random);
    if (random() % 4 != 0) {
      ASSERT_OK(relay.Publish());
    }
    switch (random() % 6) {
      case 0:
        ASSERT_OK(redis.Command({"FLUSHALL"}));
        break;
      case 1:
        ASSERT_OK(redis.Command({"XTRIM", "ev:{venue}", "MAXLEN", absl::StrCat(random() % 3)}));
        break;
      case 2:
        redis_server_.Kill();
        if (random() % 2 == 0) {
          ASSERT_OK(consumer.Step(absl::ZeroDuration()));
        }
        redis_server_.Restart();
        (void)redis.Command({"PING"});  // spends the connection that the kill has cut
        (void)relay.Publish();
        break;
      case 3:
        ASSERT_OK(redis.Command({"SCRIPT", "FLUSH"}));
        break;
      default:
        break;
    }
    if (random() % 3 != 0) {
      ASSERT_OK(consumer.Step(absl::ZeroDuration()));
    }
  }
  ASSERT_OK(consumer.CatchUp(Head()));
  EXPECT_EQ(Applied(), Happened());
  EXPECT_GT(Head(), 200);
}

TEST_F(ConsumerFaultsTest, TwoReplicasShareOneCursorWhileSessionsAreTerminated) {
  std::atomic<bool> happening = true;
  std::vector<std::thread> replicas;
  for (int i = 0; i < 2; ++i) {
    replicas.emplace_back([&] {
      Relay relay(venue_.pool, redis_server_.address(), "venue");
      Consumer consumer = MakeConsumer(redis_server_.address(), venue_.feed);
      // Errors are part of the game here; what counts is the result.
      while (happening) {
        (void)relay.Publish();
        (void)consumer.Step(absl::ZeroDuration());
      }
    });
  }
  std::mt19937 random(7);
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 5; ++i) {
      // Without an answer the caller repeats its request, as clients do.
      const rpc::Call call = NewCall();
      while (!venue_.Touch(call, absl::StrCat("thing", random() % 4)).ok()) {
      }
    }
    database_.TerminateSessions();
    while (!venue_.sequencer.Drain().ok()) {
    }
  }
  happening = false;
  for (std::thread& replica : replicas) replica.join();
  Consumer consumer = MakeConsumer("", venue_.feed);
  ASSERT_OK(consumer.CatchUp(Head()));
  EXPECT_EQ(Head(), 60);
  EXPECT_EQ(Applied(), Happened());
}

// The session ends inside the consumer's COMMIT: neither the effect nor the cursor may survive
// alone.
TEST_F(ConsumerFaultsTest, ALostCommitLosesCursorAndEffectTogether) {
  deadline_.Execute(R"sql(
    create sequence commits;
    create function die_often() returns trigger language plpgsql as $$
    begin
      if nextval('commits') % 3 <> 0 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return null;
    end $$;
    create constraint trigger die_often after insert on effect deferrable initially deferred
      for each row execute function die_often())sql");
  Consumer consumer = MakeConsumer("", venue_.feed);
  int lost = 0;
  for (int i = 0; i < 4; ++i) {
    venue_.Touch("a");
    ASSERT_OK(venue_.sequencer.Drain());
    while (consumer.Position().value() < Head()) {
      if (!consumer.Step(absl::ZeroDuration()).ok()) ++lost;
    }
  }
  EXPECT_EQ(lost, 8);
  EXPECT_EQ(Applied(), Happened());
}

}  // namespace
}  // namespace rectify::events

#include "libs/events/relay.h"

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using event::v1::EventEnvelope;

class RelayTest : public EventsTest {
 protected:
  Relay MakeRelay(int max_length = 10000) {
    return Relay(venue_.pool, redis_server_.address(), "venue", max_length);
  }
  redis::Reply Redis(const std::vector<std::string>& command) {
    auto reply = redis_.Command(command);
    EXPECT_OK(reply);
    return reply.ok() ? *reply : redis::Reply();
  }
  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (const auto& entry : Redis({"XRANGE", "ev:{venue}", "-", "+"}).elements) {
      ids.push_back(entry.elements[0].text);
    }
    return ids;
  }
  std::vector<EventEnvelope> Entries() {
    std::vector<EventEnvelope> events;
    for (const auto& entry : Redis({"XRANGE", "ev:{venue}", "-", "+"}).elements) {
      EXPECT_EQ(entry.elements[1].elements[0].text, "e");
      EXPECT_TRUE(events.emplace_back().ParseFromString(entry.elements[1].elements[1].text));
    }
    return events;
  }
  void ExpectTheLog() {
    const auto entries = Entries();
    const auto log = ReadAll(venue_.feed, "venue", "internal");
    ASSERT_EQ(entries.size(), log.size());
    for (size_t i = 0; i < log.size(); ++i) {
      EXPECT_EQ(entries[i].SerializeAsString(), log[i].SerializeAsString());
    }
  }
  // What the sequencer says of an event that it has just moved.
  FeedSlice MoveOne() {
    FeedSlice fresh;
    venue_.Touch("a");
    EXPECT_EQ(venue_.sequencer.Drain(&fresh).value(), 1);
    return fresh;
  }

  testing::TestRedis redis_server_;
  redis::Connection redis_{redis_server_.address()};
};

TEST_F(RelayTest, PublishesTheLogAsItIs) {
  Happen(3);
  EXPECT_EQ(MakeRelay().Publish().value(), 3);
  EXPECT_EQ(Ids(), (std::vector<std::string>{"1-1", "1-2", "1-3"}));
  ExpectTheLog();
}

TEST_F(RelayTest, PublishesWhatWasJustMovedWithoutReadingIt) {
  Relay relay = MakeRelay();
  Happen(2);
  ASSERT_EQ(relay.Publish().value(), 2);
  ASSERT_EQ(relay.Publish().value(), 0) << "an idle look in between";
  const FeedSlice fresh = MoveOne();
  EXPECT_EQ(fresh.events.size(), 1u);
  venue_.Execute("alter table event_log rename to away");
  EXPECT_EQ(relay.Publish(fresh).value(), 1);
  venue_.Execute("alter table away rename to event_log");
  ExpectTheLog();
}

TEST_F(RelayTest, WhatWasJustMovedIsNotBelievedWhereTheStreamEndsElsewhere) {
  Relay relay = MakeRelay();
  Happen(2);
  ASSERT_EQ(relay.Publish().value(), 2);
  FeedSlice fresh = MoveOne();
  Happen(1);
  ASSERT_EQ(MakeRelay().Publish().value(), 2);
  EXPECT_EQ(relay.Publish(fresh).value(), 0) << "another relay was faster";
  Redis({"DEL", "ev:{venue}"});
  fresh = MoveOne();
  EXPECT_EQ(relay.Publish(fresh).value(), 5) << "a wiped stream is filled whole";
  MoveOne();
  fresh = MoveOne();
  EXPECT_EQ(relay.Publish(fresh).value(), 2) << "one before it is not there yet";
  EXPECT_EQ(MakeRelay().Publish(fresh).value(), 0) << "a new relay looks first";
  ExpectTheLog();
}

TEST_F(RelayTest, PublishesEachEventOnce) {
  Relay relay = MakeRelay();
  Happen(3);
  EXPECT_EQ(relay.Publish().value(), 3);
  EXPECT_EQ(relay.Publish().value(), 0);
  Happen(2);
  EXPECT_EQ(MakeRelay().Publish().value(), 2);
  EXPECT_EQ(Ids().size(), 5u);
}

TEST_F(RelayTest, AnEmptyLogMakesNoStream) {
  EXPECT_EQ(MakeRelay().Publish().value(), 0);
  EXPECT_EQ(Redis({"EXISTS", "ev:{venue}"}).integer, 0);
}

TEST_F(RelayTest, PublishesMoreThanOneBatch) {
  ASSERT_OK(venue_.commands.Run<Text>(NewCall(), [](Change& change) -> absl::StatusOr<Text> {
    for (int64_t version = 1; version <= 1234; ++version) change.Emit("a", version, Text());
    return Text();
  }));
  ASSERT_OK(venue_.sequencer.Drain());
  EXPECT_EQ(MakeRelay().Publish().value(), 1234);
  EXPECT_EQ(Ids().back(), "1-1234");
}

TEST_F(RelayTest, RefillsAWipedStreamWithItsTail) {
  Relay relay = MakeRelay(/*max_length=*/4);
  Happen(10);
  ASSERT_OK(relay.Publish());
  Redis({"FLUSHALL"});
  EXPECT_EQ(relay.Publish().value(), 4);
  EXPECT_EQ(Ids(), (std::vector<std::string>{"1-7", "1-8", "1-9", "1-10"}));
}

TEST_F(RelayTest, GoesOnBehindATrimmedStream) {
  Relay relay = MakeRelay();
  Happen(3);
  ASSERT_OK(relay.Publish());
  Redis({"XTRIM", "ev:{venue}", "MAXLEN", "0"});
  Happen(2);
  EXPECT_EQ(relay.Publish().value(), 2);
  EXPECT_EQ(Ids(), (std::vector<std::string>{"1-4", "1-5"}));
}

TEST_F(RelayTest, ANewEpochContinuesTheStream) {
  Relay relay = MakeRelay();
  Happen(2);
  ASSERT_OK(relay.Publish());
  venue_.Execute("update source_head set timeline = '000000FF'");
  Happen(1);
  EXPECT_EQ(relay.Publish().value(), 1);
  EXPECT_EQ(Ids(), (std::vector<std::string>{"1-1", "1-2", "2-3"}));
}

TEST_F(RelayTest, ReplacesAStreamThatIsAheadOfTheLog) {
  Relay relay = MakeRelay();
  Happen(5);
  ASSERT_OK(relay.Publish());
  RewriteHistoryAfter(3);
  EXPECT_EQ(relay.Publish().value(), 3);
  EXPECT_EQ(Ids(), (std::vector<std::string>{"1-1", "1-2", "1-3"}));
}

TEST_F(RelayTest, ReplacesAStreamWhoseTailIsNotOurs) {
  Relay relay = MakeRelay();
  Happen(3);
  ASSERT_OK(relay.Publish());
  RewriteHistoryAfter(2);
  venue_.Execute("update source_head set sysid = sysid - 1");  // the same epoch, other events
  Happen(2);
  EXPECT_EQ(relay.Publish().value(), 4);
  const auto entries = Entries();
  ExpectDenseAndLinked(entries);
  EXPECT_EQ(entries.back().chain(), venue_.feed.Head("internal")->chain());
}

TEST_F(RelayTest, ReplacesAStreamThatSomebodyElseWrote) {
  Relay relay = MakeRelay();
  Happen(2);
  Redis({"XADD", "ev:{venue}", "*", "x", "y"});
  EXPECT_EQ(relay.Publish().value(), 2);
  EXPECT_EQ(Ids(), (std::vector<std::string>{"1-1", "1-2"}));
}

TEST_F(RelayTest, TwoRelaysMakeOneStream) {
  std::atomic<bool> happening = true;
  std::vector<std::thread> relays;
  std::atomic<int> published = 0;
  for (int i = 0; i < 2; ++i) {
    relays.emplace_back([&] {
      Relay relay = MakeRelay();
      while (happening) {
        const auto added = relay.Publish();
        EXPECT_OK(added);
        if (added.ok()) published += *added;
      }
    });
  }
  for (int i = 0; i < 40; ++i) Happen(2);
  happening = false;
  for (std::thread& relay : relays) relay.join();
  published += MakeRelay().Publish().value();
  EXPECT_EQ(published, 80);
  const auto entries = Entries();
  EXPECT_EQ(entries.size(), 80u);
  ExpectDenseAndLinked(entries);
}

TEST_F(RelayTest, ADeadRedisIsAnErrorUntilItIsBack) {
  Relay relay = MakeRelay();
  Happen(2);
  ASSERT_OK(relay.Publish());
  redis_server_.Kill();
  EXPECT_EQ(relay.Publish().status().code(), absl::StatusCode::kUnavailable);
  redis_server_.Restart();
  EXPECT_EQ(relay.Publish().value(), 2);
}

TEST(StreamKeyTest, KeepsTheStreamOfASourceOnOneNode) {
  EXPECT_EQ(StreamKey("venue"), "ev:{venue}");
}

}  // namespace
}  // namespace rectify::events

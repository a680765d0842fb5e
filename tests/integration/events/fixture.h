// A source (`venue`) and a consumer (`deadline`) as two schemas of one database, without processes
// around them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "libs/events/command.h"
#include "libs/events/consumer.h"
#include "libs/events/feed.h"
#include "libs/events/relay.h"
#include "libs/events/sequencer.h"
#include "libs/pg/pool.h"
#include "libs/redis/redis.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/sandbox.h"
#include "libs/testing/status_matchers.h"

namespace rectify::events {

using Text = google::protobuf::StringValue;

// One service's schema with its spine, a table of things and a table of effects.
class Service {
 public:
  Service(const std::string& dsn, const std::string& name, const Clock& clock,
          absl::Duration lock_timeout = absl::Seconds(10));

  // A command that gives the thing its next version and says so.
  absl::StatusOr<Text> Touch(const rpc::Call& call, const std::string& thing,
                             int audience = kInternalOnly);
  // Touches the thing under a new request id; the test ends when that fails.
  void Touch(const std::string& thing, int audience = kInternalOnly);

  // The first column of the only row, as text.
  std::string Value(const std::string& query);
  void Execute(const std::string& script);

  pg::Pool pool;
  std::atomic<int> commits = 0;  // calls of on_commit
  Commands commands;
  Sequencer sequencer;
  LocalFeed feed;
};

struct Effect {
  int64_t position;
  std::string aggregate;
  int64_t version;
  bool operator==(const Effect&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Effect& effect);

// A feed that can be cut off and counts its reads.
class SwitchedFeed : public FeedReader {
 public:
  explicit SwitchedFeed(FeedReader& feed) : feed_(feed) {}
  absl::StatusOr<event::v1::ReadEventsResponse> Read(
      const event::v1::ReadEventsRequest& request) override;
  bool up = true;
  int reads = 0;

 private:
  FeedReader& feed_;
};

class EventsTest : public ::testing::Test {
 protected:
  EventsTest();

  rpc::Call NewCall(const std::string& content = "content");

  // A consumer whose effects are rows of `deadline.effect`.
  Consumer MakeConsumer(const std::string& redis_address, FeedReader& feed);
  static absl::Status RecordEffect(Change& change, const event::v1::EventEnvelope& event);

  // Commands of the venue service that touch things one after the other, with their events in the
  // log.
  void Happen(const std::vector<std::string>& things, int audience = kInternalOnly);
  void Happen(int count, const std::string& thing = "a", int audience = kInternalOnly) {
    Happen(std::vector<std::string>(count, thing), audience);
  }

  // What event_log says has happened, and what the consumer made of it.
  std::vector<Effect> Happened();
  std::vector<Effect> Applied();
  std::vector<int64_t> AppliedPositions();
  // Replaces the newest events by others, as a restore of an older backup followed by new work
  // does: positions after `fork` are forgotten and the database looks like another one.
  void RewriteHistoryAfter(int64_t fork);

  testing::FakeClock clock_;
  testing::TestDatabase database_;
  Service venue_;
  Service deadline_;

 private:
  std::vector<Effect> Effects(Service& service, const pg::Statement& statement);
};

// The chain recomputed from the contract's text, apart from the code under test.
std::string ExpectedChain(const std::string& prev, const event::v1::EventEnvelope& event);

// All events of a feed from its start.
std::vector<event::v1::EventEnvelope> ReadAll(LocalFeed& feed, const std::string& source,
                                              const std::string& name);
// Dense from 1 and linked.
void ExpectDenseAndLinked(const std::vector<event::v1::EventEnvelope>& events);

}  // namespace rectify::events

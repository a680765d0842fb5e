#include "libs/events/sequencer.h"

#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using event::v1::EventEnvelope;

class SequencerTest : public EventsTest {
 protected:
  std::vector<EventEnvelope> All(const std::string& feed = "internal") {
    return ReadAll(venue_.feed, "venue", feed);
  }
};

TEST_F(SequencerTest, GivesPositionsInTheOrderOfVersionsAndEmptiesTheOutbox) {
  for (int i = 0; i < 3; ++i) venue_.Touch("a");
  EXPECT_EQ(venue_.sequencer.Turn().value(), 3);
  EXPECT_EQ(venue_.sequencer.Turn().value(), 0);
  EXPECT_EQ(Happened(), (std::vector<Effect>{{1, "a", 1}, {2, "a", 2}, {3, "a", 3}}));
  EXPECT_EQ(venue_.Value("select count(*) from outbox"), "0");
  ExpectDenseAndLinked(All());
}

TEST_F(SequencerTest, DrainTakesAsManyTurnsAsNeeded) {
  ASSERT_OK(venue_.commands.Run<Text>(NewCall(), [](Change& change) -> absl::StatusOr<Text> {
    for (int64_t version = 1; version <= 1200; ++version) change.Emit("a", version, Text());
    return Text();
  }));
  EXPECT_EQ(venue_.sequencer.Turn().value(), 500);
  EXPECT_EQ(venue_.sequencer.Drain().value(), 700);
  ExpectDenseAndLinked(All());
}

TEST_F(SequencerTest, KeepsWhatTheCommandSaid) {
  const rpc::Call call = NewCall();
  ASSERT_OK_AND_ASSIGN(const Text text, venue_.Touch(call, "a"));
  clock_.Advance(absl::Minutes(5));
  ASSERT_OK(venue_.sequencer.Drain());
  const std::vector<EventEnvelope> events = All();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].payload(), text.SerializeAsString());
  EXPECT_EQ(events[0].type(), "google.protobuf.StringValue");
  EXPECT_EQ(events[0].actor(), "users/zhang.wei");
  EXPECT_EQ(events[0].request_id(), call.request_id);
  EXPECT_EQ(events[0].trace(), call.trace);
  EXPECT_EQ(events[0].occur_time().seconds(), 1675386000);
  EXPECT_EQ(events[0].epoch(), 1);
  EXPECT_EQ(venue_.Value("select extract(epoch from sequenced_at)::bigint from event_log"),
            "1675386300");
}

TEST_F(SequencerTest, ATurnIsHadByOneAtATime) {
  venue_.Touch("a");
  ASSERT_OK(venue_.pool.Transact("test.hold", {}, [&](pg::Tx& tx) {
    RETURN_IF_ERROR(tx.ExecScript("select 1 from source_head for update"));
    EXPECT_EQ(venue_.sequencer.Turn().value(), 0);
    return absl::OkStatus();
  }));
  EXPECT_EQ(venue_.sequencer.Turn().value(), 1);
}

TEST_F(SequencerTest, DrainWaitsForTheOneThatHasTheTurn) {
  venue_.Touch("a");
  std::thread other;
  absl::StatusOr<int> drained = -1;
  ASSERT_OK(venue_.pool.Transact("test.hold", {}, [&](pg::Tx& tx) {
    RETURN_IF_ERROR(tx.ExecScript("select 1 from source_head for update"));
    other = std::thread([&] { drained = venue_.sequencer.Drain(); });
    while (venue_.Value("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                        " and datname = current_database()") == "0") {
    }
    return absl::OkStatus();
  }));
  other.join();
  EXPECT_EQ(drained.value(), 1);
}

TEST_F(SequencerTest, AnotherDatabaseBehindTheSameDataStartsANewEpoch) {
  venue_.Touch("a");
  ASSERT_OK(venue_.sequencer.Drain());
  venue_.Execute("update source_head set timeline = '000000FF'");
  venue_.Touch("a");
  venue_.Touch("a");
  ASSERT_OK(venue_.sequencer.Drain());
  venue_.Touch("a");
  ASSERT_OK(venue_.sequencer.Drain());
  const std::vector<EventEnvelope> events = All();
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].epoch(), 1);
  EXPECT_EQ(events[1].epoch(), 2);
  EXPECT_EQ(events[3].epoch(), 2);
  ExpectDenseAndLinked(events);
  EXPECT_EQ(venue_.Value("select concat_ws(' ', epoch, fork_position) from source_epoch"), "2 1");
}

TEST_F(SequencerTest, ARestartOnARestoredDatabaseStartsTheEpochBeforeAnyEvent) {
  venue_.Touch("a");
  ASSERT_OK(venue_.sequencer.Drain());
  venue_.Execute("update source_head set timeline = '000000FF'");
  Sequencer restarted(venue_.pool, "venue", clock_);
  for (int turn = 0; turn < 2; ++turn) EXPECT_EQ(restarted.Turn().value(), 0);
  EXPECT_EQ(venue_.Value("select concat_ws(' ', epoch, fork_position) from source_epoch"), "2 1");
  EXPECT_EQ(venue_.feed.Head("internal").value().epoch(), 2);
  EXPECT_EQ(venue_.feed.Head("internal").value().position(), 1);
}

TEST_F(SequencerTest, ARestartLooksForAForkOnceItHasTheTurn) {
  venue_.Execute("update source_head set timeline = '000000FF'");
  Sequencer restarted(venue_.pool, "venue", clock_);
  ASSERT_OK(venue_.pool.Transact("test.hold", {}, [&](pg::Tx& tx) {
    RETURN_IF_ERROR(tx.ExecScript("select 1 from source_head for update"));
    EXPECT_EQ(restarted.Turn().value(), 0);
    return absl::OkStatus();
  }));
  EXPECT_EQ(venue_.Value("select count(*) from source_epoch"), "0");
  EXPECT_EQ(restarted.Turn().value(), 0);
  EXPECT_EQ(venue_.Value("select count(*) from source_epoch"), "1");
}

TEST_F(SequencerTest, FilteredFeedsAreDenseAndLinkedOnTheirOwn) {
  const int audiences[] = {kInternalOnly, kDepartments, kDiscipline, kDepartments | kDiscipline};
  for (int round = 0; round < 5; ++round) {
    for (int audience : audiences) venue_.Touch("a", audience);
    ASSERT_OK(venue_.sequencer.Drain());
  }
  const std::vector<EventEnvelope> departments = All("departments"), discipline = All("discipline");
  EXPECT_EQ(All().size(), 20u);
  ASSERT_EQ(departments.size(), 10u);
  ASSERT_EQ(discipline.size(), 10u);
  ExpectDenseAndLinked(departments);
  ExpectDenseAndLinked(discipline);
  EXPECT_NE(departments[0].prev_chain(), discipline[0].prev_chain());
  EXPECT_EQ(departments[0].aggregate_version(), 2);
  EXPECT_EQ(departments[1].aggregate_version(), 4);
  EXPECT_EQ(departments[0].feed(), "departments");
}

// Eight writers, a third of whose commands fail, and two sequencers that race all the time.
TEST_F(SequencerTest, PositionsStayDenseAndVersionsOrderedUnderLoad) {
  constexpr int kWriters = 8, kCommands = 60;
  std::atomic<int> succeeded = 0;
  std::atomic<bool> writing = true;
  std::vector<std::thread> writers, sequencers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      std::mt19937 random(writer);
      for (int i = 0; i < kCommands; ++i) {
        const std::string thing = absl::StrCat("thing", random() % 5);
        const bool fails = random() % 3 == 0;
        const auto result =
            venue_.commands.Run<Text>(NewCall(), [&](Change& change) -> absl::StatusOr<Text> {
              static constexpr pg::Statement kUpsert = {"test.upsert", R"sql(
                insert into thing values ($1::text, 1)
                on conflict (name) do update set version = thing.version + 1 returning version)sql"};
              ASSIGN_OR_RETURN(pg::Rows rows, change.sql().Exec(kUpsert, {thing}));
              Text text;
              text.set_value(thing);
              change.Emit(thing, rows[0].Int(0), text, i % 2 == 0 ? kDepartments : kInternalOnly);
              if (fails) return absl::CancelledError("as planned");
              return text;
            });
        if (result.ok()) ++succeeded;
        EXPECT_EQ(result.ok(), !fails) << result.status();
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    sequencers.emplace_back([&] {
      Sequencer own(venue_.pool, "venue", clock_);
      while (writing) EXPECT_OK(own.Turn());
    });
  }
  for (std::thread& writer : writers) writer.join();
  writing = false;
  for (std::thread& sequencer : sequencers) sequencer.join();
  ASSERT_OK(venue_.sequencer.Drain());

  const std::vector<EventEnvelope> events = All();
  ASSERT_EQ(events.size(), static_cast<size_t>(succeeded.load()));
  ExpectDenseAndLinked(events);
  ExpectDenseAndLinked(All("departments"));
  std::map<std::string, int64_t> versions;
  for (const EventEnvelope& event : events) {
    ASSERT_EQ(event.aggregate_version(), ++versions[event.aggregate()]) << event.aggregate();
  }
  EXPECT_EQ(venue_.Value("select count(*) from outbox"), "0");
}

}  // namespace
}  // namespace rectify::events

// Consumers that take a run of events at once: sets when all goes well, one by one when it does
// not, and the same effects either way.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr pg::Statement kAddEffects = {"test.add_effects", R"sql(
  insert into effect (position, aggregate, version)
  select * from unnest($1::bigint[], $2::text[], $3::bigint[]))sql"};

class RunTest : public EventsTest {
 protected:
  RunTest()
      : consumer_({.name = "deadline", .source = "venue", .redis_address = ""}, deadline_.commands,
                  venue_.feed, [this](pg::Tx& tx, events::Run& run) { return Take(tx, run); }) {}

  // All effects in one statement, whose answer nobody waits for.
  absl::Status Take(pg::Tx& tx, events::Run& run) {
    sizes_.push_back(static_cast<int>(run.size()));
    std::vector<int64_t> positions, versions;
    std::vector<std::string> aggregates;
    for (Arrival& arrival : run) {
      const event::v1::EventEnvelope& event = arrival.event;
      positions.push_back(event.position());
      aggregates.push_back(event.aggregate());
      versions.push_back(event.aggregate_version());
      arrival.change.Audit({event.aggregate(), {}, "Take", "收到", {}});
      arrival.change.Emit(absl::StrCat("of ", event.position()), 1, Text());
    }
    RETURN_IF_ERROR(tx.Send(kAddEffects, {positions, aggregates, versions}));
    for (const Arrival& arrival : run) {
      if (failing_.contains(arrival.event.position())) return absl::InternalError("cannot be read");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<int> Step() { return consumer_.Step(absl::ZeroDuration()); }
  // Fails the present event often and long enough for it to be parked.
  void Exhaust() {
    for (int attempt = 1; attempt <= 4; ++attempt) {
      EXPECT_FALSE(Step().ok()) << attempt;
      clock_.Advance(absl::Minutes(3));
    }
    ASSERT_OK(Step());
  }
  std::string Emitted() {
    return deadline_.Value("select string_agg(aggregate, '|' order by id) from outbox");
  }

  std::set<int64_t> failing_;
  std::vector<int> sizes_;
  Consumer consumer_;
};

TEST_F(RunTest, ABatchIsOneRunAndLeavesWhatEachEventLeavesInOrder) {
  Happen({"a", "b", "a", "c"});
  EXPECT_EQ(Step().value(), 4);
  EXPECT_THAT(sizes_, ElementsAre(4));
  EXPECT_EQ(Applied(), Happened());
  EXPECT_EQ(Emitted(), "of 1|of 2|of 3|of 4");
  EXPECT_EQ(deadline_.Value("select string_agg(subject, '|' order by id) from audit_entry"),
            "a|b|a|c");
  EXPECT_EQ(deadline_.commits, 1);
}

TEST_F(RunTest, WhenOneEventFailsThoseBeforeItAreAppliedOnce) {
  Happen({"a", "b", "c", "d"});
  failing_ = {3};
  EXPECT_FALSE(Step().ok());
  EXPECT_THAT(sizes_, ElementsAre(4, 1, 1, 1));
  EXPECT_THAT(AppliedPositions(), ElementsAre(1, 2));
  EXPECT_EQ(Emitted(), "of 1|of 2");
  EXPECT_EQ(consumer_.Position().value(), 2);
  failing_.clear();
  EXPECT_EQ(Step().value(), 2);
  EXPECT_EQ(Applied(), Happened());
  EXPECT_EQ(Emitted(), "of 1|of 2|of 3|of 4");
}

TEST_F(RunTest, EventsBehindAParkedOneStayOutOfTheRun) {
  Happen({"a", "b"});
  failing_ = {1};
  Exhaust();
  Happen({"c", "a", "d"});
  sizes_.clear();
  EXPECT_EQ(Step().value(), 3);
  EXPECT_THAT(sizes_, ElementsAre(2));
  EXPECT_THAT(AppliedPositions(), ElementsAre(2, 3, 5));
  EXPECT_EQ(consumer_.CountParked().value(), 2);
  failing_.clear();
  EXPECT_EQ(consumer_.ReplayParked().value(), 2);
  EXPECT_EQ(consumer_.CountParked().value(), 0);
}

// Nobody waits for what was sent, so it is COMMIT that tells.
TEST_F(RunTest, WhatWasSentAndFailsIsPoisonLikeAnyOther) {
  deadline_.Execute("alter table effect add constraint small check (position <> 2)");
  Happen({"a", "b", "c"});
  Exhaust();
  EXPECT_THAT(AppliedPositions(), ElementsAre(1, 3));
  EXPECT_EQ(consumer_.CountParked().value(), 1);
}

TEST_F(RunTest, NoHandlerIsCalledWithoutEvents) {
  EXPECT_EQ(Step().value(), 0);
  EXPECT_THAT(sizes_, IsEmpty());
}

}  // namespace
}  // namespace rectify::events

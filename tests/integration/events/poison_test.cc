// What happens to events that can't be applied.
#include <set>
#include <stdexcept>

#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using event::v1::EventEnvelope;
using testing::StatusIs;

class PoisonTest : public EventsTest {
 protected:
  PoisonTest()
      : consumer_({.name = "deadline", .source = "venue", .redis_address = ""}, deadline_.commands,
                  venue_.feed, [this](Change& change, const EventEnvelope& event) {
                    // The effect comes first: a failed one must leave nothing of it.
                    RETURN_IF_ERROR(RecordEffect(change, event));
                    ++calls_;
                    if (throwing_.count(event.position()) > 0) throw std::runtime_error("thrown");
                    return failing_.count(event.position()) > 0 ? error_ : absl::OkStatus();
                  }) {}

  absl::StatusOr<int> Step() { return consumer_.Step(absl::ZeroDuration()); }
  // Fails the present event often and long enough for it to be parked.
  void Exhaust() {
    for (int attempt = 1; attempt <= 4; ++attempt) {
      EXPECT_EQ(Step().status(), error_) << attempt;
      clock_.Advance(absl::Minutes(3));
    }
    ASSERT_OK(Step());
  }

  absl::Status error_ = absl::InvalidArgumentError("cannot be read");
  std::set<int64_t> failing_, throwing_;
  int calls_ = 0;
  Consumer consumer_;
};

using Positions = std::vector<int64_t>;

TEST_F(PoisonTest, WhatLiesBeforeAFailingEventIsApplied) {
  Happen({"a", "b", "c"});
  failing_ = {3};
  EXPECT_EQ(Step().status(), error_);
  EXPECT_EQ(AppliedPositions(), (Positions{1, 2}));
  EXPECT_EQ(consumer_.Position().value(), 2);
  failing_.clear();
  EXPECT_EQ(Step().value(), 1);
  EXPECT_EQ(AppliedPositions(), (Positions{1, 2, 3}));
}

TEST_F(PoisonTest, AnErrorOfTheMomentIsNeverParked) {
  Happen({"a", "b"});
  failing_ = {2};
  for (const auto code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kAborted,
        absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kResourceExhausted}) {
    error_ = absl::Status(code, "later");
    for (int attempt = 0; attempt < 6; ++attempt) {
      EXPECT_EQ(Step().status(), error_);
      clock_.Advance(absl::Hours(1));
    }
  }
  EXPECT_EQ(AppliedPositions(), (Positions{1}));
  EXPECT_EQ(consumer_.CountParked().value(), 0);
  failing_.clear();
  EXPECT_EQ(Step().value(), 1);
  EXPECT_EQ(AppliedPositions(), (Positions{1, 2}));
}

TEST_F(PoisonTest, IsParkedOnlyAfterEnoughAttemptsAndEnoughTime) {
  Happen({"a"});
  failing_ = {1};
  for (int attempt = 0; attempt < 10; ++attempt) EXPECT_EQ(Step().status(), error_);
  clock_.Advance(absl::Minutes(9));
  EXPECT_EQ(Step().status(), error_);
  EXPECT_EQ(consumer_.CountParked().value(), 0) << "too soon";
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Step().value(), 1);
  EXPECT_EQ(consumer_.CountParked().value(), 1);

  Happen({"b"});
  failing_ = {2};
  EXPECT_EQ(Step().status(), error_);
  clock_.Advance(absl::Hours(5));
  for (int attempt = 2; attempt <= 4; ++attempt) EXPECT_EQ(Step().status(), error_);
  EXPECT_EQ(consumer_.CountParked().value(), 1) << "too few attempts";
  EXPECT_EQ(Step().value(), 1);
  EXPECT_EQ(consumer_.CountParked().value(), 2);
}

TEST_F(PoisonTest, TheCountOfAttemptsOutlivesTheProcess) {
  Happen({"a"});
  failing_ = {1};
  for (int attempt = 1; attempt <= 5; ++attempt) {
    Consumer restarted({.name = "deadline", .source = "venue", .redis_address = ""},
                       deadline_.commands, venue_.feed,
                       [&](Change&, const EventEnvelope&) { return error_; });
    EXPECT_EQ(restarted.Step(absl::ZeroDuration()).ok(), attempt == 5);
    clock_.Advance(absl::Minutes(3));
  }
  EXPECT_EQ(consumer_.CountParked().value(), 1);
}

TEST_F(PoisonTest, HoldsBackItsOwnAggregateOnly) {
  Happen({"a", "b", "a", "c", "a"});
  failing_ = {1};
  Exhaust();
  EXPECT_EQ(AppliedPositions(), (Positions{2, 4}));
  EXPECT_EQ(consumer_.CountParked().value(), 3);
  Happen({"a", "b"});
  EXPECT_EQ(Step().value(), 2);
  EXPECT_EQ(AppliedPositions(), (Positions{2, 4, 7}));
  EXPECT_EQ(consumer_.CountParked().value(), 4);
  EXPECT_EQ(deadline_.Value("select error from parked_event where position = 1"),
            "INVALID_ARGUMENT: cannot be read");
}

TEST_F(PoisonTest, IsReplayedInOrderOnceItCanBeApplied) {
  Happen({"a", "b", "a", "a"});
  failing_ = {1};
  Exhaust();
  failing_.clear();
  EXPECT_EQ(consumer_.ReplayParked().value(), 3);
  EXPECT_EQ(AppliedPositions(), (Positions{2, 1, 3, 4}));
  EXPECT_EQ(consumer_.CountParked().value(), 0);
  EXPECT_EQ(consumer_.ReplayParked().value(), 0);
  Happen({"a"});
  EXPECT_EQ(Step().value(), 1);
  EXPECT_EQ(AppliedPositions(), (Positions{2, 1, 3, 4, 5}));
}

TEST_F(PoisonTest, AReplayThatFailsAgainKeepsTheRestOfItsAggregate) {
  Happen({"a", "b", "a", "b"});
  failing_ = {1, 2};
  for (int attempt = 1; attempt <= 8; ++attempt) {
    EXPECT_EQ(Step().status(), error_) << attempt;
    clock_.Advance(absl::Minutes(3));
  }
  ASSERT_OK(Step());
  ASSERT_EQ(consumer_.CountParked().value(), 4);
  failing_ = {3};
  EXPECT_EQ(consumer_.ReplayParked().value(), 3);
  EXPECT_EQ(AppliedPositions(), (Positions{1, 2, 4}));
  EXPECT_EQ(consumer_.CountParked().value(), 1);
  failing_.clear();
  EXPECT_EQ(consumer_.ReplayParked().value(), 1);
  EXPECT_EQ(AppliedPositions(), (Positions{1, 2, 4, 3}));
}

TEST_F(PoisonTest, AHandlerThatThrowsCountsAsFailed) {
  Happen({"a", "b"});
  throwing_ = {1};
  error_ = absl::InternalError("thrown");
  Exhaust();
  EXPECT_EQ(consumer_.CountParked().value(), 1);
  EXPECT_EQ(AppliedPositions(), (Positions{2}));
}

TEST_F(PoisonTest, AStatementThatFailsIsPoisonLikeAnyOther) {
  deadline_.Execute("alter table effect add constraint small check (position <> 1)");
  Happen({"a", "b"});
  for (int attempt = 1; attempt <= 4; ++attempt) {
    EXPECT_EQ(Step().status().code(), absl::StatusCode::kInternal);
    clock_.Advance(absl::Minutes(3));
  }
  EXPECT_EQ(Step().value(), 2);
  EXPECT_EQ(AppliedPositions(), (Positions{2}));
  deadline_.Execute("alter table effect drop constraint small");
  EXPECT_EQ(consumer_.ReplayParked().value(), 1);
  EXPECT_EQ(AppliedPositions(), (Positions{2, 1}));
}

}  // namespace
}  // namespace rectify::events

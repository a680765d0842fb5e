// A draw through its life, above all the order in which the seed comes to be.
#include "services/followup_visits/domain/draw.h"

#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class DrawTest : public ::testing::Test {
 protected:
  DrawTest() : draft_(SampleFrame(10)) {
    draft_.public_source = "双色球 2023039 期";
    frame_ = *FreezeFrame(draft_, SamplePolicy(), SampleSalt);
    draw_ = *Freeze(SampleDraw(draft_), frame_.terms, SampleTime());
  }
  absl::Status Commit(const std::string& user, char c) {
    return Take(CommitHalf(draw_, user, HashOf(SampleHalf(c)), SampleTime()));
  }
  absl::Status Reveal(const std::string& user, char c) {
    return Take(RevealHalf(draw_, user, SampleHalf(c), SampleTime()));
  }
  absl::Status Take(absl::StatusOr<Draw> next) {
    if (next.ok()) draw_ = *next;
    return next.status();
  }

  FrameDraft draft_;
  FrozenFrame frame_;
  Draw draw_;
};

TEST_F(DrawTest, ComesToARecordWhenEveryPartOfTheSeedIsThere) {
  ASSERT_OK(Commit("users/ji.a", 'a'));
  ASSERT_OK(Commit("users/ji.b", 'b'));
  ASSERT_OK(Take(RecordPublicValue(draw_, "03 08 12 19 26 31+07")));
  ASSERT_OK(Reveal("users/ji.b", 'b'));
  EXPECT_THAT(DrawSample(draw_, frame_.rows, SampleTime()),
              StatusIs(StatusCode::kFailedPrecondition, "SEED_STATE"));
  ASSERT_OK(Reveal("users/ji.a", 'a'));
  ASSERT_OK_AND_ASSIGN(const FinishedDraw finished, DrawSample(draw_, frame_.rows, SampleTime()));
  EXPECT_EQ(finished.draw.state, DrawState::kDrawn);
  EXPECT_EQ(finished.draw.sample_size, 8);
  EXPECT_EQ(finished.draw.record_hash, HashOf(finished.record));
  EXPECT_THAT(finished.places, SizeIs(10));
  EXPECT_THAT(DrawSample(finished.draw, frame_.rows, SampleTime()),
              StatusIs(StatusCode::kFailedPrecondition, "DRAW_STATE"));
}

TEST_F(DrawTest, NobodyRevealsBeforeBothHaveCommitted) {
  ASSERT_OK(Commit("users/ji.a", 'a'));
  EXPECT_THAT(Reveal("users/ji.a", 'a'), StatusIs(StatusCode::kFailedPrecondition, "SEED_STATE"));
  EXPECT_THAT(RecordPublicValue(draw_, "03 08"),
              StatusIs(StatusCode::kFailedPrecondition, "SEED_STATE"));
  ASSERT_OK(Commit("users/ji.b", 'b'));
  EXPECT_OK(Reveal("users/ji.a", 'a'));
}

TEST_F(DrawTest, AHalfIsCommittedOnceAndRevealedAsCommitted) {
  ASSERT_OK(Commit("users/ji.a", 'a'));
  EXPECT_THAT(Commit("users/ji.a", 'c'), StatusIs(StatusCode::kFailedPrecondition, "SEED_STATE"));
  EXPECT_THAT(Commit("users/ji.b", 'a'), HasViolation("commitment"));
  ASSERT_OK(Commit("users/ji.b", 'b'));
  EXPECT_THAT(Reveal("users/ji.b", 'c'),
              StatusIs(StatusCode::kFailedPrecondition, "SEED_MISMATCH"));
  ASSERT_OK(Reveal("users/ji.b", 'b'));
  EXPECT_THAT(Reveal("users/ji.b", 'b'), StatusIs(StatusCode::kFailedPrecondition, "SEED_STATE"));
  EXPECT_THAT(RevealHalf(draw_, "users/ji.a", "short", SampleTime()), HasViolation("value"));
}

TEST_F(DrawTest, OnlyTheOfficialsNamedAtTheFreezeGiveHalves) {
  EXPECT_THAT(Commit("users/ji.c", 'c'), StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  EXPECT_THAT(CommitHalf(draw_, "users/ji.a", "not a hash", SampleTime()),
              HasViolation("commitment"));
}

TEST_F(DrawTest, AnAbandonedDrawKeepsItsNumberAndTellsWhy) {
  ASSERT_OK(Commit("users/ji.a", 'a'));
  ASSERT_OK_AND_ASSIGN(const FinishedDraw finished,
                       Abandon(draw_, frame_.rows, "种子提供人调离", SampleTime()));
  EXPECT_EQ(finished.draw.state, DrawState::kAbandoned);
  EXPECT_THAT(finished.places, IsEmpty());
  EXPECT_THAT(finished.record, HasSubstr("种子提供人调离"));
  ASSERT_OK_AND_ASSIGN(const DrawRecord record, ReadRecord(finished.record));
  EXPECT_EQ(record.committed.number, 1);
  EXPECT_THAT(record.sample, IsEmpty());
}

TEST_F(DrawTest, ADraftMustBeFrozenFirst) {
  EXPECT_THAT(CommitHalf(SampleDraw(draft_), "users/ji.a", HashOf("x"), SampleTime()),
              StatusIs(StatusCode::kFailedPrecondition, "DRAW_STATE"));
  EXPECT_THAT(Freeze(draw_, frame_.terms, SampleTime()),
              StatusIs(StatusCode::kFailedPrecondition, "DRAW_STATE"));
}

TEST_F(DrawTest, TheRecordNamesNoUnitToOutsiders) {
  ASSERT_OK_AND_ASSIGN(const FinishedDraw finished, RunDraw(SampleFrame(10), SamplePolicy()));
  for (const PenalisedUnit& unit : draft_.units) {
    EXPECT_THAT(finished.record, Not(HasSubstr(unit.party)));
    EXPECT_THAT(finished.record, Not(HasSubstr(unit.decision_number)));
    EXPECT_THAT(finished.record, Not(HasSubstr(unit.venue)));
  }
}

}  // namespace
}  // namespace rectify::followup::domain

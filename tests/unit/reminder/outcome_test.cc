#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/ids.h"
#include "services/reminder_dispatch/domain/reminder.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

using Kind = Attempt::Kind;

class JudgeTest : public ::testing::Test {
 protected:
  JudgeTest() {
    policy_.max_attempts = 3;
    policy_.first_backoff = absl::Seconds(30);
    reminder_.step = "T-1";
    reminder_.recipient = clock_.venue;
    Attach(reminder_, clock_, now_);
    reminder_.attempts = 1;
  }

  Outcome JudgeOf(Kind kind, std::optional<absl::Duration> retry_after = {}) {
    return Judge({kind, "451 try later", retry_after}, reminder_, clock_, policy_, now_);
  }

  const absl::Time now_ = At(2, 2);
  TrackedClock clock_ = TermClock(At(1, 3), absl::CivilDay(2023, 2, 3));
  Policy policy_;
  Reminder reminder_;
};

TEST_F(JudgeTest, AcceptedIsSentEvenWhenTheClockEndedMeanwhile) {
  clock_.running = false;
  EXPECT_EQ(JudgeOf(Kind::kAccepted).state, State::kSent);
}

TEST_F(JudgeTest, ATemporaryFailureWaitsWithinTheBackoff) {
  const Outcome outcome = JudgeOf(Kind::kTemporary);
  EXPECT_EQ(outcome.state, State::kPending);
  EXPECT_GE(outcome.not_before, now_ + absl::Seconds(1));
  EXPECT_LE(outcome.not_before, now_ + absl::Seconds(30));
  EXPECT_EQ(outcome.reason, "451 try later");
}

TEST_F(JudgeTest, TheReceiversWishIsHeardUpToAnHour) {
  EXPECT_EQ(JudgeOf(Kind::kTemporary, absl::Minutes(10)).not_before, now_ + absl::Minutes(10));
  EXPECT_EQ(JudgeOf(Kind::kTemporary, absl::Hours(48)).not_before, now_ + absl::Hours(1));
}

TEST_F(JudgeTest, TheLastAttemptIsDead) {
  reminder_.attempts = 2;
  EXPECT_EQ(JudgeOf(Kind::kTemporary).state, State::kPending);
  reminder_.attempts = 3;
  EXPECT_EQ(JudgeOf(Kind::kTemporary).state, State::kDead);
}

TEST_F(JudgeTest, OneMessageCarriesTheOthers) {
  const std::vector<Outcome> outcomes =
      JudgeMessage({Kind::kAccepted, "250 ok", {}}, {{reminder_, clock_}, {reminder_, clock_}},
                   policy_, std::nullopt, now_);
  ASSERT_EQ(outcomes.size(), 2);
  EXPECT_EQ(outcomes[0].state, State::kSent);
  EXPECT_EQ(outcomes[1].state, State::kMerged);
}

TEST_F(JudgeTest, TheRemindersOfAMessageMeetAgain) {
  Reminder other = reminder_;
  other.step = "T+0";
  Attach(other, clock_, now_);
  other.attempts = 1;
  TrackedClock ended = clock_;
  ended.running = false;
  const std::vector<Spoken> message = {{reminder_, clock_}, {other, clock_}, {other, ended}};
  const Attempt failed = {Kind::kTemporary, "451 try later", {}};
  std::vector<Outcome> outcomes = JudgeMessage(failed, message, policy_, std::nullopt, now_);
  EXPECT_EQ(outcomes[0].not_before, JudgeOf(Kind::kTemporary).not_before);
  EXPECT_EQ(outcomes[1].not_before, outcomes[0].not_before);
  EXPECT_EQ(outcomes[2].state, State::kCancelled);
  outcomes = JudgeMessage(failed, message, policy_, now_ + absl::Hours(5), now_);
  EXPECT_EQ(outcomes[0].not_before, now_ + absl::Hours(5));
  EXPECT_EQ(outcomes[1].not_before, now_ + absl::Hours(5));
}

TEST_F(JudgeTest, APermanentFailureIsDeadAtOnce) {
  EXPECT_EQ(JudgeOf(Kind::kPermanent).state, State::kDead);
}

TEST_F(JudgeTest, AFailureAfterTheClockEndedOrMovedCancels) {
  clock_.running = false;
  EXPECT_EQ(JudgeOf(Kind::kTemporary).state, State::kCancelled);
  clock_.running = true;
  clock_.due_date = *clock_.due_date + 7;
  EXPECT_EQ(JudgeOf(Kind::kPermanent).state, State::kCancelled);
}

TEST(Backoff, DoublesUpToAnHourAndIsReproducible) {
  absl::Duration longest[30];
  for (int attempt = 1; attempt < 30; ++attempt) {
    for (int i = 0; i < 200; ++i) {
      const std::string id = DeriveUuid7(At(1, 1), "backoff", std::to_string(i));
      const absl::Duration wait = Backoff(absl::Seconds(5), attempt, id);
      EXPECT_EQ(wait, Backoff(absl::Seconds(5), attempt, id));
      EXPECT_GE(wait, absl::Seconds(1));
      longest[attempt] = std::max(longest[attempt], wait);
    }
  }
  EXPECT_LE(longest[1], absl::Seconds(5));
  EXPECT_GT(longest[1], absl::Seconds(4));
  EXPECT_LE(longest[4], absl::Seconds(40));
  EXPECT_GT(longest[4], absl::Seconds(35));
  EXPECT_LE(longest[29], absl::Hours(1));
  EXPECT_GT(longest[29], absl::Minutes(55));
}

TEST(DeliveryId, IsTheSameForEveryAttempt) {
  const TrackedClock clock = TermClock(At(1, 3), absl::CivilDay(2023, 2, 3));
  Reminder reminder;
  reminder.step = "T-1";
  Attach(reminder, clock, At(2, 2));
  const std::string first = DeliveryId(reminder);
  reminder.attempts = 7;
  reminder.state = State::kDead;
  EXPECT_EQ(DeliveryId(reminder), first);
  EXPECT_TRUE(IsUuid(first));
  EXPECT_NE(first, reminder.id);
}

}  // namespace
}  // namespace rectify::reminder::domain

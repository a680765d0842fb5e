#include "services/reminder_dispatch/domain/replay.h"

#include "gtest/gtest.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

using Kind = Attempt::Kind;

Policy FivePolicy() {
  Policy policy;
  policy.max_attempts = 5;
  policy.first_backoff = absl::Seconds(30);
  return policy;
}

TEST(MessageIdOf, IsTheOriginalsExceptOfAShortMessage) {
  Delivery replay;
  replay.id = "new";
  replay.original = "old";
  for (Channel channel : {Channel::kEmail, Channel::kWebhook, Channel::kFile, Channel::kWeCom}) {
    replay.channel = channel;
    EXPECT_EQ(MessageIdOf(replay), "old");
  }
  replay.channel = Channel::kSms;
  EXPECT_EQ(MessageIdOf(replay), "new");
}

TEST(AnySpeaks, WhileOneClockRunsToTheDayItSpeaksOf) {
  TrackedClock clock = TermClock(At(1, 3), absl::CivilDay(2023, 2, 3));
  Reminder reminder;
  reminder.due_date = absl::CivilDay(2023, 2, 3);
  TrackedClock ended = clock;
  ended.running = false;
  EXPECT_TRUE(AnySpeaks({{reminder, ended}, {reminder, clock}}));
  EXPECT_FALSE(AnySpeaks({{reminder, ended}}));
  clock.due_date = absl::CivilDay(2023, 2, 10);
  EXPECT_FALSE(AnySpeaks({{reminder, clock}}));
  EXPECT_FALSE(AnySpeaks({}));
}

TEST(JudgeReplay, TriesAgainUntilTheAttemptsAreUsedUp) {
  const Policy policy = FivePolicy();
  const Attempt later{Kind::kTemporary, "450", {}};
  const ReplayFate again = JudgeReplay(later, 4, "id", policy, At(2, 1));
  EXPECT_EQ(again.state, DeliveryState::kWaiting);
  EXPECT_GT(again.not_before, At(2, 1));
  EXPECT_EQ(JudgeReplay(later, 5, "id", policy, At(2, 1)).state, DeliveryState::kFailed);
  EXPECT_EQ(JudgeReplay({Kind::kPermanent, "550", {}}, 1, "id", policy, At(2, 1)).state,
            DeliveryState::kFailed);
  EXPECT_EQ(JudgeReplay({Kind::kAccepted, "250", {}}, 1, "id", policy, At(2, 1)).state,
            DeliveryState::kSent);
}

TEST(JudgeReplay, WaitsAsLongAsTheReceiverWishes) {
  const Attempt busy{Kind::kTemporary, "429", absl::Minutes(20)};
  EXPECT_GE(JudgeReplay(busy, 1, "id", FivePolicy(), At(2, 1)).not_before,
            At(2, 1) + absl::Minutes(20));
}

}  // namespace
}  // namespace rectify::reminder::domain

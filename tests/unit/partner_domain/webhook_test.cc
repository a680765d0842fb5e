#include "services/partner_registry/domain/webhook.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::partner::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::IsOk;
using Kind = Answer::Kind;

constexpr absl::Time kDelivered = absl::FromUnixSeconds(1'800'000'000);

Webhook At(int64_t position) {
  return {.district = "120110",
          .partner = "p",
          .id = "w",
          .url = "https://hooks.example.cn/",
          .position = position,
          .next_attempt_time = kDelivered,
          .last_failure = {},
          .create_time = kDelivered};
}

const Answer kTaken{Kind::kTaken, "HTTP 204", {}}, kFailed{Kind::kFailed, "HTTP 500", {}};

TEST(After, WhatIsTakenIsFollowedByTheNextEvent) {
  Webhook webhook = At(6);
  webhook.failed_attempts = 3;
  webhook.last_failure = "HTTP 500";
  const Webhook after = After(webhook, kTaken, kDelivered);
  EXPECT_EQ(after.next_position(), 8);
  EXPECT_EQ(after.failed_attempts, 0);
  EXPECT_EQ(after.last_failure, "");
  EXPECT_EQ(after.next_attempt_time, kDelivered);
  EXPECT_EQ(StateAfter(after, kTaken), DeliveryState::kDelivered);
}

TEST(After, WhatFailsComesAgainForThreeDaysAndStopsTheWebhookThen) {
  Webhook webhook = At(6);
  absl::Time now = kDelivered;
  int attempts = 0;
  while (webhook.state == WebhookState::kActive) {
    webhook = After(webhook, kFailed, now);
    ++attempts;
    EXPECT_EQ(webhook.next_position(), 7) << "no event is passed over";
    if (webhook.state == WebhookState::kActive) {
      EXPECT_EQ(StateAfter(webhook, kFailed), DeliveryState::kFailed);
      EXPECT_GT(webhook.next_attempt_time, now);
      now = webhook.next_attempt_time;
    }
  }
  EXPECT_EQ(attempts, 10);
  EXPECT_GE(now - kDelivered, absl::Hours(72));
  EXPECT_LE(now - kDelivered, absl::Hours(80));
  EXPECT_EQ(webhook.state, WebhookState::kStopped);
  EXPECT_EQ(webhook.last_failure, "HTTP 500");
  EXPECT_EQ(StateAfter(webhook, kFailed), DeliveryState::kDead);
}

TEST(After, WhoWantsNoMoreIsNotAskedAgain) {
  const Answer gone{Kind::kGone, "HTTP 410", {}};
  const Webhook after = After(At(6), gone, kDelivered);
  EXPECT_EQ(after.state, WebhookState::kStopped);
  EXPECT_EQ(StateAfter(after, gone), DeliveryState::kDead);
}

TEST(After, AReceiverMayAskForMoreTimeWithinReason) {
  const auto next = [](absl::Duration wish) {
    return After(At(6), {Kind::kFailed, "HTTP 429", wish}, kDelivered).next_attempt_time -
           kDelivered;
  };
  EXPECT_EQ(next(absl::Minutes(10)), absl::Minutes(10));
  EXPECT_EQ(next(absl::Seconds(1)), absl::Seconds(5)) << "no sooner than usual";
  EXPECT_EQ(next(absl::Hours(1000)), absl::Hours(24));
}

TEST(Resume, BeginsAnewWithTheEventThatFailed) {
  Webhook webhook = At(6);
  webhook.state = WebhookState::kStopped;
  webhook.failed_attempts = 10;
  ASSERT_OK_AND_ASSIGN(const Webhook again, Resume(webhook, /*skip_position=*/0, kDelivered));
  EXPECT_EQ(again.state, WebhookState::kActive);
  EXPECT_EQ(again.next_position(), 7);
  EXPECT_EQ(again.failed_attempts, 0);
  ASSERT_OK_AND_ASSIGN(const Webhook without, Resume(webhook, /*skip_position=*/7, kDelivered));
  EXPECT_EQ(without.next_position(), 8);
}

TEST(Resume, OfOneThatIsAtWorkChangesNothing) {
  ASSERT_OK_AND_ASSIGN(const Webhook same, Resume(At(6), /*skip_position=*/0, kDelivered));
  EXPECT_EQ(same.version, At(6).version);
}

TEST(Resume, LeavesOutNothingButTheEventThatHasFailed) {
  Webhook webhook = Pause(At(6));
  EXPECT_THAT(Resume(webhook, /*skip_position=*/7, kDelivered).status(),
              HasViolation("skip_position"));
  webhook.failed_attempts = 1;
  for (const int64_t other : {-1, 6, 8}) {
    EXPECT_THAT(Resume(webhook, other, kDelivered).status(), HasViolation("skip_position"))
        << other;
  }
}

TEST(Pause, IsForActiveOnes) {
  Webhook stopped = At(6);
  stopped.state = WebhookState::kStopped;
  EXPECT_EQ(Pause(At(6)).state, WebhookState::kPaused);
  EXPECT_EQ(Pause(stopped).state, WebhookState::kStopped);
  EXPECT_EQ(Pause(stopped).version, stopped.version);
}

TEST(Replay, BringsTheRangeAndGoesOnWhereItWas) {
  ASSERT_OK_AND_ASSIGN(Webhook webhook, Replay(At(6), 2, 4, kDelivered));
  std::vector<int64_t> brought;
  for (int i = 0; i < 4; ++i) {
    brought.push_back(webhook.next_position());
    webhook = After(webhook, kTaken, kDelivered);
  }
  EXPECT_THAT(brought, ::testing::ElementsAre(3, 4, 7, 8));
}

TEST(Replay, IsOfWhatWasBrought) {
  EXPECT_THAT(Replay(At(6), 2, 7, kDelivered).status(), HasViolation("to_position"));
  EXPECT_THAT(Replay(At(6), 2, 2, kDelivered).status(), HasViolation("after_position"));
  EXPECT_THAT(Replay(At(6), -1, 2, kDelivered).status(), HasViolation("after_position"));
}

TEST(Retire, ThePreviousKeyGoesOnForAWhileAndOlderOnesEnd) {
  const absl::Time later = kDelivered + absl::Hours(1);
  std::vector<WebhookKey> keys(3);
  keys[1].expire_time = later;
  keys[2].expire_time = kDelivered - absl::Hours(1);
  keys = Retire(std::move(keys), absl::Hours(24), kDelivered);
  EXPECT_EQ(keys[0].expire_time, kDelivered + absl::Hours(24));
  EXPECT_EQ(keys[1].expire_time, kDelivered);
  EXPECT_EQ(keys[2].expire_time, kDelivered - absl::Hours(1));
  EXPECT_TRUE(keys[0].SignsAt(kDelivered));
  EXPECT_FALSE(keys[1].SignsAt(kDelivered));
}

}  // namespace
}  // namespace rectify::partner::domain

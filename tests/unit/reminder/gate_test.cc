// Quiet hours, what withholds a reminder, and rate limits.
#include "services/reminder_dispatch/domain/gate.h"

#include "gtest/gtest.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

std::optional<QuietHours> Nights() {
  return QuietHours{absl::Hours(21), absl::Hours(8), absl::Hours(9), {Channel::kEmail}};
}

absl::Time Sendable(absl::Time now, bool urgent = false, Channel channel = Channel::kEmail) {
  return SendableFrom(Nights(), channel, urgent, Year2023(), now);
}

TEST(QuietHoursTest, AWorkingDayIsOpenFromEightToNine) {
  EXPECT_EQ(Sendable(At(1, 4, 8)), At(1, 4, 8));
  EXPECT_EQ(Sendable(At(1, 4, 21) - absl::Seconds(1)), At(1, 4, 21) - absl::Seconds(1));
}

TEST(QuietHoursTest, ANightIsHeldToTheMorning) {
  EXPECT_EQ(Sendable(At(1, 4, 7)), At(1, 4, 9));
  EXPECT_EQ(Sendable(At(1, 4, 21)), At(1, 5, 9));
  EXPECT_EQ(Sendable(At(1, 6, 23)), At(1, 9, 9));  // Friday night
}

TEST(QuietHoursTest, AHolidayIsHeldAndAMakeUpSaturdayIsNot) {
  EXPECT_EQ(Sendable(At(1, 23)), At(1, 28, 9));  // Spring Festival ends on a worked Saturday
  EXPECT_EQ(Sendable(At(1, 28, 10)), At(1, 28, 10));
}

TEST(QuietHoursTest, AYearWithoutANoticeHasOnlyItsWeekends) {
  EXPECT_EQ(Sendable(At(5, 1, 10, 2025)), At(5, 1, 10, 2025));  // a Thursday
  EXPECT_EQ(Sendable(At(5, 3, 10, 2025)), At(5, 5, 9, 2025));   // a Saturday
}

TEST(QuietHoursTest, UrgentOnesAndLettersGoAtAnyHour) {
  EXPECT_EQ(Sendable(At(1, 23, 3), true), At(1, 23, 3));
  EXPECT_EQ(Sendable(At(1, 23, 3), false, Channel::kFile), At(1, 23, 3));
}

class WithholdTest : public ::testing::Test {
 protected:
  WithholdTest() {
    reminder_.recipient = clock_.venue;
    Attach(reminder_, clock_, At(1, 10));
  }
  std::optional<Outcome> Judge() { return Withhold(reminder_, clock_, standing_, At(1, 10)); }
  Mute MuteOf(std::string clock, std::string recipient) {
    return {"120110",     "m",        std::move(clock), std::move(recipient),
            "officers/x", "停业装修", At(1, 9),         At(1, 11)};
  }

  TrackedClock clock_ = TermClock(At(1, 3), absl::CivilDay(2023, 2, 3));
  Reminder reminder_;
  Standing standing_;
};

TEST_F(WithholdTest, NothingStandsInTheWayOfAnOrdinaryReminder) {
  EXPECT_EQ(Judge(), std::nullopt);
}

TEST_F(WithholdTest, AMuteHoldsBackWhatItNamesUntilItsEnd) {
  standing_.mutes = {MuteOf(clock_.name, clock_.venue)};
  ASSERT_TRUE(Judge().has_value());
  EXPECT_EQ(Judge()->state, State::kMuted);
  EXPECT_NE(Judge()->reason.find("停业装修"), std::string::npos);
  standing_.mutes = {MuteOf(clock_.name, "districts/120110/posts/chief")};
  EXPECT_EQ(Judge(), std::nullopt);
  standing_.mutes = {MuteOf(clock_.name, "")};
  standing_.mutes[0].end_time = At(1, 10);
  EXPECT_EQ(Judge(), std::nullopt);
}

TEST_F(WithholdTest, AStatutoryStepIsNeverMuted) {
  standing_.mutes = {MuteOf(clock_.name, "")};
  reminder_.statutory = true;
  EXPECT_EQ(Judge(), std::nullopt);
}

TEST_F(WithholdTest, AnAcknowledgementHoldsBackOnlyStepsThatSaySo) {
  standing_.acknowledgement = {clock_.name, 1, "officers/x", "", At(1, 9), At(1, 12)};
  EXPECT_EQ(Judge(), std::nullopt);
  reminder_.unless_acknowledged = true;
  ASSERT_TRUE(Judge().has_value());
  EXPECT_EQ(Judge()->state, State::kCancelled);
  standing_.acknowledgement->end_time = At(1, 10);
  EXPECT_EQ(Judge(), std::nullopt);
}

TEST_F(WithholdTest, AConsequenceIsSilentWhereItsCauseSpeaks) {
  standing_.inhibitors = {"处理期限"};
  ASSERT_TRUE(Judge().has_value());
  EXPECT_EQ(Judge()->state, State::kInhibited);
}

TEST_F(WithholdTest, AnEndedClockComesBeforeEverythingElse) {
  standing_.inhibitors = {"处理期限"};
  clock_.running = false;
  ASSERT_TRUE(Judge().has_value());
  EXPECT_EQ(Judge()->state, State::kCancelled);
}

TEST(AcknowledgementTest, ItEndsWithTheNextStatutoryStep) {
  Reminder soft, hard, past;
  soft.due_time = At(1, 11);
  hard.due_time = At(1, 20);
  past.due_time = At(1, 5);
  hard.statutory = past.statutory = true;
  EXPECT_EQ(AcknowledgedUntil({past, soft, hard}, At(1, 10)), At(1, 20));
  EXPECT_EQ(AcknowledgedUntil({soft}, At(1, 10)), At(1, 10) + kMaxMute);
}

TEST(RateLimitTest, WhatIsTooMuchIsDelayedAndNothingIsDropped) {
  const RateLimit limit{Channel::kEmail, false, 20, absl::Minutes(1)};
  std::vector<Bucket> buckets = {NewBucket(limit, At(1, 4))};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(TakeTokens({limit}, buckets, At(1, 4)), std::nullopt);
  EXPECT_EQ(TakeTokens({limit}, buckets, At(1, 4)), At(1, 4) + absl::Seconds(3));
  EXPECT_EQ(TakeTokens({limit}, buckets, At(1, 4) + absl::Seconds(3)), std::nullopt);
}

TEST(RateLimitTest, AFullBucketIsNotEmptiedBesideAnEmptyOne) {
  const RateLimit wide{Channel::kEmail, false, 20, absl::Minutes(1)};
  const RateLimit narrow{Channel::kEmail, true, 1, absl::Hours(1)};
  std::vector<Bucket> buckets = {NewBucket(wide, At(1, 4)), NewBucket(narrow, At(1, 4))};
  EXPECT_EQ(TakeTokens({wide, narrow}, buckets, At(1, 4)), std::nullopt);
  EXPECT_EQ(TakeTokens({wide, narrow}, buckets, At(1, 4)), At(1, 4) + absl::Hours(1));
  EXPECT_EQ(buckets[0].tokens, 19);
}

}  // namespace
}  // namespace rectify::reminder::domain

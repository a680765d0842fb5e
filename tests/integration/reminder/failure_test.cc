// What happens when reminders can't be delivered.
#include "gmock/gmock.h"
#include "libs/rpc/convert.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// One reminder: T-7 to the venue. The officer is left out.
class FailureTest : public ReminderTest {
 protected:
  FailureTest() {
    channels_.email = std::make_unique<channels::SmtpChannel>(mail_.url(), "tixing@example.cn");
    policy_.max_attempts = 3;
    policy_.first_backoff = absl::Seconds(30);
    for (domain::Ladder& ladder : policy_.ladders) {
      for (domain::Step& step : ladder.steps) step.recipients = {domain::RecipientKind::kVenue};
    }
    MustApply(Started());
    contacts_.known[kVenue] = {{"张三", "zhang@example.cn", ""}};
    clock_.Set(At(1, 27));
  }

  // Lets the next attempt come.
  int NextAttempt() {
    absl::StatusOr<absl::Time> next = dispatcher_->NextDue();
    EXPECT_OK(next);
    return DispatchAt(*next);
  }

  domain::Delivery DeliveryOf(const domain::Reminder& reminder) {
    for (domain::Delivery& delivery : Deliveries()) {
      if (delivery.id == reminder.delivery) return delivery;
    }
    ADD_FAILURE() << "no delivery of " << reminder.step;
    return {};
  }

  MailServer mail_;
};

TEST_F(FailureTest, AServerThatIsAwayIsTriedAgainWithinTheBackoff) {
  mail_.Stop();
  EXPECT_EQ(Dispatch(), 1);
  domain::Reminder reminder = Only("T-7");
  EXPECT_EQ(reminder.state, domain::State::kPending);
  EXPECT_EQ(reminder.attempts, 1);
  EXPECT_GT(reminder.not_before, At(1, 27));
  EXPECT_LE(reminder.not_before, At(1, 27) + absl::Seconds(30));
  EXPECT_THAT(reminder.last_error, HasSubstr("邮件服务器"));
  EXPECT_EQ(DeliveryOf(reminder).state, domain::DeliveryState::kWaiting);

  mail_.Start();
  EXPECT_EQ(NextAttempt(), 1);
  reminder = Only("T-7");
  EXPECT_EQ(reminder.state, domain::State::kSent);
  EXPECT_EQ(reminder.attempts, 2);
  EXPECT_EQ(reminder.last_error, "");
  EXPECT_EQ(DeliveryOf(reminder).state, domain::DeliveryState::kSent);
  EXPECT_EQ(DeliveryOf(reminder).create_time, At(1, 27));
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(FailureTest, AMailServerThatIsAwayIsAskedOnceForAWholeBatchAndHoldsUpNoLetter) {
  deadline::v1::ClockStarted second = Started();
  second.set_clock("districts/120110/clocks/0185a0b0-0000-7000-8000-00000000000f");
  deadline::v1::ClockStarted third = Started();
  third.set_clock("districts/120110/clocks/0185a0b0-0000-7000-8000-00000000001f");
  third.set_venue("districts/120110/venues/without-address");
  third.set_owner(third.venue());
  clock_.Set(At(1, 3, 10));
  MustApply(second, second.clock());
  MustApply(third, third.clock());
  mail_.Stop();
  EXPECT_EQ(DispatchAt(At(1, 27)), 3);
  int attempts = 0;
  for (const domain::Reminder& reminder : Reminders()) {
    if (reminder.step != "T-7") continue;
    attempts += reminder.attempts;
    EXPECT_EQ(reminder.state,
              reminder.recipient == kVenue ? domain::State::kPending : domain::State::kSent);
  }
  EXPECT_EQ(attempts, 2);  // one mail, one letter
}

TEST_F(FailureTest, EveryFailedAttemptIsInTheTrail) {
  mail_.Stop();
  Dispatch();
  EXPECT_THAT(Trail(kFinding), Contains(StartsWith("PostponeReminder: ")));
}

TEST_F(FailureTest, ATemporaryRefusalIsTriedUntilTheReminderIsDead) {
  contacts_.known[kVenue][0].email = "later@example.cn";
  Dispatch();
  NextAttempt();
  EXPECT_EQ(Only("T-7").state, domain::State::kPending);
  NextAttempt();
  const domain::Reminder reminder = Only("T-7");
  EXPECT_EQ(reminder.state, domain::State::kDead);
  EXPECT_EQ(reminder.attempts, 3);
  EXPECT_THAT(reminder.last_error, HasSubstr("尝试3次未成功"));
  EXPECT_EQ(DeliveryOf(reminder).state, domain::DeliveryState::kFailed);
  EXPECT_THAT(Events(), ElementsAre("DeliveryFailed 1 " + reminder.id));
  EXPECT_THAT(Trail(kFinding), Contains(StartsWith("GiveUpReminder: ")));
}

TEST_F(FailureTest, APermanentRefusalIsDeadAtOnceAndNamesNoAddress) {
  contacts_.known[kVenue][0].email = "nobody@example.cn";
  EXPECT_EQ(Dispatch(), 1);
  const domain::Reminder reminder = Only("T-7");
  EXPECT_EQ(reminder.state, domain::State::kDead);
  EXPECT_EQ(reminder.attempts, 1);
  EXPECT_THAT(reminder.last_error, StartsWith("550"));
  EXPECT_THAT(reminder.last_error, Not(HasSubstr("nobody")));
  EXPECT_THAT(Trail(kFinding), Each(Not(HasSubstr("nobody"))));
}

TEST_F(FailureTest, WithoutAddressAndLettersItIsDeadAtOnce) {
  channels_.file.reset();
  contacts_.known.clear();
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Only("T-7").state, domain::State::kDead);
  EXPECT_EQ(Only("T-7").last_error, "没有可用的地址或者渠道");
}

TEST_F(FailureTest, AChannelThatIsNotSetUpBecomesALetter) {
  channels_.email.reset();
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  EXPECT_EQ(DeliveryOf(Only("T-7")).channel, domain::Channel::kFile);
}

TEST_F(FailureTest, WhileTheRegistryIsAwayNothingCountsAsAnAttempt) {
  contacts_.up = false;
  for (int i = 0; i < 10; ++i) {
    absl::StatusOr<absl::Time> next = dispatcher_->NextDue();
    ASSERT_OK(next);
    EXPECT_EQ(DispatchAt(*next), 0);
    EXPECT_GE(Only("T-7").not_before, *next + absl::Minutes(1));
    EXPECT_LE(Only("T-7").not_before, *next + absl::Minutes(2));
  }
  EXPECT_EQ(Only("T-7").state, domain::State::kPending);
  EXPECT_EQ(Only("T-7").attempts, 0);
  EXPECT_EQ(Only("T-7").last_error, "联系人登记暂时无法查询");
  contacts_.up = true;
  NextAttempt();
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(FailureTest, ARetryThatOutlivesItsClockIsCancelled) {
  mail_.Stop();
  Dispatch();
  MustApply(Met());
  const domain::Reminder reminder = Reminders().at(0);
  EXPECT_EQ(reminder.state, domain::State::kCancelled);
  EXPECT_EQ(DeliveryOf(reminder).state, domain::DeliveryState::kFailed);
}

TEST_F(FailureTest, ANewerCountdownReplacesOneThatCouldNotBeSent) {
  mail_.Stop();
  Dispatch();
  mail_.Start();
  DispatchAt(At(1, 31));
  EXPECT_EQ(Only("T-7").state, domain::State::kSuperseded);
  EXPECT_EQ(DeliveryOf(Only("T-7")).state, domain::DeliveryState::kFailed);
  EXPECT_EQ(Only("T-3").state, domain::State::kSent);
}

TEST_F(FailureTest, ADeadRepetitionDoesNotEndTheChain) {
  contacts_.known[kVenue][0].email = "nobody@example.cn";
  DispatchAt(At(2, 25));
  EXPECT_THAT(States("T+22"), ElementsAre("T+22 venue EMAIL DEAD", "T+22 venue EMAIL PENDING"));
}

TEST_F(FailureTest, ADatabaseThatGoesAwayLosesNothing) {
  database_.TerminateSessions();
  // The pool may need a moment's attempts; no outcome is lost or doubled by them.
  for (int i = 0; i < 5 && mail_.Mails().empty(); ++i) (void)dispatcher_->Run();
  Dispatch();
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

}  // namespace
}  // namespace rectify::reminder

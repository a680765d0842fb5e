// Dispatchers that die or sleep: every reminder still has exactly one outcome.
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "services/reminder_dispatch/channels/file.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "services/reminder_dispatch/channels/webhook.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/reminder_store.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/interrupted_channel.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

struct Crash {};

// Dies before or after the call, once.
class CrashingChannel : public channels::Channel {
 public:
  enum class When { kBeforeCall, kAfterCall };
  CrashingChannel(std::unique_ptr<channels::Channel> inner, When when)
      : inner_(std::move(inner)), when_(when) {}

  domain::Attempt Send(const channels::Message& message) override {
    const bool crash = std::exchange(armed_, false);
    if (crash && when_ == When::kBeforeCall) throw Crash();
    const domain::Attempt attempt = inner_->Send(message);
    if (crash) throw Crash();
    return attempt;
  }
  std::string Content(const channels::Message& message) const override {
    return inner_->Content(message);
  }
  std::string Mask(const channels::Message& message) const override {
    return inner_->Mask(message);
  }

 private:
  std::unique_ptr<channels::Channel> inner_;
  const When when_;
  bool armed_ = true;
};

class CrashTest : public ReminderTest {
 protected:
  CrashTest() {
    for (domain::Ladder& ladder : policy_.ladders) {
      for (domain::Step& step : ladder.steps) step.recipients = {domain::RecipientKind::kVenue};
    }
    MustApply(Started());
    clock_.Set(At(1, 27));
  }

  std::unique_ptr<channels::Channel> Mail() {
    return std::make_unique<channels::SmtpChannel>(mail_.url(), "tixing@example.cn");
  }

  // The dispatcher dies in its call; another one finds the row.
  void CrashIn(std::unique_ptr<channels::Channel> inner, CrashingChannel::When when) {
    channels_.email = std::make_unique<CrashingChannel>(std::move(inner), when);
    EXPECT_THROW((void)dispatcher_->Run(), Crash);
    EXPECT_EQ(Only("T-7").state, domain::State::kSending);
    dispatcher_ = NewDispatcher();
  }

  MailServer mail_;
};

TEST_F(CrashTest, NobodyTouchesAMessageWhileItsLeaseRuns) {
  CrashIn(Mail(), CrashingChannel::When::kBeforeCall);
  EXPECT_EQ(Dispatch(), 0);
  // Business time does not end a lease, however far it jumps.
  EXPECT_EQ(DispatchAt(At(1, 30)), 0);
  EXPECT_THAT(mail_.Mails(), IsEmpty());
}

TEST_F(CrashTest, AMessageThatWasNotSentIsSentWhenTheLeaseEnds) {
  CrashIn(Mail(), CrashingChannel::When::kBeforeCall);
  machine_ += absl::Seconds(61);
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  EXPECT_EQ(Only("T-7").attempts, 2);
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(CrashTest, AMailOfUnknownFateGoesOutAgainAsTheSameMail) {
  CrashIn(Mail(), CrashingChannel::When::kAfterCall);
  machine_ += absl::Seconds(61);
  clock_.Set(At(1, 29));  // its words stay those of the first day
  EXPECT_EQ(Dispatch(), 1);
  const std::vector<ReceivedMail> mails = mail_.Mails();
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(mails[0].message_id, mails[1].message_id);
  EXPECT_EQ(mails[0].subject, mails[1].subject);
  EXPECT_EQ(mails[0].body, mails[1].body);
  EXPECT_EQ(mails[0].date, mails[1].date);
  EXPECT_THAT(Deliveries(), SizeIs(1));
  EXPECT_THAT(Events(), ElementsAre("ReminderSent 1 " + Only("T-7").id));
}

TEST_F(CrashTest, AWebhookOfUnknownFateHasOneEffect) {
  WebhookReceiver receiver(kSecret);
  contacts_.known[kVenue] = {{"系统", "", receiver.url()}};
  for (domain::Ladder& ladder : policy_.ladders) {
    for (domain::Step& step : ladder.steps) step.channels = {domain::Channel::kWebhook};
  }
  MustApply(Started());
  auto webhook = channels::WebhookChannel::Create(
      kSecret, *outbound::AllowList::Parse({receiver.address_entry()}));
  ASSERT_OK(webhook);
  channels_.webhook =
      std::make_unique<CrashingChannel>(*std::move(webhook), CrashingChannel::When::kAfterCall);
  EXPECT_THROW((void)dispatcher_->Run(), Crash);
  ASSERT_THAT(receiver.Accepted(), SizeIs(1));
  const std::string first = receiver.Accepted().begin()->second;

  dispatcher_ = NewDispatcher();
  machine_ += absl::Seconds(61);
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  ASSERT_THAT(receiver.Accepted(), SizeIs(1));
  EXPECT_EQ(receiver.Accepted().begin()->first, Only("T-7").delivery);
  EXPECT_EQ(receiver.Accepted().begin()->second, first);
  EXPECT_EQ(Deliveries().at(0).provider_reply, "HTTP 200 accepted before");
}

TEST_F(CrashTest, ALetterOfUnknownFateIsTheSameFile) {
  contacts_.known[kVenue] = {{"张三", "", ""}};
  channels_.file = std::make_unique<CrashingChannel>(
      std::make_unique<channels::FileChannel>(folder_.path() + "/letters"),
      CrashingChannel::When::kAfterCall);
  EXPECT_THROW((void)dispatcher_->Run(), Crash);
  dispatcher_ = NewDispatcher();
  machine_ += absl::Seconds(61);
  clock_.Set(At(1, 29));
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Deliveries().at(0).address, "2023-01-27/" + Only("T-7").delivery + ".txt");
}

TEST_F(CrashTest, AMessageOfUnknownFateIsNotSentAfterItsClockEnded) {
  CrashIn(Mail(), CrashingChannel::When::kBeforeCall);
  MustApply(Met());
  EXPECT_EQ(Reminders().at(0).state, domain::State::kSending);
  machine_ += absl::Seconds(61);
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Reminders().at(0).state, domain::State::kCancelled);
  EXPECT_THAT(mail_.Mails(), IsEmpty());
}

TEST_F(CrashTest, ACrashLoopEndsAsDead) {
  policy_.max_attempts = 2;
  contacts_.known[kVenue] = {{"张三", "later@example.cn", ""}};
  CrashIn(Mail(), CrashingChannel::When::kBeforeCall);
  machine_ += absl::Seconds(61);
  Dispatch();
  EXPECT_EQ(Only("T-7").state, domain::State::kDead);
}

TEST_F(CrashTest, WhatADeadDispatcherHadSetOutToSendIsLeftToItUntilItsLeaseWouldHaveEnded) {
  const store::Lease lease{"dead", machine_, machine_ + absl::Seconds(60)};
  ASSERT_OK(pool_->Transact("set out", {}, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const auto due, store::ReadDue(tx, clock_.Now(), lease, 10));
    return store::NoteBatch(tx, lease, due);
  }));
  channels_.email = Mail();
  EXPECT_EQ(Dispatch(), 0);
  EXPECT_EQ(contacts_.calls, 0) << "nobody's contacts are looked at without need";
  machine_ += absl::Seconds(61);
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Only("T-7").attempts, 1);
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(CrashTest, WhatADispatcherOfTheFormerReleaseLeftClaimedIsTakenOver) {
  ASSERT_OK(pool_->Transact("claim", {}, [&](pg::Tx& tx) {
    return tx.ExecScript(absl::StrCat("update reminders set state = 2, lease_until = '",
                                      absl::FormatTime(machine_ + absl::Seconds(60)),
                                      "' where step = 'T-7'"));
  }));
  channels_.email = Mail();
  EXPECT_EQ(Dispatch(), 0);
  machine_ += absl::Seconds(61);
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Only("T-7").attempts, 1);
}

TEST_F(CrashTest, ADispatcherTakesBackWhatItLeftWhenTheDatabaseWentAway) {
  channels_.email = std::make_unique<CrashingChannel>(Mail(), CrashingChannel::When::kAfterCall);
  EXPECT_THROW((void)dispatcher_->Run(), Crash);
  EXPECT_EQ(Dispatch(), 1) << "without waiting for its own lease";
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
}

// Its connection may outlive a dispatcher for a while, with a transaction that settles the message.
TEST_F(CrashTest, AMessageIsTakenOverWholeOrNotAtAll) {
  static constexpr pg::Statement kHoldOne = {"test.hold_one", R"sql(
    select from reminders where state = 3 order by clock desc limit 1 for update)sql"};
  policy_.digest_entries = 30;
  deadline::v1::ClockStarted second = Started();
  second.set_clock("districts/120110/clocks/0185a0b0-0000-7000-8000-00000000000f");
  MustApply(second, second.clock());
  channels_.email = std::make_unique<CrashingChannel>(Mail(), CrashingChannel::When::kAfterCall);
  EXPECT_THROW((void)dispatcher_->Run(), Crash);
  ASSERT_OK(pool_->Transact("settle", {}, [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kHoldOne).status());
    EXPECT_EQ(Dispatch(), 0);
    EXPECT_THAT(States("T-7"), Each(EndsWith("SENDING")));
    return absl::OkStatus();
  }));
  EXPECT_EQ(Dispatch(), 2);
  EXPECT_THAT(States("T-7"),
              UnorderedElementsAre("T-7 venue EMAIL SENT", "T-7 venue EMAIL MERGED"));
  EXPECT_THAT(Deliveries(), SizeIs(1));
}

TEST_F(CrashTest, ASimulatedRunWaitsForTheLeaseOfADeadDispatcher) {
  CrashIn(Mail(), CrashingChannel::When::kBeforeCall);
  dispatcher_ = NewDispatcher(/*stand_still=*/true);
  EXPECT_EQ(dispatcher_->Run().status().code(), absl::StatusCode::kUnavailable);
  machine_ += absl::Seconds(61);
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  EXPECT_EQ(dispatcher_->Run().value(), 0);
}

TEST_F(CrashTest, ADispatcherThatSleptIsFencedByTheToken) {
  // While the first one sends, its lease ends and another one sends and settles.
  bool inside = false;
  channels_.email = std::make_unique<InterruptedChannel>(Mail(), [&] {
    if (std::exchange(inside, true)) return;
    machine_ += absl::Seconds(61);
    ASSERT_OK_AND_ASSIGN(const int settled, NewDispatcher()->Run());
    EXPECT_EQ(settled, 1);
  });
  ASSERT_OK_AND_ASSIGN(const int settled, dispatcher_->Run());
  EXPECT_EQ(settled, 0);
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  EXPECT_THAT(Events(), SizeIs(1));
  EXPECT_THAT(Trail(Only("T-7").name()), ElementsAre(StartsWith("SendReminder: ")));
}

TEST_F(CrashTest, AClockThatEndsDuringAFailingCallCancels) {
  mail_.Stop();
  channels_.email = std::make_unique<InterruptedChannel>(Mail(), [&] { MustApply(Met()); });
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Reminders().at(0).state, domain::State::kCancelled);
}

TEST_F(CrashTest, AClockThatEndsBeforeItsMessageIsGivenBackCancels) {
  deadline::v1::ClockStarted second = Started();
  second.set_clock("districts/120110/clocks/0185a0b0-0000-7000-8000-00000000000f");
  MustApply(second, second.clock());
  mail_.Stop();
  channels_.email = std::make_unique<InterruptedChannel>(Mail(), [&] {
    for (const std::string& clock : {std::string(kClock), second.clock()}) {
      deadline::v1::ClockMet met = Met();
      met.set_clock(clock);
      MustApply(met, clock);
    }
  });
  const size_t told = Events().size();
  EXPECT_EQ(Dispatch(), 1) << "one call, after which the channel counts as down";
  EXPECT_THAT(States(), Each(EndsWith("CANCELLED")));
  for (const domain::Reminder& reminder : Reminders()) {
    if (reminder.step != "T-7") continue;
    EXPECT_THAT(Trail(reminder.name()), Not(IsEmpty()));
  }
  EXPECT_GE(Events().size(), told + 2) << "each ending is told";
}

TEST_F(CrashTest, ACallNeverBeginsWithTooLittleOfTheLease) {
  deadline::v1::ClockStarted second = Started();
  second.set_clock("districts/120110/clocks/0185a0b0-0000-7000-8000-00000000000f");
  MustApply(second, second.clock());
  // The first call takes so long that 15 seconds of the lease are left.
  channels_.email =
      std::make_unique<InterruptedChannel>(Mail(), [&] { machine_ += absl::Seconds(45); });
  ASSERT_OK_AND_ASSIGN(const int settled, dispatcher_->Run());
  EXPECT_EQ(settled, 1);
  EXPECT_THAT(States("T-7"), Contains("T-7 venue EMAIL PENDING"));
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_THAT(States("T-7"), Each(EndsWith("SENT")));
}

// A change of the clock by somebody else, such as the consumer of events.
TEST_F(CrashTest, AReminderWhoseClockIsBeingChangedIsLeftForTheNextTurn) {
  channels_.email = Mail();
  ASSERT_OK(pool_->Transact("change", {}, [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(store::LockClock(tx, kClock).status());
    EXPECT_EQ(Dispatch(), 0) << "and is not waited for";
    return absl::OkStatus();
  }));
  EXPECT_EQ(Only("T-7").state, domain::State::kPending);
  EXPECT_EQ(Dispatch(), 1);
  EXPECT_EQ(Only("T-7").attempts, 1);
}

TEST_F(CrashTest, ASimulatedRunDoesNotPassOverAReminderWhoseClockIsBeingChanged) {
  dispatcher_ = NewDispatcher(/*stand_still=*/true);
  ASSERT_OK(pool_->Transact("change", {}, [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(store::LockClock(tx, kClock).status());
    EXPECT_EQ(dispatcher_->Run().status().code(), absl::StatusCode::kUnavailable);
    return absl::OkStatus();
  }));
  EXPECT_EQ(Dispatch(), 1);
}

TEST_F(CrashTest, AMessageWhoseClockIsBeingChangedIsSettledAfterTheChange) {
  static constexpr pg::Statement kWaiting = {"test.waiting", R"sql(
    select count(*) > 0 from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock')sql"};
  const auto somebody_waits = [&](pg::Tx& tx) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kWaiting));
    return rows[0].Bool(0);
  };
  absl::Notification locked;
  std::thread change;
  channels_.email = std::make_unique<InterruptedChannel>(Mail(), [&] {
    change = std::thread([&] {
      EXPECT_OK(pool_->Transact("change", {}, [&](pg::Tx& tx) -> absl::Status {
        RETURN_IF_ERROR(store::LockClock(tx, kClock).status());
        locked.Notify();
        for (bool waited = false; !waited;) {
          ASSIGN_OR_RETURN(waited, pool_->TransactValue("look", {}, somebody_waits));
        }
        return absl::OkStatus();
      }));
    });
    locked.WaitForNotification();
  });
  EXPECT_EQ(Dispatch(), 1);
  change.join();
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

}  // namespace
}  // namespace rectify::reminder

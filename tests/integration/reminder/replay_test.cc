// Messages that are sent again, on their way out of the house.
#include <memory>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "services/reminder_dispatch/channels/webhook.h"
#include "services/reminder_dispatch/dispatch/replayer.h"
#include "services/reminder_dispatch/store/replay_store.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {
namespace {

using domain::DeliveryState;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kReplay[] = "0185a0b0-0000-7000-8000-0000000000b1";

// T-7 of one clock was sent to the venue.
class ReplayTest : public ReminderTest {
 protected:
  void SetUpMail() {
    mail_ = std::make_unique<MailServer>();
    channels_.email = std::make_unique<channels::SmtpChannel>(mail_->url(), "tixing@example.cn");
    SendOriginal(domain::Channel::kEmail);
  }

  void SetUpWebhook(const WebhookReceiver& receiver) {
    contacts_.known[kVenue] = {{"系统", "", receiver.url()}};
    auto allowed = outbound::AllowList::Parse({receiver.address_entry()});
    ASSERT_OK(allowed);
    auto webhook = channels::WebhookChannel::Create(kSecret, *allowed);
    ASSERT_OK(webhook);
    channels_.webhook = *std::move(webhook);
  }

  void SendOriginal(domain::Channel channel) {
    for (domain::Ladder& ladder : policy_.ladders) {
      for (domain::Step& step : ladder.steps) {
        step.recipients = {domain::RecipientKind::kVenue};
        step.channels = {channel};
      }
    }
    MustApply(Calendar2023(), "calendars/2023");
    MustApply(Started());
    DispatchAt(At(1, 30, 8));
    ASSERT_EQ(Only("T-7").state, domain::State::kSent);
    original_ = Only("T-7").delivery;
  }

  void Queue(bool include_ended = false) {
    ASSERT_OK_AND_ASSIGN(const int queued, pool_->TransactValue("queue", {}, [&](pg::Tx& tx) {
      return store::InsertReplays(tx, "120110", {{kReplay, original_, kVenue}}, include_ended,
                                  clock_.Now());
    }));
    EXPECT_EQ(queued, 1);
  }

  std::unique_ptr<dispatch::Replayer> NewReplayer(bool stand_still = false) {
    dispatch::DispatcherOptions options;
    options.stand_still = stand_still;
    options.holder = absl::StrCat("replay/", ++dispatchers_);
    options.machine_now = [this] { return machine_; };
    return std::make_unique<dispatch::Replayer>(*commands_, contacts_, channels_, policy_, options);
  }

  void RunAt(absl::Time now) {
    clock_.Set(now);
    if (replayer_ == nullptr) replayer_ = NewReplayer();
    while (true) {
      ASSERT_OK_AND_ASSIGN(const int done, replayer_->Run());
      if (done == 0) return;
    }
  }

  domain::Delivery Replayed() {
    for (const domain::Delivery& delivery : Deliveries()) {
      if (delivery.id == kReplay) return delivery;
    }
    ADD_FAILURE() << "the replay is not in the ledger";
    return {};
  }

  absl::Time NextDue() {
    if (replayer_ == nullptr) replayer_ = NewReplayer();
    const absl::StatusOr<absl::Time> due = replayer_->NextDue();
    EXPECT_OK(due);
    return due.value_or(absl::InfinitePast());
  }

  std::unique_ptr<MailServer> mail_;
  std::unique_ptr<dispatch::Replayer> replayer_;
  std::string original_;
};

TEST_F(ReplayTest, TheSameMailComesAgainAndTheOutcomeStays) {
  SetUpMail();
  const domain::Reminder before = Only("T-7");
  const std::vector<std::string> events = Events();
  Queue();
  RunAt(At(1, 30, 10));
  const std::vector<ReceivedMail> mails = mail_->Mails();
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(mails[0].message_id, absl::StrCat("<", original_, "@rectify>"));
  EXPECT_EQ(mails[1].message_id, mails[0].message_id);
  EXPECT_EQ(mails[1].subject, mails[0].subject);
  EXPECT_EQ(mails[1].body, mails[0].body);
  EXPECT_EQ(mails[1].date, mails[0].date);
  // A ledger row of its own, with the same words.
  const domain::Delivery replay = Replayed();
  EXPECT_EQ(replay.original, original_);
  EXPECT_EQ(replay.state, DeliveryState::kSent);
  EXPECT_EQ(replay.reminder, before.name());
  EXPECT_EQ(replay.settle_time, At(1, 30, 10));
  EXPECT_EQ(replay.body_sha256, Deliveries().front().body_sha256);
  EXPECT_EQ(replay.address, "z***@example.cn, l***@example.cn");
  // The reminder was sent once.
  const domain::Reminder after = Only("T-7");
  EXPECT_EQ(after.delivery, before.delivery);
  EXPECT_EQ(after.settle_time, before.settle_time);
  EXPECT_EQ(after.attempts, 1);
  EXPECT_EQ(Events(), events);
  EXPECT_THAT(Trail(replay.name()),
              ElementsAre(AllOf(StartsWith("ReplayDelivery: "), HasSubstr("补发已送出"))));
  EXPECT_EQ(NextDue(), absl::InfiniteFuture());
}

TEST_F(ReplayTest, AReceiverThatStillHasTheMessageTakesItOnce) {
  const WebhookReceiver receiver(kSecret);
  SetUpWebhook(receiver);
  SendOriginal(domain::Channel::kWebhook);
  Queue();
  RunAt(At(1, 30, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kSent);
  EXPECT_THAT(receiver.Accepted(), SizeIs(1));
}

TEST_F(ReplayTest, AReceiverThatLostTheMessageGetsItUnderItsOldId) {
  auto lost = std::make_unique<WebhookReceiver>(kSecret);
  SetUpWebhook(*lost);
  SendOriginal(domain::Channel::kWebhook);
  const auto before = lost->Accepted();
  lost.reset();
  const WebhookReceiver restored(kSecret);
  SetUpWebhook(restored);
  Queue();
  RunAt(At(1, 30, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kSent);
  EXPECT_EQ(restored.Accepted(), before);  // id and body
}

TEST_F(ReplayTest, ItWaitsForTheMorningAndForTheRateLimit) {
  SetUpMail();
  policy_.quiet_hours = domain::QuietHours{
      absl::Hours(21), absl::Hours(8), absl::Hours(9), {domain::Channel::kEmail}};
  policy_.rate_limits = {{domain::Channel::kEmail, true, 1, absl::Hours(1)}};
  clock_.Set(At(1, 30, 22));
  Queue();
  RunAt(At(1, 30, 22));
  EXPECT_THAT(mail_->Mails(), SizeIs(1));
  EXPECT_EQ(NextDue(), At(1, 31, 9));
  EXPECT_EQ(DispatchAt(At(1, 31, 9)), 1);  // T-3 takes the only token
  RunAt(At(1, 31, 9));
  EXPECT_EQ(Replayed().state, DeliveryState::kWaiting);
  EXPECT_EQ(NextDue(), At(1, 31, 10));
  RunAt(At(1, 31, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kSent);
  EXPECT_THAT(mail_->Mails(), SizeIs(3));
}

TEST_F(ReplayTest, WhatHasEndedMeanwhileIsNotSentToPeople) {
  SetUpMail();
  Queue();
  MustApply(Met());
  RunAt(At(1, 30, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kFailed);
  EXPECT_THAT(Replayed().provider_reply, HasSubstr("期限已结束"));
  EXPECT_THAT(mail_->Mails(), SizeIs(1));
}

TEST_F(ReplayTest, ASystemThatKeepsARecordGetsItAllTheSame) {
  SetUpMail();
  Queue(/*include_ended=*/true);
  MustApply(Met());
  RunAt(At(1, 30, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kSent);
}

TEST_F(ReplayTest, AMailServerThatIsAwayIsTriedAgain) {
  SetUpMail();
  Queue();
  mail_->Stop();
  RunAt(At(1, 30, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kWaiting);
  EXPECT_GT(NextDue(), At(1, 30, 10));
  mail_->Start();
  RunAt(NextDue());
  EXPECT_EQ(Replayed().state, DeliveryState::kSent);
  EXPECT_THAT(mail_->Mails(), SizeIs(2));
}

TEST_F(ReplayTest, ARegistryThatIsAwayDelaysIt) {
  SetUpMail();
  Queue();
  contacts_.up = false;
  RunAt(At(1, 30, 10));
  EXPECT_EQ(NextDue(), At(1, 30, 10, 1));
  contacts_.up = true;
  RunAt(At(1, 30, 10, 1));
  EXPECT_EQ(Replayed().state, DeliveryState::kSent);
}

TEST_F(ReplayTest, WithoutAnAddressByItsChannelItFails) {
  SetUpMail();
  Queue();
  contacts_.known.erase(kVenue);
  RunAt(At(1, 30, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kFailed);
}

TEST_F(ReplayTest, ADispatcherThatDiesLosesNothing) {
  SetUpMail();
  Queue();
  clock_.Set(At(1, 30, 10));
  const store::Lease lease{"dead", machine_, machine_ + absl::Minutes(1)};
  ASSERT_OK_AND_ASSIGN(const auto claims, pool_->TransactValue("claim", {}, [&](pg::Tx& tx) {
    return store::ClaimReplays(tx, clock_.Now(), lease, 10);
  }));
  ASSERT_THAT(claims, SizeIs(1));
  RunAt(At(1, 30, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kWaiting);  // it holds the lease
  // Simulated time does not go on meanwhile.
  EXPECT_EQ(NewReplayer(/*stand_still=*/true)->Run().status().code(),
            absl::StatusCode::kUnavailable);
  machine_ += absl::Minutes(2);
  RunAt(At(1, 30, 10));
  EXPECT_EQ(Replayed().state, DeliveryState::kSent);
  // Its late answer changes nothing.
  ASSERT_OK_AND_ASSIGN(const bool settled, pool_->TransactValue("late", {}, [&](pg::Tx& tx) {
    return store::SettleReplay(tx, claims[0], {DeliveryState::kFailed, clock_.Now()}, "late",
                               clock_.Now());
  }));
  EXPECT_FALSE(settled);
  EXPECT_EQ(Replayed().state, DeliveryState::kSent);
}

}  // namespace
}  // namespace rectify::reminder

// A dispatcher whose call outlasts its lease comes back while another one is calling: it must not
// say what became of a message that is not its own any more.
#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::crash {
namespace {

using reminder::At;
using reminder::channels::Message;
using reminder::domain::Attempt;
using reminder::domain::State;
using ::testing::SizeIs;

// Calls `send` instead of the channel's own.
class StagedChannel : public reminder::channels::Channel {
 public:
  StagedChannel(std::unique_ptr<Channel> inner,
                std::function<Attempt(Channel&, const Message&)> send)
      : inner_(std::move(inner)), send_(std::move(send)) {}
  Attempt Send(const Message& message) override { return send_(*inner_, message); }
  std::string Content(const Message& message) const override { return inner_->Content(message); }
  std::string Mask(const Message& message) const override { return inner_->Mask(message); }

 private:
  const std::unique_ptr<Channel> inner_;
  const std::function<Attempt(Channel&, const Message&)> send_;
};

class StalledDispatcherTest : public reminder::ReminderTest {
 protected:
  StalledDispatcherTest() {
    for (reminder::domain::Ladder& ladder : policy_.ladders) {
      for (reminder::domain::Step& step : ladder.steps) {
        step.recipients = {reminder::domain::RecipientKind::kVenue};
      }
    }
    MustApply(reminder::Started());
    clock_.Set(At(1, 27));
  }

  reminder::dispatch::Channels Staged(
      std::function<Attempt(reminder::channels::Channel&, const Message&)> send) {
    reminder::dispatch::Channels channels;
    channels.email = std::make_unique<StagedChannel>(
        std::make_unique<reminder::channels::SmtpChannel>(mail_.url(), "tixing@example.cn"),
        std::move(send));
    return channels;
  }

  void Run(const std::string& holder, const reminder::dispatch::Channels& channels) {
    reminder::FakeContacts contacts;
    reminder::dispatch::Dispatcher dispatcher(*commands_, contacts, channels, policy_,
                                              {.holder = holder, .machine_now = [this] {
                                                 return absl::FromUnixSeconds(machine_seconds_);
                                               }});
    EXPECT_OK(dispatcher.Run());
  }

  reminder::MailServer mail_;
  std::atomic<int64_t> machine_seconds_ = 1700000000;
};

TEST_F(StalledDispatcherTest, WhatItSaysDuringAnotherOnesCallDoesNotCount) {
  absl::Notification first_calls, second_calls, first_is_back;
  std::thread first([&] {
    Run("first", Staged([&](reminder::channels::Channel&, const Message&) -> Attempt {
          first_calls.Notify();
          second_calls.WaitForNotification();
          return {Attempt::Kind::kTemporary, "no answer in time", {}};
        }));
    first_is_back.Notify();
  });
  first_calls.WaitForNotification();
  machine_seconds_ += 61;  // its lease ends
  Run("second", Staged([&](reminder::channels::Channel& mail, const Message& message) {
        second_calls.Notify();
        first_is_back.WaitForNotification();
        return mail.Send(message);
      }));
  first.join();
  EXPECT_EQ(Only("T-7").state, State::kSent);

  clock_.Set(At(1, 28));
  Run("third", Staged([](reminder::channels::Channel& mail, const Message& message) {
        return mail.Send(message);
      }));
  EXPECT_THAT(mail_.Mails(), SizeIs(1)) << "sent twice though nobody died";
  EXPECT_THAT(Events(), SizeIs(1));
}

}  // namespace
}  // namespace rectify::crash

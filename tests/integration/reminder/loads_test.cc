// A batch on its way in loads, by one dispatcher or by two.
#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/reminder_store.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/interrupted_channel.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::SizeIs;

class LoadsTest : public ReminderTest {
 protected:
  LoadsTest() { MustApply(Started()); }

  static constexpr int kCount = 500;

  // As many reminders of one clock, each to a recipient of its own; due, and nothing else.
  void PlanMany() {
    ASSERT_OK(pool_->Transact("plan", {}, [&](pg::Tx& tx) -> absl::Status {
      ASSIGN_OR_RETURN(auto clocks, store::ReadClocks(tx, {kClock}));
      std::vector<domain::Reminder> reminders;
      for (int i = 0; i < kCount; ++i) {
        domain::Reminder reminder;
        reminder.step = "race";
        reminder.recipient = absl::StrCat("districts/120110/venues/", i);
        reminder.title_template = "{title}";
        reminder.body_template = "{due}";
        reminder.catch_up = domain::CatchUp::kAll;
        domain::Attach(reminder, clocks.at(kClock), At(1, 26));
        reminders.push_back(std::move(reminder));
      }
      return store::InsertReminders(tx, reminders).status();
    }));
    for (int i = 0; i < kCount; ++i) {
      contacts_.known[absl::StrCat("districts/120110/venues/", i)] = {
          {"张三", absl::StrCat("v", i, "@example.cn"), ""}};
    }
    clock_.Set(At(1, 26, 12));
  }

  std::unique_ptr<channels::Channel> Mail() {
    return std::make_unique<channels::SmtpChannel>(mail_.url(), "tixing@example.cn");
  }

  MailServer mail_;
};

TEST_F(LoadsTest, ABatchGoesOutInLoadsThatAreAllSettled) {
  PlanMany();
  EXPECT_EQ(dispatcher_->Run().value(), kCount) << "as letters";
  EXPECT_EQ(contacts_.calls, 5) << "32, 64, 128, 256 and the rest";
  EXPECT_THAT(States("race"), AllOf(SizeIs(kCount), Each(EndsWith("SENT"))));
  EXPECT_THAT(Events(), SizeIs(kCount));
  for (const domain::Delivery& delivery : Deliveries()) {
    EXPECT_EQ(delivery.state, domain::DeliveryState::kSent);
  }
}

TEST_F(LoadsTest, WhatASlowChannelDoesNotManageInTimeIsGivenBack) {
  PlanMany();
  channels_.email =
      std::make_unique<InterruptedChannel>(Mail(), [this] { machine_ += absl::Seconds(1); });
  EXPECT_EQ(dispatcher_->Run().value(), 6) << "until five seconds have passed";
  EXPECT_THAT(States("race"), Contains(EndsWith("PENDING")).Times(kCount - 6));
  EXPECT_THAT(mail_.Mails(), SizeIs(6));
  EXPECT_EQ(dispatcher_->Run().value(), 6);
  EXPECT_THAT(mail_.Mails(), SizeIs(12)) << "nothing twice";
}

TEST_F(LoadsTest, TwoDispatchersBringEachReminderToOneOutcome) {
  PlanMany();
  channels_.email = Mail();
  std::vector<std::thread> threads;
  std::atomic<int> total = 0;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      // Channels serve one thread at a time, contact books too: each process has its own.
      FakeContacts contacts = contacts_;
      dispatch::Channels channels;
      channels.email = Mail();
      dispatch::Dispatcher dispatcher(*commands_, contacts, channels, policy_,
                                      {.holder = absl::StrCat("racer/", i)});
      for (int settled = 1; settled > 0; total += settled) {
        absl::StatusOr<int> done = dispatcher.Run();
        EXPECT_OK(done);
        settled = done.ok() ? *done : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(total, kCount);
  EXPECT_THAT(States("race"), AllOf(SizeIs(kCount), Each(EndsWith("SENT"))));
  EXPECT_THAT(Events(), SizeIs(kCount));
  std::set<std::string> ledger, arrived;
  for (const domain::Delivery& delivery : Deliveries()) {
    EXPECT_EQ(delivery.state, domain::DeliveryState::kSent);
    ledger.insert(delivery.id);
  }
  const std::vector<ReceivedMail> mails = mail_.Mails();
  for (const ReceivedMail& mail : mails) arrived.insert(mail.delivery);
  EXPECT_EQ(mails.size(), static_cast<size_t>(kCount));
  EXPECT_EQ(arrived, ledger);
}

}  // namespace
}  // namespace rectify::reminder

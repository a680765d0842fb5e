// Due reminders and what arrives.
#include <filesystem>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "libs/crypto/crypto.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class DispatchTest : public ReminderTest {
 protected:
  DispatchTest() {
    channels_.email = std::make_unique<channels::SmtpChannel>(mail_.url(), "tixing@example.cn");
    MustApply(Calendar2023(), "calendars/2023");
  }

  MailServer mail_;
};

TEST_F(DispatchTest, NothingHappensBeforeItsTime) {
  MustApply(Started());
  EXPECT_EQ(DispatchAt(At(1, 27, 8, 59)), 0);
  EXPECT_THAT(mail_.Mails(), IsEmpty());
  EXPECT_EQ(contacts_.calls, 0);
  ASSERT_OK_AND_ASSIGN(const absl::Time next, dispatcher_->NextDue());
  EXPECT_EQ(next, At(1, 27));
}

TEST_F(DispatchTest, NothingIsNextWhenNothingIsPlanned) {
  ASSERT_OK_AND_ASSIGN(const absl::Time next, dispatcher_->NextDue());
  EXPECT_EQ(next, absl::InfiniteFuture());
}

TEST_F(DispatchTest, ADueReminderArrivesAsOneMailToAllPersonsOfTheVenue) {
  MustApply(Started());
  EXPECT_EQ(DispatchAt(At(1, 27)), 2);
  const domain::Reminder reminder = Only("T-7");
  EXPECT_EQ(reminder.state, domain::State::kSent);
  EXPECT_EQ(reminder.attempts, 1);
  EXPECT_EQ(reminder.settle_time, At(1, 27));
  std::vector<ReceivedMail> mails = mail_.Mails();
  ASSERT_THAT(mails, SizeIs(2));
  if (mails[0].delivery != reminder.delivery) std::swap(mails[0], mails[1]);
  const ReceivedMail& mail = mails[0];
  EXPECT_EQ(mail.delivery, reminder.delivery);
  EXPECT_EQ(mail.message_id, "<" + reminder.delivery + "@rectify>");
  EXPECT_THAT(mail.envelope_to, UnorderedElementsAre("zhang@example.cn", "li@example.cn"));
  EXPECT_EQ(mail.to, "<zhang@example.cn>, <li@example.cn>");
  EXPECT_EQ(mail.from, "<tixing@example.cn>");
  EXPECT_EQ(mail.date, "Fri, 27 Jan 2023 09:00:00 +0800");
  EXPECT_EQ(mail.subject, "【改正提醒】示例𠮷商场：改正期限还有7日到期");
  EXPECT_THAT(mail.body, AllOf(HasSubstr("2023年2月3日（含当日）"), HasSubstr("疏散通道堵塞"),
                               HasSubstr("本提醒不是法律文书的送达")));
}

TEST_F(DispatchTest, TheLedgerShowsWhatLeftWithoutTheAddresses) {
  MustApply(Started());
  DispatchAt(At(1, 27));
  const domain::Reminder reminder = Only("T-7");
  for (const domain::Delivery& delivery : Deliveries()) {
    if (delivery.id != reminder.delivery) continue;
    EXPECT_EQ(delivery.reminder, reminder.name());
    EXPECT_EQ(delivery.channel, domain::Channel::kEmail);
    EXPECT_EQ(delivery.state, domain::DeliveryState::kSent);
    EXPECT_EQ(delivery.address, "z***@example.cn, l***@example.cn");
    EXPECT_THAT(delivery.provider_reply, StartsWith("250"));
    EXPECT_EQ(delivery.create_time, At(1, 27));
    EXPECT_EQ(delivery.settle_time, At(1, 27));
    std::vector<std::string> hashes;
    for (const ReceivedMail& mail : mail_.Mails()) hashes.push_back(crypto::Sha256(mail.body));
    EXPECT_THAT(hashes, Contains(delivery.body_sha256));
    return;
  }
  FAIL() << "no delivery of " << reminder.name();
}

TEST_F(DispatchTest, ASentReminderIsToldAndInTheTrailOfTheFinding) {
  MustApply(Started());
  DispatchAt(At(1, 27));
  EXPECT_THAT(Events(), UnorderedElementsAre("ReminderSent 1 " + Only("T-7").id,
                                             "ReminderSent 1 " + Only("T-7", kOfficer).id));
  EXPECT_THAT(Trail(kFinding), Contains(AllOf(StartsWith("SendReminder: "), HasSubstr("T-7"))));
  EXPECT_THAT(Trail(Only("T-7").name()), ElementsAre(StartsWith("SendReminder: ")));
  EXPECT_THAT(Trail(kVenue), Each(Not(HasSubstr("zhang"))));
}

TEST_F(DispatchTest, AWholeBatchAsksTheRegistryOnce) {
  MustApply(Started());
  DispatchAt(At(1, 27));
  EXPECT_EQ(contacts_.calls, 1);
  EXPECT_THAT(contacts_.purpose,
              AllOf(StartsWith("reminder districts/120110/reminders/"), EndsWith(" 等2条")));
}

TEST_F(DispatchTest, AMailWithoutAddressBecomesALetter) {
  contacts_.known[kVenue] = {{"张三", "", ""}};
  MustApply(Started());
  DispatchAt(At(1, 27));
  const domain::Reminder reminder = Only("T-7");
  EXPECT_EQ(reminder.state, domain::State::kSent);
  EXPECT_EQ(reminder.channel, domain::Channel::kEmail);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/letters/2023-01-27/" + reminder.delivery +
                                      ".txt"));
  for (const domain::Delivery& delivery : Deliveries()) {
    if (delivery.id == reminder.delivery) {
      EXPECT_EQ(delivery.channel, domain::Channel::kFile);
      EXPECT_EQ(delivery.address, "2023-01-27/" + reminder.delivery + ".txt");
    }
  }
}

TEST_F(DispatchTest, ARecipientUnknownToTheRegistryGetsALetterToo) {
  contacts_.known.erase(kVenue);
  MustApply(Started());
  DispatchAt(At(1, 27));
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(DispatchTest, OneRefusedAddressDoesNotKeepTheMailFromTheOther) {
  contacts_.known[kVenue][0].email = "nobody@example.cn";
  MustApply(Started());
  DispatchAt(At(1, 27));
  EXPECT_EQ(Only("T-7").state, domain::State::kSent);
  for (const domain::Delivery& delivery : Deliveries()) {
    if (delivery.id != Only("T-7").delivery) continue;
    EXPECT_THAT(delivery.provider_reply, HasSubstr("被拒绝"));
    EXPECT_THAT(delivery.provider_reply, Not(HasSubstr("nobody")));
  }
}

TEST_F(DispatchTest, AfterADowntimeTheNewestCountdownIsSentAndOlderOnesAreSuperseded) {
  MustApply(Started());
  DispatchAt(At(2, 2, 10));
  EXPECT_THAT(States("T-7"),
              UnorderedElementsAre("T-7 venue EMAIL SUPERSEDED", "T-7 officer EMAIL SUPERSEDED"));
  EXPECT_THAT(States("T-3"), Each(EndsWith("SUPERSEDED")));
  EXPECT_THAT(States("T-1"), Each(EndsWith("SENT")));
  EXPECT_THAT(mail_.Mails(), SizeIs(2));
  EXPECT_THAT(Trail(kFinding), Contains(StartsWith("SupersedeReminder: ")).Times(4));
  EXPECT_EQ(Only("T-7").last_error, "同一时限有更新的提醒");
}

TEST_F(DispatchTest, WhatComesDueDuringARunIsLeftToTheNext) {
  MustApply(Started());
  clock_.Set(At(1, 31, 8));  // T-7 is late, T-3 due in an hour
  clock_.PassBetweenLooks(absl::Hours(2));
  ASSERT_OK(dispatcher_->Run());
  EXPECT_THAT(States("T-7"), Each(EndsWith("SENT")));
  EXPECT_THAT(States("T-3"), Each(EndsWith("PENDING")));
}

TEST_F(DispatchTest, AfterADowntimeEveryEscalationIsSent) {
  MustApply(Started());
  DispatchAt(At(2, 9));
  EXPECT_THAT(States("T+0"), Each(EndsWith("SUPERSEDED")));
  EXPECT_THAT(States("T+1wd"), AllOf(SizeIs(4), Each(EndsWith("SENT"))));
  EXPECT_THAT(States("T+3wd"), AllOf(SizeIs(5), Each(EndsWith("SENT"))));
}

TEST_F(DispatchTest, ALateMessageCountsTheDaysOfItsSending) {
  MustApply(Started());
  DispatchAt(At(2, 9));
  for (const ReceivedMail& mail : mail_.Mails()) {
    EXPECT_THAT(mail.subject, HasSubstr("已逾期6日"));
    EXPECT_THAT(mail.body, HasSubstr("已逾期6日"));
  }
  EXPECT_THAT(Only("T+1wd").title, HasSubstr("已逾期6日"));
}

TEST_F(DispatchTest, OverdueNeverGoesQuiet) {
  MustApply(Started());
  for (absl::Time next = At(1, 27); next < At(4, 1);) {
    DispatchAt(next);
    ASSERT_OK_AND_ASSIGN(next, dispatcher_->NextDue());
  }
  std::vector<absl::Time> times;
  for (const domain::Reminder& reminder : Reminders()) {
    if (reminder.step == "T+22" && reminder.recipient == kVenue) times.push_back(reminder.due_time);
  }
  EXPECT_THAT(times, ElementsAre(At(2, 25), At(3, 4), At(3, 11), At(3, 18), At(3, 25), At(4, 1)));
  EXPECT_THAT(States("T+22"), Contains("T+22 venue EMAIL PENDING").Times(1));
}

TEST_F(DispatchTest, ALongDowntimeIsNotMadeUpByABurstOfRepetitions) {
  MustApply(Started());
  DispatchAt(At(2, 25));
  DispatchAt(At(4, 5));
  std::vector<std::string> venue;
  for (const std::string& state : States("T+22")) {
    if (state.find("venue") != std::string::npos) venue.push_back(state);
  }
  EXPECT_THAT(venue, ElementsAre("T+22 venue EMAIL SENT", "T+22 venue EMAIL SENT",
                                 "T+22 venue EMAIL PENDING"));
  ASSERT_OK_AND_ASSIGN(const absl::Time next, dispatcher_->NextDue());
  EXPECT_EQ(next, At(4, 8));
}

TEST_F(DispatchTest, AClockThatWasMetIsNotRemindedOfAnyMore) {
  MustApply(Started());
  clock_.Set(At(1, 27));
  MustApply(Met());
  EXPECT_EQ(Dispatch(), 0);
  EXPECT_THAT(mail_.Mails(), IsEmpty());
}

TEST_F(DispatchTest, ReRunningFindsNothingLeftToDo) {
  MustApply(Started());
  EXPECT_EQ(DispatchAt(At(1, 27)), 2);
  EXPECT_EQ(Dispatch(), 0);
  EXPECT_THAT(mail_.Mails(), SizeIs(2));
}

}  // namespace
}  // namespace rectify::reminder

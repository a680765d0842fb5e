// Digests, quiet hours, mutes, acknowledgements and inhibition, on the way out of the house.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/clock.h"
#include "libs/rpc/convert.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "services/reminder_dispatch/dispatch/reachability.h"
#include "services/reminder_dispatch/store/gate_store.h"
#include "services/reminder_dispatch/store/reachability_store.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr char kOtherClock[] = "districts/120110/clocks/0185a0b0-0000-7000-8000-000000000011";

class GatesTest : public ReminderTest {
 protected:
  GatesTest() {
    channels_.email = std::make_unique<channels::SmtpChannel>(mail_.url(), "tixing@example.cn");
    policy_.digest_entries = 30;
    policy_.quiet_hours = domain::QuietHours{
        absl::Hours(21), absl::Hours(8), absl::Hours(9), {domain::Channel::kEmail}};
    MustApply(Calendar2023(), "calendars/2023");
    for (domain::Ladder& ladder : policy_.ladders) {
      for (domain::Step& step : ladder.steps) step.recipients = {domain::RecipientKind::kVenue};
    }
  }

  // The same clock by another name.
  deadline::v1::ClockStarted Other(const std::string& ladder = "correction_term") {
    deadline::v1::ClockStarted started = Started(ladder);
    started.set_clock(kOtherClock);
    started.set_document_number("津丽消限字〔2023〕第0002号");
    return started;
  }

  void Mute(const std::string& clock, absl::Time end) {
    const domain::Mute mute{"120110",
                            "0185a0b0-0000-7000-8000-0000000000aa",
                            clock,
                            "",
                            "districts/120110/officers/x",
                            "停业装修",
                            clock_.Now(),
                            end};
    ASSERT_OK(pool_->Transact("mute", {}, [&](pg::Tx& tx) { return store::InsertMute(tx, mute); }));
  }

  MailServer mail_;
};

TEST_F(GatesTest, WhatFallsDueTogetherIsOneMailThatListsEach) {
  MustApply(Started());
  MustApply(Other(), kOtherClock);
  EXPECT_EQ(DispatchAt(At(1, 31)), 4);  // T-7, superseded, and T-3 of two clocks
  const std::vector<ReceivedMail> mails = mail_.Mails();
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_EQ(mails[0].subject, "【提醒汇总】1月31日共2项");
  EXPECT_THAT(mails[0].body, AllOf(HasSubstr("第0001号"), HasSubstr("第0002号")));
  EXPECT_THAT(States("T-3"),
              UnorderedElementsAre("T-3 venue EMAIL SENT", "T-3 venue EMAIL MERGED"));
  const std::vector<domain::Delivery> deliveries = Deliveries();
  ASSERT_THAT(deliveries, SizeIs(1));
  for (const domain::Reminder& reminder : Reminders()) {
    if (reminder.step == "T-3") {
      EXPECT_EQ(reminder.delivery, deliveries[0].id);
    }
  }
}

TEST_F(GatesTest, EachReminderIsToldByOneOutcome) {
  MustApply(Started());
  MustApply(Other(), kOtherClock);
  DispatchAt(At(1, 31));
  std::vector<std::string> kinds;
  for (const std::string& event : Events()) kinds.push_back(event.substr(0, event.find(' ')));
  EXPECT_THAT(kinds,
              ElementsAre("ReminderSettled", "ReminderSettled", "ReminderSent", "ReminderSettled"));
  MustApply(Met());
  EXPECT_THAT(Events().back(), StartsWith("ReminderSettled 1 0185a0b0"));
}

TEST_F(GatesTest, UrgentOnesBreakOutOfTheDigestAndOfTheNight) {
  for (domain::Ladder& ladder : policy_.ladders) {
    for (domain::Step& step : ladder.steps) step.urgent = true;
  }
  MustApply(Started());
  MustApply(Other(), kOtherClock);
  DispatchAt(At(1, 23, 23));  // a night of Spring Festival: nothing is due yet
  DispatchAt(At(1, 27));      // T-7 falls on the holiday
  EXPECT_THAT(mail_.Mails(), SizeIs(2));
}

TEST_F(GatesTest, WhatFallsDueOnAHolidayWaitsForTheWorkingMorning) {
  MustApply(Started());
  EXPECT_EQ(DispatchAt(At(1, 27)), 1);
  EXPECT_THAT(mail_.Mails(), IsEmpty());
  EXPECT_EQ(Only("T-7").attempts, 0);
  ASSERT_OK_AND_ASSIGN(const absl::Time next, dispatcher_->NextDue());
  EXPECT_EQ(next, At(1, 28));  // a worked Saturday
  EXPECT_EQ(DispatchAt(At(1, 28)), 1);
  EXPECT_EQ(Only("T-7").settle_time, At(1, 28));
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(GatesTest, AMuteEndsByItselfAndOverdueGoesOn) {
  MustApply(Started());
  Mute(kClock, At(1, 29));
  EXPECT_EQ(DispatchAt(At(1, 28)), 1);
  EXPECT_EQ(Only("T-7").state, domain::State::kMuted);
  EXPECT_THAT(Only("T-7").last_error, HasSubstr("停业装修"));
  EXPECT_THAT(Trail(kOrder), Contains(StartsWith("MuteReminder: ")));
  EXPECT_EQ(DispatchAt(At(1, 31)), 1);
  EXPECT_EQ(Only("T-3").state, domain::State::kSent);
}

TEST_F(GatesTest, AMutedRepetitionDoesNotEndTheChain) {
  MustApply(Started());
  clock_.Set(At(2, 27));  // the Monday after T+22
  Mute(kClock, At(2, 28));
  Dispatch();
  EXPECT_THAT(States("T+22"),
              UnorderedElementsAre("T+22 venue EMAIL MUTED", "T+22 venue EMAIL PENDING"));
  EXPECT_THAT(Reminders(), Contains(Field(&domain::Reminder::due_time, At(3, 4))));
}

TEST_F(GatesTest, AConsequenceIsSilentWhereItsCauseSpeaks) {
  for (domain::Ladder& ladder : policy_.ladders) {
    if (ladder.name != "recheck") continue;
    for (domain::Step& step : ladder.steps) step.inhibited_by = {"correction_term"};
  }
  MustApply(Started());
  MustApply(Other("recheck"), kOtherClock);
  DispatchAt(At(2, 2));
  EXPECT_THAT(States("T-1"),
              UnorderedElementsAre("T-1 venue EMAIL SENT", "T-1 venue EMAIL INHIBITED"));
  MustApply(Met());  // the cause has ended: its consequence speaks again
  DispatchAt(At(2, 3));
  EXPECT_THAT(States("T+0"), Contains("T+0 venue EMAIL SENT"));
}

TEST_F(GatesTest, ARateLimitDelaysAndDropsNothing) {
  policy_.digest_entries = 1;
  policy_.rate_limits = {{domain::Channel::kEmail, true, 1, absl::Hours(1)}};
  MustApply(Started());
  MustApply(Other(), kOtherClock);
  DispatchAt(At(1, 31));
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
  ASSERT_OK_AND_ASSIGN(const absl::Time next, dispatcher_->NextDue());
  EXPECT_EQ(next, At(1, 31, 10));
  DispatchAt(next);
  EXPECT_THAT(mail_.Mails(), SizeIs(2));
  EXPECT_THAT(States("T-3"), Each(EndsWith(" SENT")));
}

TEST_F(GatesTest, WhomNobodyReachesIsFoundBeforeItIsNeeded) {
  contacts_.known.erase(kVenue);
  MustApply(Started());
  dispatch::Reachability reachability(*commands_, contacts_, channels_);
  clock_.Set(At(1, 25));
  ASSERT_OK_AND_ASSIGN(const int checked, reachability.Run());
  EXPECT_EQ(checked, 1);
  const auto unreachable = [&] {
    return *pool_->TransactValue("unreachable", {},
                                 [](pg::Tx& tx) { return store::ReadUnreachable(tx, "120110"); });
  };
  ASSERT_THAT(unreachable(), SizeIs(1));
  EXPECT_EQ(unreachable()[0].recipient, kVenue);
  EXPECT_EQ(unreachable()[0].next_due_time, At(1, 27));
  EXPECT_THAT(Trail(kVenue), Contains(StartsWith("ReportUnreachable: ")));
  EXPECT_THAT(Events(), Contains(StartsWith("RecipientUnreachable 1 ")));

  ASSERT_OK_AND_ASSIGN(const int again, reachability.Run());
  EXPECT_EQ(again, 0);  // once a day
  contacts_ = FakeContacts();
  clock_.Set(At(1, 26));
  ASSERT_OK(reachability.Run());
  EXPECT_THAT(unreachable(), IsEmpty());
}

}  // namespace
}  // namespace rectify::reminder

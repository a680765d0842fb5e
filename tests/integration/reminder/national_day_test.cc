// A dispatcher that stood still over National Day 2023: nothing lost, doubled, sent on a day off or
// after closing.
#include <map>
#include <set>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "libs/base/clock.h"
#include "libs/rpc/convert.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {
namespace {

using domain::State;
using ::testing::Contains;

constexpr int kHolidayClocks = 12;

class NationalDayTest : public ReminderTest {
 protected:
  NationalDayTest() {
    channels_.email = std::make_unique<channels::SmtpChannel>(mail_.url(), "tixing@example.cn");
    contacts_.known["districts/120110/posts/chief"] = {{"刘", "liu@fire.example.cn", ""}};
    policy_.digest_entries = 30;
    policy_.quiet_hours = domain::QuietHours{
        absl::Hours(21), absl::Hours(8), absl::Hours(9), {domain::Channel::kEmail}};
    clock_.Set(At(9, 11, 10));
    MustApply(Calendar(), "calendars/2023");
    for (int i = 0; i < kHolidayClocks; ++i) {
      const std::string name =
          absl::StrFormat("districts/120110/clocks/0185a0b0-0000-7000-8000-0000000001%02d", i);
      MustApply(ClockDue(name, absl::CivilDay(2023, 9, 27) + i), name);
    }
  }

  // Off from 09-29 to 10-06, worked on 10-07 and 10-08.
  static deadline::v1::CalendarImported Calendar() {
    deadline::v1::CalendarImported imported;
    imported.mutable_notice()->set_year(2023);
    imported.mutable_notice()->set_notice("国办发明电〔2022〕16号");
    imported.mutable_notice()->set_version(1);
    for (absl::CivilDay day(2023, 9, 29); day <= absl::CivilDay(2023, 10, 8); ++day) {
      deadline::v1::SpecialDay& special = *imported.mutable_notice()->add_days();
      *special.mutable_day() = rpc::ToDate(day);
      special.set_day_class(day <= absl::CivilDay(2023, 10, 6)
                                ? deadline::v1::DAY_CLASS_HOLIDAY
                                : deadline::v1::DAY_CLASS_MAKE_UP_WORKDAY);
      special.set_name("国庆节");
    }
    return imported;
  }

  static deadline::v1::ClockStarted ClockDue(const std::string& name, absl::CivilDay due) {
    deadline::v1::ClockStarted started = Started();
    started.set_clock(name);
    *started.mutable_start_time() = rpc::ToTimestamp(At(9, 11, 10));
    *started.mutable_due_date() = rpc::ToDate(due);
    *started.mutable_due_time() = rpc::ToTimestamp(StartOfDay(due + 1));
    return started;
  }

  // Every six hours, at night too.
  void Run(absl::Time from, absl::Time to) {
    for (absl::Time now = from; now <= to; now += absl::Hours(6)) DispatchAt(now);
  }

  MailServer mail_;
};

TEST_F(NationalDayTest, TenDaysOfStandstillLoseDoubleAndMistimeNothing) {
  Run(At(9, 11, 11), At(9, 27, 23));
  // Ten days later, on a Sunday that is worked, before the doors open.
  const absl::Time back = At(10, 8, 5), end = At(10, 13, 23);
  Run(back, end);

  const auto calendar =
      *pool_->TransactValue("calendar", {}, [](pg::Tx& tx) { return store::ReadCalendar(tx); });
  std::set<std::string> carriers;
  for (const domain::Reminder& reminder : Reminders()) {
    SCOPED_TRACE(reminder.step + " " + FormatChinaMinute(reminder.due_time));
    if (reminder.state == State::kPending) {
      EXPECT_GT(reminder.not_before, end);
      continue;
    }
    ASSERT_TRUE(domain::IsSettled(reminder.state));
    EXPECT_NE(reminder.state, State::kDead);
    if (reminder.catch_up == domain::CatchUp::kAll) {
      EXPECT_NE(reminder.state, State::kSuperseded);
    }
    if (reminder.state != State::kSent && reminder.state != State::kMerged) continue;
    const absl::Time sent = *reminder.settle_time;
    EXPECT_TRUE(workday::IsWorking(calendar.ClassOf(CivilDayOf(sent))));
    EXPECT_GE(sent - StartOfDay(CivilDayOf(sent)), absl::Hours(8));
    EXPECT_LT(sent - StartOfDay(CivilDayOf(sent)), absl::Hours(21));
    if (reminder.state == State::kSent) carriers.insert(reminder.delivery);
  }
  // The ledger, the mailbox and the outcomes are three views of the same mails.
  std::map<std::string, int> arrived;
  for (const ReceivedMail& mail : mail_.Mails()) ++arrived[mail.delivery];
  std::set<std::string> delivered, mailed;
  for (const domain::Delivery& delivery : Deliveries()) {
    EXPECT_EQ(delivery.state, domain::DeliveryState::kSent);
    delivered.insert(delivery.id);
    // The street takes no webhooks here and gets letters.
    if (delivery.channel == domain::Channel::kEmail) mailed.insert(delivery.id);
  }
  EXPECT_EQ(delivered, carriers);
  for (const auto& [delivery, count] : arrived) {
    EXPECT_EQ(count, 1) << delivery;
    EXPECT_THAT(mailed, Contains(delivery));
  }
  EXPECT_EQ(arrived.size(), mailed.size());
}

}  // namespace
}  // namespace rectify::reminder

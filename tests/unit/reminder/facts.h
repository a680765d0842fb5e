// Clocks, ladders and the calendar of 2023 for tests of the reminder rules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/domain/planner.h"

namespace rectify::reminder::domain {

inline absl::Time At(int month, int day, int hour = 9, int year = 2023) {
  return absl::FromCivil(absl::CivilHour(year, month, day, hour), ChinaZone());
}

// Spring Festival 2023: 01-21 to 01-27 off, 01-28 and 01-29 worked.
inline workday::YearNotice SpringFestivalNotice(int version = 1) {
  workday::YearNotice notice{2023, "国办发明电〔2022〕16号", version, {}};
  for (int day = 21; day <= 27; ++day) {
    notice.days.push_back({absl::CivilDay(2023, 1, day), workday::DayClass::kHoliday, "春节"});
  }
  for (int day = 28; day <= 29; ++day) {
    notice.days.push_back(
        {absl::CivilDay(2023, 1, day), workday::DayClass::kMakeUpWorkday, "春节"});
  }
  return notice;
}

inline workday::Calendar CalendarOf(std::vector<workday::YearNotice> notices) {
  return *workday::Calendar::Create(std::move(notices));
}

inline workday::Calendar Year2023() { return CalendarOf({SpringFestivalNotice()}); }

inline TrackedClock TermClock(absl::Time start, absl::CivilDay due) {
  TrackedClock clock;
  clock.name = "districts/120110/clocks/0185a0b0-0000-7000-8000-000000000001";
  clock.title = "隐患改正期限";
  clock.subject = "districts/120110/orders/0185a0b0-0000-7000-8000-000000000002";
  clock.findings = {"districts/120110/findings/0185a0b0-0000-7000-8000-000000000003"};
  clock.hazards = {"疏散通道堵塞"};
  clock.owner = clock.venue = "districts/120110/venues/0185a0b0-0000-7000-8000-000000000004";
  clock.handling_officer = "districts/120110/officers/0185a0b0-0000-7000-8000-000000000005";
  clock.street = "districts/120110/streets/120110001";
  clock.party = "示例商场";
  clock.document_number = "津丽消限字〔2023〕第0001号";
  clock.start_time = start;
  clock.due_date = due;
  clock.due_time = StartOfDay(due + 1);
  return clock;
}

inline Step StepOf(std::string code, int offset, CatchUp catch_up = CatchUp::kLatest) {
  Step step;
  step.code = std::move(code);
  step.offset = offset;
  step.at = absl::Hours(9);
  step.recipients = {RecipientKind::kVenue};
  step.channels = {Channel::kEmail};
  step.catch_up = catch_up;
  step.title = "{title}{days}";
  step.body = "{due}，依据：{basis}。本提醒不是法律文书的送达。";
  return step;
}

inline Step WorkdayStep(std::string code, int workdays) {
  Step step = StepOf(std::move(code), workdays, CatchUp::kAll);
  step.unit = OffsetUnit::kWorkdays;
  return step;
}

inline Step RepeatingStep(std::string code, int offset, int repeat_days) {
  Step step = StepOf(std::move(code), offset);
  step.repeat_days = repeat_days;
  return step;
}

// "T-3 2023-01-31 09:00" for each.
inline std::vector<std::string> Shown(const std::vector<Reminder>& reminders) {
  std::vector<std::string> shown;
  for (const Reminder& reminder : reminders) {
    shown.push_back(reminder.step + " " + FormatChinaMinute(reminder.due_time));
  }
  return shown;
}

}  // namespace rectify::reminder::domain

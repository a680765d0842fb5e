#include "services/reminder_dispatch/domain/planner.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"

namespace rectify::reminder::domain {
namespace {

std::string PostOf(const TrackedClock& clock, absl::string_view code) {
  return absl::StrCat("districts/", clock.district(), "/posts/", code);
}

std::string NameOf(RecipientKind kind, const TrackedClock& clock) {
  switch (kind) {
    case RecipientKind::kOwner:
      return clock.owner;
    case RecipientKind::kHandlingOfficer:
      return clock.handling_officer;
    case RecipientKind::kVenue:
      return clock.venue;
    case RecipientKind::kStreet:
      return clock.street;
    case RecipientKind::kDepartmentHead:
      return PostOf(clock, "department-head");
    case RecipientKind::kChief:
      return PostOf(clock, "chief");
    case RecipientKind::kIndustryDepartment:
      return clock.department;
  }
  return "";
}

// Each once, although owner and handling officer are often the same.
std::vector<std::string> RecipientsOf(const Step& step, const TrackedClock& clock) {
  std::vector<std::string> names;
  for (RecipientKind kind : step.recipients) {
    std::string name = NameOf(kind, clock);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  if (names.empty() && !step.IsOptional())
    names.push_back(NameOf(RecipientKind::kDepartmentHead, clock));
  return names;
}

struct StepDay {
  absl::CivilDay day;
  bool provisional = false;
};

StepDay DayOf(const Step& step, const TrackedClock& clock, const workday::Calendar& calendar) {
  if (step.unit != OffsetUnit::kWorkdays) return {clock.DueDay() + step.offset};
  const std::optional<absl::CivilDay> day = calendar.AddWorkdays(clock.DueDay(), step.offset);
  if (day.has_value()) return {*day};
  return {clock.DueDay() + step.offset, true};
}

absl::Duration Period(int repeat_days) { return absl::Hours(24) * repeat_days; }

// The instants at which the step is to be planned.
std::vector<absl::Time> OccurrencesOf(const Step& step, absl::Time first, absl::Time start,
                                      absl::Time now) {
  if (step.repeat_days == 0) return first < start ? std::vector<absl::Time>{} : std::vector{first};
  const absl::Duration period = Period(step.repeat_days);
  if (first < start) first += period * ((start - first + period - absl::Nanoseconds(1)) / period);
  if (first > now) return {first};
  const absl::Time newest = first + period * ((now - first) / period);
  return {newest, newest + period};
}

// Countdowns of the past that a newer reminder makes pointless.
void DropOutdated(std::vector<Reminder>& reminders, absl::Time now) {
  const std::vector<Reminder> all = reminders;
  reminders.erase(
      std::remove_if(reminders.begin(), reminders.end(),
                     [&](const Reminder& older) {
                       if (older.catch_up != CatchUp::kLatest || older.due_time > now) {
                         return false;
                       }
                       return std::any_of(all.begin(), all.end(), [&](const Reminder& newer) {
                         return newer.recipient == older.recipient &&
                                newer.channel == older.channel && newer.due_time > older.due_time &&
                                newer.due_time <= now;
                       });
                     }),
      reminders.end());
}

}  // namespace

std::vector<Reminder> Plan(const Ladder& ladder, const TrackedClock& clock,
                           const workday::Calendar& calendar, absl::Time now) {
  const absl::civil_diff_t term = clock.DueDay() - CivilDayOf(clock.start_time);
  std::vector<Reminder> reminders;
  for (const Step& step : ladder.steps) {
    if (step.min_term_days > 0 && term < step.min_term_days) continue;
    const StepDay day = DayOf(step, clock, calendar);
    const absl::Time first = step.unit == OffsetUnit::kHours
                                 ? clock.due_time + absl::Hours(step.offset)
                                 : StartOfDay(day.day) + *step.at;
    for (absl::Time due : OccurrencesOf(step, first, clock.start_time, now)) {
      for (const std::string& recipient : RecipientsOf(step, clock)) {
        for (Channel channel : step.channels) {
          Reminder reminder;
          reminder.step = step.code;
          reminder.recipient = recipient;
          reminder.channel = channel;
          reminder.title_template = step.title;
          reminder.body_template = step.body;
          reminder.catch_up = step.catch_up;
          reminder.repeat_days = step.repeat_days;
          reminder.by_workdays = step.unit == OffsetUnit::kWorkdays;
          reminder.urgent = step.urgent;
          reminder.statutory = step.statutory;
          reminder.unless_acknowledged = step.unless_acknowledged;
          reminder.inhibited_by = step.inhibited_by;
          reminder.provisional = day.provisional;
          Attach(reminder, clock, due);
          reminders.push_back(std::move(reminder));
        }
      }
    }
  }
  DropOutdated(reminders, now);
  std::stable_sort(reminders.begin(), reminders.end(),
                   [](const Reminder& a, const Reminder& b) { return a.due_time < b.due_time; });
  return reminders;
}

std::vector<Reminder> StillOwed(std::vector<Reminder> planned, const std::vector<Reminder>& open,
                                absl::Time now) {
  const auto key = [](const Reminder& r) { return std::tie(r.step, r.channel, r.due_time); };
  std::erase_if(planned, [&](const Reminder& reminder) {
    return reminder.due_time <= now &&
           std::none_of(open.begin(), open.end(),
                        [&](const Reminder& each) { return key(each) == key(reminder); });
  });
  return planned;
}

absl::Time NextOccurrence(absl::Time due, int repeat_days, absl::Time now) {
  const absl::Duration period = Period(repeat_days);
  return now < due ? due + period : due + period * ((now - due) / period + 1);
}

Reminder Successor(const Reminder& reminder, const TrackedClock& clock, absl::Time now) {
  Reminder next;
  next.step = reminder.step;
  next.recipient = reminder.recipient == reminder.venue ? clock.venue : reminder.recipient;
  next.channel = reminder.channel;
  next.title_template = reminder.title_template;
  next.body_template = reminder.body_template;
  next.catch_up = reminder.catch_up;
  next.repeat_days = reminder.repeat_days;
  next.urgent = reminder.urgent;
  next.statutory = reminder.statutory;
  next.unless_acknowledged = reminder.unless_acknowledged;
  next.inhibited_by = reminder.inhibited_by;
  Attach(next, clock, NextOccurrence(reminder.due_time, reminder.repeat_days, now));
  return next;
}

Adjustment AdjustToCalendar(const std::vector<Reminder>& existing,
                            const std::vector<Reminder>& planned, absl::Time now) {
  const auto key = [](const Reminder& r) {
    return std::tie(r.step, r.recipient, r.channel, r.due_date);
  };
  Adjustment adjustment;
  for (const Reminder& wanted : planned) {
    if (!wanted.by_workdays) continue;
    bool settled = false;
    for (const Reminder& present : existing) {
      if (key(present) != key(wanted)) continue;
      const bool open = present.state == State::kPending || present.state == State::kClaimed;
      const bool moves = open && present.due_time > now && present.due_time != wanted.due_time;
      if (moves) {
        adjustment.cancel.push_back(present.id);
        continue;
      }
      settled = true;
      if (open && present.provisional && !wanted.provisional) adjustment.firm.push_back(present.id);
    }
    if (!settled) adjustment.plan.push_back(wanted);
  }
  return adjustment;
}

}  // namespace rectify::reminder::domain

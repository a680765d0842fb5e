#include "services/rectification_deadlines/domain/period.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/workday/months.h"

namespace rectify::deadline::domain {
namespace {

using workday::Calendar;
using workday::DayClass;

// Beyond any limit in the law; keeps a typing error from being counted day by day for minutes.
constexpr int kMaxAmount = 10'000;
constexpr int kMaxSuspensionDays = 3'653;

absl::Status Validate(const PeriodInput& input) {
  if (input.rule.amount < 0 || input.rule.amount > kMaxAmount) {
    return FieldError("rule.amount", {absl::StrCat("期限长度须在 0 至 ", kMaxAmount, " 之间"),
                                      absl::StrCat("the amount must be from 0 to ", kMaxAmount)});
  }
  if (input.extended_by < 0 || input.extended_by > kMaxAmount) {
    return FieldError("extended_by",
                      {absl::StrCat("延长长度须在 0 至 ", kMaxAmount, " 之间"),
                       absl::StrCat("the extension must be from 0 to ", kMaxAmount)});
  }
  if (input.start == absl::InfinitePast() || input.start == absl::InfiniteFuture()) {
    return FieldError("start", {"须写明起算时间", "the start time must be given"});
  }
  for (size_t i = 0; i < input.suspensions.size(); ++i) {
    const Suspension& suspension = input.suspensions[i];
    if (suspension.to < suspension.from) {
      return FieldError(absl::StrCat("suspensions[", i, "].to"),
                        {"中止的最后一日早于第一日", "the suspension ends before it begins"});
    }
    if (suspension.to - suspension.from >= kMaxSuspensionDays) {
      return FieldError(absl::StrCat("suspensions[", i, "].to"),
                        {"中止不能超过十年", "a suspension can't last more than ten years"});
    }
  }
  return absl::OkStatus();
}

const Suspension* SuspensionOf(absl::CivilDay day, const std::vector<Suspension>& suspensions) {
  for (const Suspension& suspension : suspensions) {
    if (suspension.from <= day && day <= suspension.to) return &suspension;
  }
  return nullptr;
}

// Asked for days in ascending order; remembers the years about which it had to guess.
class WorkingDays {
 public:
  explicit WorkingDays(const Calendar& calendar) : calendar_(calendar) {}

  bool Has(absl::CivilDay day) {
    DayClass day_class = calendar_.ClassOf(day);
    if (day_class == DayClass::kUnknown) {
      const int year = static_cast<int>(day.year());
      if (missing_years_.empty() || missing_years_.back() != year) missing_years_.push_back(year);
      day_class = workday::PlainClass(day);
    }
    return workday::IsWorking(day_class);
  }

  std::vector<int> TakeMissingYears() { return std::move(missing_years_); }

 private:
  const Calendar& calendar_;
  std::vector<int> missing_years_;
};

int AmountOf(const PeriodInput& input) { return input.rule.amount + input.extended_by; }

bool Rolls(const PeriodRule& rule) { return rule.roll == Roll::kNextWorkday && !rule.coercive; }

// How many days of its kind the period counts. A month is as many natural days as it has from this
// start, so that suspensions prolong it like any other period.
int DaysToCount(const PeriodInput& input, absl::CivilDay start) {
  if (input.rule.unit != Unit::kMonths) return AmountOf(input);
  return static_cast<int>(workday::AddMonths(start, AmountOf(input)) - start);
}

// The day on which the count is full, before any roll.
absl::CivilDay CountDays(const PeriodInput& input, absl::CivilDay start, const Calendar& calendar,
                         WorkingDays& working) {
  const bool only_working = input.rule.unit == Unit::kWorkdays;
  const int days = DaysToCount(input, start);
  if (input.suspensions.empty()) {
    if (!only_working) return start + days;
    if (const auto firm = calendar.AddWorkdays(start, days)) return *firm;
  }
  absl::CivilDay day = start;
  for (int left = days; left > 0;) {
    ++day;
    if (SuspensionOf(day, input.suspensions)) continue;
    if (only_working && !working.Has(day)) continue;
    --left;
  }
  return day;
}

absl::CivilDay RollForward(absl::CivilDay day, const std::vector<Suspension>& suspensions,
                           WorkingDays& working) {
  while (SuspensionOf(day, suspensions) || !working.Has(day)) ++day;
  return day;
}

absl::Time CountHours(const PeriodInput& input) {
  absl::Duration left = absl::Hours(AmountOf(input));
  absl::Time time = input.start;
  if (input.suspensions.empty()) return time + left;
  for (;;) {
    const absl::CivilDay day = CivilDayOf(time);
    const absl::Time midnight = StartOfDay(day + 1);
    if (!SuspensionOf(day, input.suspensions)) {
      if (time + left <= midnight) return time + left;
      left -= midnight - time;
    }
    time = midnight;
  }
}

// The last day that an explanation lists: the one in which the last hour runs, or the last day.
absl::CivilDay LastListedDay(const PeriodInput& input, const Deadline& deadline) {
  if (deadline.last_day) return *deadline.last_day;
  if (deadline.due_instant == input.start) return CivilDayOf(input.start);
  return CivilDayOf(deadline.due_instant - absl::Nanoseconds(1));
}

// Decides day by day what Explain() says about it.
class Narrator {
 public:
  Narrator(const PeriodInput& input, const Calendar& calendar, const Deadline& deadline)
      : input_(input),
        calendar_(calendar),
        deadline_(deadline),
        start_(CivilDayOf(input.start)),
        last_(LastListedDay(input, deadline)),
        full_(input.rule.unit == Unit::kHours ? AmountOf(input) : DaysToCount(input, start_)) {}

  std::vector<DayStep> Tell() {
    std::vector<DayStep> steps;
    steps.reserve(last_ - start_ + 1);
    for (absl::CivilDay day = start_; day <= last_; ++day) steps.push_back(Step(day));
    return steps;
  }

 private:
  DayStep Step(absl::CivilDay day) {
    workday::DayInfo info = calendar_.Classify(day);
    DayStep step{day, info.day_class, std::move(info.name), std::move(info.notice)};
    const Suspension* suspension = SuspensionOf(day, input_.suspensions);
    const bool full_before = count_ == full_ && day != start_;
    if (input_.rule.unit == Unit::kHours) {
      step.counted = !suspension && CountHoursOf(day);
    } else if (day != start_ && !suspension && !full_before) {
      step.counted = input_.rule.unit != Unit::kWorkdays || Works(step);
      count_ += step.counted;
    }
    step.count = count_;
    step.note_zh = Note(step, suspension, full_before);
    return step;
  }

  bool CountHoursOf(absl::CivilDay day) {
    const absl::Time from = std::max(input_.start, StartOfDay(day));
    const absl::Time to = std::min(deadline_.due_instant, StartOfDay(day + 1));
    elapsed_ += to - from;
    count_ = static_cast<int>(absl::ToInt64Hours(elapsed_));
    return to > from;
  }

  static bool Works(const DayStep& step) {
    return workday::IsWorking(step.day_class == DayClass::kUnknown ? workday::PlainClass(step.day)
                                                                   : step.day_class);
  }

  std::string Note(const DayStep& step, const Suspension* suspension, bool full_before) const {
    std::vector<std::string> notes;
    const bool hours = input_.rule.unit == Unit::kHours;
    const bool rolled = !hours && full_before;
    if (step.day == start_) notes.push_back(hours ? "起算日，自起算时刻计" : "起算日不计");
    if (suspension) notes.push_back(absl::StrCat("中止（", suspension->reason, "）不计"));
    if (step.day_class == DayClass::kUnknown) notes.push_back("当年放假通知未载入，暂按普通星期");
    if (step.day == last_) {
      notes.push_back(hours    ? "届满日"
                      : rolled ? "顺延后的最后一日（含当日）"
                               : "最后一日（含当日）");
      if (!hours && !Works(step)) notes.push_back("不顺延");
    } else if (!hours && count_ == full_) {
      notes.push_back(rolled ? "顺延" : "期满遇非工作日，顺延");
    } else if (!step.counted && !suspension && step.day != start_) {
      notes.push_back("非工作日不计");
    }
    return absl::StrJoin(notes, "；");
  }

  const PeriodInput& input_;
  const Calendar& calendar_;
  const Deadline& deadline_;
  const absl::CivilDay start_;
  const absl::CivilDay last_;
  const int full_;
  int count_ = 0;
  absl::Duration elapsed_;
};

}  // namespace

absl::StatusOr<Deadline> Compute(const PeriodInput& input, const Calendar& calendar) {
  RETURN_IF_ERROR(Validate(input));
  Deadline deadline;
  deadline.calendar_version = calendar.version();
  if (input.rule.unit == Unit::kHours) {
    deadline.due_instant = CountHours(input);
    return deadline;
  }
  WorkingDays working(calendar);
  absl::CivilDay last = CountDays(input, CivilDayOf(input.start), calendar, working);
  if (Rolls(input.rule)) last = RollForward(last, input.suspensions, working);
  deadline.last_day = last;
  deadline.due_instant = StartOfDay(last + 1);
  deadline.missing_years = working.TakeMissingYears();
  deadline.provisional = !deadline.missing_years.empty();
  return deadline;
}

absl::StatusOr<std::vector<DayStep>> Explain(const PeriodInput& input, const Calendar& calendar) {
  ASSIGN_OR_RETURN(const Deadline deadline, Compute(input, calendar));
  return Narrator(input, calendar, deadline).Tell();
}

absl::Status RequireFirm(const Deadline& deadline) {
  if (!deadline.provisional) return absl::OkStatus();
  const std::string years = absl::StrJoin(deadline.missing_years, ", ");
  return PreconditionError(
      "CALENDAR_MISSING",
      {absl::StrCat(years, " 年的放假通知尚未载入，不能确定届满日期"),
       absl::StrCat("the holiday notice of ", years, " is not loaded; the date is not firm")},
      {{"year", absl::StrCat(deadline.missing_years.front())}});
}

absl::Status ValidateStatedDue(absl::CivilDay service_day, absl::CivilDay due_day) {
  if (due_day > service_day) return absl::OkStatus();
  const std::string due = FormatCivilDay(due_day);
  const std::string service = FormatCivilDay(service_day);
  return PreconditionError(
      "DATE_ORDER",
      {absl::StrCat("改正期限 ", due, " 须晚于送达日 ", service),
       absl::StrCat("the due date ", due, " must lie after the day of service ", service)},
      {{"due_date", due}, {"service_date", service}});
}

absl::StatusOr<Deadline> StatedDeadline(absl::CivilDay service_day, absl::CivilDay due_day,
                                        const Calendar& calendar) {
  RETURN_IF_ERROR(ValidateStatedDue(service_day, due_day));
  Deadline deadline;
  deadline.due_instant = StartOfDay(due_day + 1);
  deadline.last_day = due_day;
  deadline.calendar_version = calendar.version();
  return deadline;
}

std::string FormatLastDayZh(absl::CivilDay day) {
  return absl::StrCat(day.year(), "年", day.month(), "月", day.day(), "日（含当日）");
}

}  // namespace rectify::deadline::domain

// Statutory periods: when does a period end, and why on that day. A due date is a pure function of
// the rule, the start fact, the suspensions and the calendar, so that another person with the same
// notices gets the same date.
//
// How periods are counted (行政处罚法 85, 行政强制法 69, 民法典 201-204):
// - The hour or day of the start fact is not counted; the last day ends at 24:00.
// - Hours run through nights and holidays.
// - Working days count only working days, make-up working days included.
// - Months end on the same-numbered day, or on the last day of a shorter month.
// - A last day that is not a working day moves to the next working day, in favour of the party.
//   Hours never move, nor does the maximum of a coercive measure (查封 30 日).
// - Suspended days are not counted: the period is longer by as many days. A last day that moves
//   also passes over them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/workday/calendar.h"

namespace rectify::deadline::domain {

enum class Unit { kHours, kWorkdays, kNaturalDays, kMonths };

enum class Roll { kNextWorkday, kNone };

struct PeriodRule {
  std::string code;
  int amount = 0;  // 0 ends on the start day, or at the start instant for hours
  Unit unit = Unit::kWorkdays;
  Roll roll = Roll::kNextWorkday;
  std::string basis = {};  // article: 消防监督检查规定 20
  bool coercive = false;   // maximum of a coercive measure: never moves, whatever `roll` says
};

struct Suspension {
  absl::CivilDay from;
  absl::CivilDay to;  // inclusive
  std::string reason = {};
};

struct PeriodInput {
  PeriodRule rule;
  absl::Time start;                          // the instant of the start fact
  std::vector<Suspension> suspensions = {};  // in any order, may overlap
  int extended_by = 0;                       // further units granted by a decision
};

struct Deadline {
  // The end of the period, after which an act is late. For day units 24:00 in China of the last
  // day.
  absl::Time due_instant;
  // The last lawful day, inclusive; nullopt for hours.
  std::optional<absl::CivilDay> last_day;
  // Some day that decided the result lies in a year whose notice is not loaded. It was taken as an
  // ordinary weekday or weekend day, so the date may still move.
  bool provisional = false;
  std::vector<int> missing_years;  // those years, ascending
  std::string calendar_version;
};

// One line of an explanation.
struct DayStep {
  absl::CivilDay day;
  workday::DayClass day_class;
  std::string name;    // of the holiday or closure
  std::string notice;  // that decides the day's class; "" when its year is not loaded
  bool counted = false;
  // Units counted up to and including this day: working days, natural days (also for months), or
  // whole hours.
  int count = 0;
  // Why the day is not counted, or what it is: 起算日, 中止, 顺延, 最后一日.
  std::string note_zh = {};
};

// INVALID_ARGUMENT INVALID_FIELD names `rule.amount`, `extended_by`, `start` or
// `suspensions[i].to`.
absl::StatusOr<Deadline> Compute(const PeriodInput& input, const workday::Calendar& calendar);

// Every day from the start day to the last one, by which the date that Compute() gives can be
// counted again by hand. Fails as Compute().
absl::StatusOr<std::vector<DayStep>> Explain(const PeriodInput& input,
                                             const workday::Calendar& calendar);

// FAILED_PRECONDITION CALENDAR_MISSING with metadata `year` (the first that is missing) when the
// date may still move.
absl::Status RequireFirm(const Deadline& deadline);

// A due date that the officer states in the document instead of a period. It must lie after the day
// of service, which is not counted: FAILED_PRECONDITION DATE_ORDER.
absl::Status ValidateStatedDue(absl::CivilDay service_day, absl::CivilDay due_day);

// The deadline of a stated date: firm, and never moved, because the document says the day itself.
// Fails as ValidateStatedDue().
absl::StatusOr<Deadline> StatedDeadline(absl::CivilDay service_day, absl::CivilDay due_day,
                                        const workday::Calendar& calendar);

// "2023年2月3日（含当日）": 民法典 1259 leaves open whether "于某日前" includes the day itself.
std::string FormatLastDayZh(absl::CivilDay day);

}  // namespace rectify::deadline::domain

// Statutory clocks: who must do what until when, for which findings. A pure machine that follows
// the policy: it is told what happened and answers with the clocks that start, move and end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/workday/calendar.h"
#include "services/rectification_deadlines/domain/order.h"
#include "services/rectification_deadlines/domain/policy.h"

namespace rectify::deadline::domain {

// Numbers are those of the contract.
enum class ClockState { kRunning = 1, kMet = 2, kCancelled = 3, kSuspended = 4 };

struct DueDateChange {
  absl::Time change_time;
  std::optional<absl::CivilDay> old_due_date, new_due_date;
  std::string old_calendar_version, new_calendar_version;
  std::string reason;  // CALENDAR_LOADED …, as in the contract
};

struct Clock {
  std::string name;  // districts/{district}/clocks/{uuid}; empty until the caller has named it
  std::string kind, title, subject;
  std::vector<std::string> findings;
  std::string owner, venue, reminder_ladder;
  absl::Time start_time;
  std::optional<PeriodRule> period;  // nullopt for a date stated in the order or by the duty
  absl::Time due_time;
  std::optional<absl::CivilDay> due_date, first_due_date;
  bool provisional = false;
  std::string calendar_version;
  ClockState state = ClockState::kRunning;
  std::optional<absl::Time> end_time;
  bool met_in_time = false;
  bool overdue_announced = false;  // for the present due time
  int64_t version = 1;
  std::vector<DueDateChange> changes;
  std::string subject_title;  // short text of what the subject is about
  Side side = Side::kAuthority;
  std::string handling_officer, party, street;
  std::vector<Suspension> suspensions;           // that have ended, in the order of their ends
  std::optional<absl::CivilDay> suspended_from;  // first day of the one that lasts
  std::string suspend_reason;                    // of the one that lasts

  // How early it was met, negative when late; nullopt unless it was met. In days, from the day of
  // the end to the due date: nullopt for hours too.
  std::optional<absl::Duration> Margin() const;
  std::optional<int> MarginDays() const;
  // Neither met nor cancelled.
  bool Open() const { return state == ClockState::kRunning || state == ClockState::kSuspended; }
  bool OverdueAt(absl::Time now) const { return state == ClockState::kRunning && due_time < now; }
};

// One thing that clocks keep from falling through.
struct SubjectItem {
  std::string finding;
  std::string hazard;  // short text for reminders
  std::optional<absl::CivilDay> due_date{};
  std::optional<PeriodRule> term{};  // by which the due date follows from service
  bool open = true;
};

// The order, finding or other resource whose clocks run, with what the clocks need to know of it.
struct Subject {
  std::string name;
  std::optional<OrderKind> kind;  // nullopt for all but orders
  std::string venue, party, street, handling_officer, document_number;
  absl::Time inspect_time;
  std::vector<SubjectItem> items;
  std::string title{};  // what it is about; empty: what its items say
};

Subject SubjectOf(const Order& order);

// Something that happened to the subject, whose items already show it.
struct Occurrence {
  Trigger trigger;
  absl::Time time;
  // When the venue says that it had done its part, if a recheck proves it so: its duty is judged by
  // this instant, not by the day on which an officer came to look.
  std::optional<absl::Time> reported_time{};
  std::vector<std::string> findings{};         // that it is about; empty: all items
  std::optional<NextInstrument> instrument{};  // of kNextDecided and kNextConcluded
  // An application for a recheck waits: a count from it, not from the due date, goes on.
  bool applied = false;
};

// What a recheck or report means for the clocks, in the order in which to tell it.
std::vector<Occurrence> OccurrencesOf(const Recheck& recheck, const Order& after);

struct Effect {
  enum class Kind { kStart, kMove, kMeet, kCancel, kSuspend, kResume };
  Kind kind;
  Clock clock;  // after it; its last change is what moved it
};

// `running` are the open clocks of the subject. A clock that is touched is one version higher.
// INVALID_ARGUMENT when a period can't be counted.
absl::StatusOr<std::vector<Effect>> Advance(const Policy& policy, const Subject& subject,
                                            const Occurrence& occurrence,
                                            const std::vector<Clock>& running,
                                            const workday::Calendar& calendar, absl::Time now);

// What made the calendar another one.
enum class CalendarChange { kNotice, kClosure };

// The clock under another calendar: nullopt unless its due date moves or becomes firm. The due date
// printed in an order that was served stays as it was printed; this moves only our own count.
absl::StatusOr<std::optional<Clock>> Recompute(const Clock& clock,
                                               const workday::Calendar& calendar, absl::Time now,
                                               CalendarChange cause = CalendarChange::kNotice);

// The period of a running clock as input of Compute() and Explain(). A date stated in the order is
// shown as the natural days up to it.
PeriodInput InputOf(const Clock& clock);

}  // namespace rectify::deadline::domain

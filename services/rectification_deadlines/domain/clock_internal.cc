#include "services/rectification_deadlines/domain/clock_internal.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace rectify::deadline::domain {
namespace {

// Long enough to tell subjects apart in a queue.
constexpr size_t kTitleLength = 60;

std::string OwnerOf(const ClockRule& rule, const Subject& subject, const std::string& duty_owner) {
  const std::vector<std::string> parts = absl::StrSplit(subject.name, '/');
  const std::string posts = absl::StrCat("districts/", parts.size() > 1 ? parts[1] : "", "/posts/");
  switch (rule.owner) {
    case Owner::kHandlingOfficer:
      return subject.handling_officer;
    case Owner::kVenue:
      return subject.venue;
    case Owner::kDepartmentHead:
      return posts + "department-head";
    case Owner::kChief:
      return posts + "chief";
    case Owner::kDuty:
      return duty_owner;
    case Owner::kPost:
      return posts + rule.owner_post;
  }
  return "";
}

Side SideOf(const std::string& owner) {
  if (absl::StrContains(owner, "/venues/")) return Side::kVenue;
  const bool other =
      absl::StrContains(owner, "/departments/") || absl::StrContains(owner, "/streets/");
  return other ? Side::kDepartment : Side::kAuthority;
}

std::string TitleOf(const Subject& subject) {
  if (!subject.title.empty() || subject.items.empty()) return subject.title;
  std::string first = Ellipsize(subject.items.front().hazard, kTitleLength);
  if (subject.items.size() == 1) return first;
  return absl::StrCat(first, "等", subject.items.size(), "项");
}

}  // namespace

Clock NewClock(const ClockRule& rule, const Subject& subject, const std::string& duty_owner) {
  Clock clock;
  clock.kind = rule.kind;
  clock.title = rule.title;
  clock.subject = subject.name;
  clock.subject_title = TitleOf(subject);
  clock.owner = OwnerOf(rule, subject, duty_owner);
  clock.side = rule.side.value_or(SideOf(clock.owner));
  clock.handling_officer = subject.handling_officer;
  clock.venue = subject.venue;
  clock.party = subject.party;
  clock.street = subject.street;
  clock.reminder_ladder = rule.reminder_ladder;
  clock.period = rule.period;
  return clock;
}

absl::Status SetDueDate(Clock& clock, std::optional<absl::CivilDay> stated,
                        const workday::Calendar& calendar) {
  if (!clock.period) {
    if (!stated) return absl::InternalError("a clock without period needs a stated date");
    clock.due_date = stated;
    clock.due_time = StartOfDay(*stated + 1);
    clock.calendar_version = calendar.version();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Deadline deadline,
                   Compute({*clock.period, clock.start_time, clock.suspensions}, calendar));
  clock.due_time = deadline.due_instant;
  clock.due_date = deadline.last_day;
  clock.provisional = deadline.provisional;
  clock.calendar_version = deadline.calendar_version;
  return absl::OkStatus();
}

void NoteChange(Clock& clock, const Clock& before, absl::Time now, std::string reason) {
  if (clock.due_time != before.due_time) clock.overdue_announced = false;
  clock.changes.push_back({now, before.due_date, clock.due_date, before.calendar_version,
                           clock.calendar_version, std::move(reason)});
  ++clock.version;
}

void EndClock(Clock& clock, Effect::Kind kind, absl::Time time) {
  const bool met = kind == Effect::Kind::kMeet;
  clock.state = met ? ClockState::kMet : ClockState::kCancelled;
  clock.end_time = time;
  clock.met_in_time = met && time <= clock.due_time;
  ++clock.version;
}

}  // namespace rectify::deadline::domain

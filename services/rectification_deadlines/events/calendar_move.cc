#include "services/rectification_deadlines/events/calendar_move.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/payloads.h"
#include "services/rectification_deadlines/store/clock_store.h"
#include "services/rectification_deadlines/store/closure_store.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::events {
namespace {

using domain::Clock;
using ::rectify::events::Change;
using ::rectify::events::kInternalOnly;
using workday::Calendar;

// The new calendar of each district, made once.
class Calendars {
 public:
  Calendars(Change& change, const std::vector<workday::YearNotice>& notices)
      : change_(change), notices_(notices) {}

  absl::StatusOr<const Calendar*> Of(const std::string& district) {
    if (const auto it = made_.find(district); it != made_.end()) return &it->second;
    ASSIGN_OR_RETURN(store::Overlay overlay, store::NewestOverlay(change_.sql(), district));
    ASSIGN_OR_RETURN(Calendar calendar,
                     Calendar::Create(notices_, std::move(overlay.days), overlay.version));
    return &made_.emplace(district, std::move(calendar)).first->second;
  }

 private:
  Change& change_;
  const std::vector<workday::YearNotice>& notices_;
  std::map<std::string, Calendar> made_;
};

void Journal(Change& change, const Clock& clock, const std::string& why) {
  const domain::DueDateChange& due = clock.changes.back();
  JournalClock(change, clock,
               {"MoveClock",
                absl::StrCat(why, "，", clock.title, "期限核定为 ", DueText(clock)),
                {{"old_due_date", due.old_due_date ? FormatCivilDay(*due.old_due_date) : ""},
                 {"old_calendar_version", due.old_calendar_version}}},
               ToDueDateChanged(clock), kInternalOnly);
}

}  // namespace

absl::StatusOr<int> MoveClocks(Change& change, const CalendarMove& move) {
  const domain::CalendarChange cause =
      move.district.empty() ? domain::CalendarChange::kNotice : domain::CalendarChange::kClosure;
  ASSIGN_OR_RETURN(const std::vector<Clock> candidates,
                   store::LockDependingOn(change.sql(), move.from, move.to, move.district));
  Calendars calendars(change, move.notices);
  std::vector<Clock> moved;
  for (const Clock& clock : candidates) {
    ASSIGN_OR_RETURN(const Calendar* const calendar, calendars.Of(store::DistrictOf(clock.name)));
    ASSIGN_OR_RETURN(std::optional<Clock> next,
                     domain::Recompute(clock, *calendar, change.now(), cause));
    if (next) moved.push_back(*std::move(next));
  }
  for (const Clock& clock : moved) Journal(change, clock, move.why);
  RETURN_IF_ERROR(store::UpdateClocks(change.sql(), moved, change.now()));
  return static_cast<int>(moved.size());
}

}  // namespace rectify::deadline::events

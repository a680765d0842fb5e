#include "services/rectification_deadlines/events/clock_keeper.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/payloads.h"
#include "services/rectification_deadlines/store/clock_store.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::events {
namespace {

using domain::Clock;
using domain::Effect;
using ::rectify::events::Change;
using ::rectify::events::kDiscipline;
using ::rectify::events::kInternalOnly;

constexpr int kOverdueBatch = 500;

// The clocks of one subject during one change.
class Book {
 public:
  Book(Change& change, const domain::Subject& subject, std::vector<Clock> running)
      : change_(change), subject_(subject), running_(std::move(running)) {}

  const std::vector<Clock>& running() const { return running_; }

  void Apply(Effect effect, const domain::Occurrence& occurrence) {
    Clock& clock = effect.clock;
    if (effect.kind == Effect::Kind::kStart) {
      clock.name = NewName(clock);
      started_.push_back(clock.name);
    }
    Journal(effect, occurrence);
    std::erase_if(running_, [&](const Clock& c) { return c.name == clock.name; });
    if (clock.state == domain::ClockState::kRunning) running_.push_back(clock);
    touched_.insert_or_assign(clock.name, std::move(clock));
  }

  absl::Status Save() {
    std::vector<Clock> inserts, updates;
    for (auto& [name, clock] : touched_) {
      const bool started = std::find(started_.begin(), started_.end(), name) != started_.end();
      if (started) inserts.push_back(clock);
      if (!started || clock.version > 1) updates.push_back(clock);
    }
    RETURN_IF_ERROR(store::InsertClocks(change_.sql(), inserts));
    return store::UpdateClocks(change_.sql(), updates);
  }

 private:
  std::string NewName(const Clock& clock) const {
    const std::string step =
        absl::StrCat("clock/", clock.subject, "/", clock.kind, "/", started_.size());
    return store::ClockName(store::SplitName(clock.subject).district, change_.NewId(step));
  }

  void Journal(const Effect& effect, const domain::Occurrence& occurrence) {
    const Clock& clock = effect.clock;
    const std::string why(domain::NameOf(occurrence.trigger));
    switch (effect.kind) {
      case Effect::Kind::kStart:
        JournalClock(
            change_, clock,
            {"StartClock", absl::StrCat(why, "，", clock.title, "起算，至 ", DueText(clock))},
            ToClockStarted(clock, subject_), kInternalOnly);
        break;
      case Effect::Kind::kMove:
        JournalClock(change_, clock,
                     {"MoveClock", absl::StrCat(why, "，", clock.title, "提前至 ", DueText(clock))},
                     ToDueDateChanged(clock), kInternalOnly);
        break;
      case Effect::Kind::kMeet:
        JournalClock(change_, clock,
                     {"MeetClock", absl::StrCat(why, "，", clock.title,
                                                clock.met_in_time ? "按期履行" : "逾期履行")},
                     ToClockMet(clock), kDiscipline);
        break;
      case Effect::Kind::kCancel:
        JournalClock(change_, clock, {"CancelClock", absl::StrCat(why, "，", clock.title, "终止")},
                     ToClockCancelled(clock, why), kInternalOnly);
        break;
    }
  }

  Change& change_;
  const domain::Subject& subject_;
  std::vector<Clock> running_;
  std::map<std::string, Clock> touched_;
  std::vector<std::string> started_;
};

absl::StatusOr<int> AnnounceBatch(Change& change) {
  ASSIGN_OR_RETURN(std::vector<Clock> clocks,
                   store::LockUnannouncedOverdue(change.sql(), change.now(), kOverdueBatch));
  for (Clock& clock : clocks) {
    clock.overdue_announced = true;
    ++clock.version;
    JournalClock(
        change, clock,
        {"ClockOverdue", absl::StrCat(clock.title, "已逾期，应于 ", DueText(clock), " 前完成")},
        ToClockOverdue(clock), kDiscipline);
  }
  RETURN_IF_ERROR(store::UpdateClocks(change.sql(), clocks));
  return static_cast<int>(clocks.size());
}

}  // namespace

absl::Status ClockKeeper::Tell(Change& change, const domain::Subject& subject,
                               const std::vector<domain::Occurrence>& occurrences) const {
  ASSIGN_OR_RETURN(const store::CalendarPtr calendar, calendars_.NewestForUse(change.sql()));
  ASSIGN_OR_RETURN(std::vector<Clock> running,
                   store::LockRunningClocks(change.sql(), subject.name));
  Book book(change, subject, std::move(running));
  for (const domain::Occurrence& occurrence : occurrences) {
    ASSIGN_OR_RETURN(
        std::vector<Effect> effects,
        domain::Advance(policy_, subject, occurrence, book.running(), *calendar, change.now()));
    for (Effect& effect : effects) book.Apply(std::move(effect), occurrence);
  }
  return book.Save();
}

absl::StatusOr<int> AnnounceOverdue(::rectify::events::Commands& commands) {
  const ::rectify::events::Cause cause{
      "services/deadline", absl::StrCat("timer/overdue/", absl::FormatTime(commands.clock().Now())),
      ""};
  int announced = 0;
  RETURN_IF_ERROR(
      commands.Act(cause, "deadline.announce_overdue", [&](Change& change) -> absl::Status {
        ASSIGN_OR_RETURN(announced, AnnounceBatch(change));
        return absl::OkStatus();
      }));
  return announced;
}

}  // namespace rectify::deadline::events

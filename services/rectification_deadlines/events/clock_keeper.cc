#include "services/rectification_deadlines/events/clock_keeper.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/domain/duty.h"
#include "services/rectification_deadlines/events/duty_facts.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/payloads.h"
#include "services/rectification_deadlines/store/clock_store.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/projection_store.h"

namespace rectify::deadline::events {
namespace {

using domain::Clock;
using domain::Effect;
using ::rectify::events::Change;
using ::rectify::events::kDiscipline;
using ::rectify::events::kInternalOnly;

constexpr int kOverdueBatch = 500;

// The subject with the venue that goes on, if its own was merged. What the subject names as its
// party stays as it was printed.
absl::StatusOr<domain::Subject> OfSurvivor(Change& change, domain::Subject subject) {
  if (subject.venue.empty()) return subject;
  ASSIGN_OR_RETURN(std::optional<store::Venue> venue,
                   store::FindVenue(change.sql(), subject.venue));
  if (venue) subject.venue = std::move(venue->name);
  return subject;
}

// UNAVAILABLE while the venue is not known here.
absl::StatusOr<domain::Subject> SubjectOf(Change& change, const common::v1::DutyFacts& facts) {
  domain::Subject subject;
  subject.name = facts.subject();
  subject.title = facts.title();
  subject.handling_officer = facts.handling_officer();
  for (const std::string& finding : facts.findings()) {
    subject.items.push_back({finding, facts.title()});
  }
  if (facts.venue().empty()) return subject;
  ASSIGN_OR_RETURN(const std::optional<store::Venue> venue,
                   store::FindVenue(change.sql(), facts.venue()));
  if (!venue) return absl::UnavailableError(absl::StrCat(facts.venue(), " has not arrived yet"));
  subject.venue = venue->name;
  subject.party = venue->display_name;
  subject.street = venue->street;
  return subject;
}

absl::StatusOr<domain::DutyEvent> EventOf(Change& change, const common::v1::DutyFacts& facts,
                                          std::string type, absl::Time time) {
  domain::DutyEvent event{std::move(type), time, facts.owner(), facts.variant()};
  if (absl::StrContains(facts.owner(), "/venues/")) {
    ASSIGN_OR_RETURN(std::optional<store::Venue> owner,
                     store::FindVenue(change.sql(), facts.owner()));
    if (owner) event.owner = std::move(owner->name);
  }
  if (facts.has_start_time()) event.start_time = rpc::ToTime(facts.start_time());
  if (facts.has_due_date()) event.due_date = rpc::ToCivilDay(facts.due_date());
  return event;
}

// The clocks of one subject during one change.
class Book {
 public:
  Book(Change& change, const domain::Subject& subject, std::vector<Clock> running)
      : change_(change), subject_(subject), running_(std::move(running)) {}

  const std::vector<Clock>& running() const { return running_; }

  // `why`: what happened, in Chinese.
  void Apply(Effect effect, absl::string_view why) {
    Clock& clock = effect.clock;
    if (effect.kind == Effect::Kind::kStart) {
      clock.name = NewName(clock);
      started_.push_back(clock.name);
    }
    Journal(effect, why);
    std::erase_if(running_, [&](const Clock& c) { return c.name == clock.name; });
    if (clock.Open()) running_.push_back(clock);
    touched_.insert_or_assign(clock.name, std::move(clock));
  }

  // Adds what is to be written.
  void AddTo(std::vector<Clock>& inserts, std::vector<Clock>& updates) const {
    for (const auto& [name, clock] : touched_) {
      const bool started = std::find(started_.begin(), started_.end(), name) != started_.end();
      if (started) inserts.push_back(clock);
      if (!started || clock.version > 1) updates.push_back(clock);
    }
  }

 private:
  std::string NewName(const Clock& clock) const {
    const std::string step =
        absl::StrCat("clock/", clock.subject, "/", clock.kind, "/", started_.size());
    return store::ClockName(store::DistrictOf(clock.subject), change_.NewId(step));
  }

  void Journal(const Effect& effect, absl::string_view why) {
    const Clock& clock = effect.clock;
    switch (effect.kind) {
      case Effect::Kind::kStart:
        JournalClock(
            change_, clock,
            {"StartClock", absl::StrCat(why, "，", clock.title, "起算，至 ", DueText(clock))},
            ToClockStarted(clock, subject_), kInternalOnly);
        break;
      case Effect::Kind::kMove:
        JournalClock(change_, clock,
                     {"MoveClock", absl::StrCat(why, "，", clock.title, "改至 ", DueText(clock))},
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
      case Effect::Kind::kSuspend:
        JournalClock(change_, clock, {"SuspendClock", absl::StrCat(why, "，", clock.title, "中止")},
                     ToClockSuspended(clock), kInternalOnly);
        break;
      case Effect::Kind::kResume:
        JournalClock(
            change_, clock,
            {"ResumeClock", absl::StrCat(why, "，", clock.title, "恢复计算，至 ", DueText(clock))},
            ToDueDateChanged(clock), kInternalOnly);
        break;
    }
  }

  Change& change_;
  const domain::Subject& subject_;
  std::vector<Clock> running_;
  std::map<std::string, Clock> touched_;
  std::vector<std::string> started_;
};

// `running`: the subject's open clocks.
absl::StatusOr<Book> Keep(const domain::Policy& policy, const Telling& telling,
                          std::vector<Clock> running, const workday::Calendar& calendar) {
  Book book(telling.change, telling.subject, std::move(running));
  for (const domain::Occurrence& occurrence : telling.occurrences) {
    ASSIGN_OR_RETURN(std::vector<Effect> effects,
                     domain::Advance(policy, telling.subject, occurrence, book.running(), calendar,
                                     telling.change.now()));
    for (Effect& effect : effects) {
      book.Apply(std::move(effect), domain::NameOf(occurrence.trigger));
    }
  }
  return book;
}

absl::Status Save(pg::Tx& tx, const std::vector<Book>& books, absl::Time now) {
  std::vector<Clock> inserts, updates;
  for (const Book& book : books) book.AddTo(inserts, updates);
  RETURN_IF_ERROR(store::InsertClocks(tx, inserts, now));
  return store::UpdateClocks(tx, updates, now);
}

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
  RETURN_IF_ERROR(store::UpdateClocks(change.sql(), clocks, change.now()));
  return static_cast<int>(clocks.size());
}

}  // namespace

absl::Status ClockKeeper::Tell(Change& change, const domain::Subject& told,
                               const std::vector<domain::Occurrence>& occurrences) const {
  ASSIGN_OR_RETURN(domain::Subject subject, OfSurvivor(change, told));
  ASSIGN_OR_RETURN(const store::CalendarPtr calendar,
                   calendars_.NewestForUse(change.sql(), store::DistrictOf(subject.name)));
  ASSIGN_OR_RETURN(std::vector<Clock> running, store::LockOpenClocks(change.sql(), {subject.name}));
  const Telling telling{change, std::move(subject), occurrences};
  ASSIGN_OR_RETURN(Book book, Keep(policy_, telling, std::move(running), *calendar));
  return Save(change.sql(), {std::move(book)}, change.now());
}

absl::Status ClockKeeper::TellOfNew(pg::Tx& tx, const std::vector<Telling>& tellings) const {
  if (tellings.empty()) return absl::OkStatus();
  std::map<std::string, store::CalendarPtr> calendars;  // by district
  std::vector<Book> books;
  for (const Telling& telling : tellings) {
    const std::string district = store::DistrictOf(telling.subject.name);
    store::CalendarPtr& calendar = calendars[district];
    if (calendar == nullptr) {
      ASSIGN_OR_RETURN(calendar, calendars_.NewestForUse(tx, district));
    }
    ASSIGN_OR_RETURN(Book book, Keep(policy_, telling, {}, *calendar));
    books.push_back(std::move(book));
  }
  return Save(tx, books, tellings.front().change.now());
}

bool ClockKeeper::Hears(const std::string& event_type) const {
  return std::binary_search(event_types_.begin(), event_types_.end(), event_type);
}

absl::Status ClockKeeper::Hear(Change& change, const google::protobuf::Message& payload,
                               absl::Time time) const {
  const std::string& type = payload.GetDescriptor()->full_name();
  if (!Hears(type)) return absl::OkStatus();
  const std::optional<common::v1::DutyFacts> facts = DutyOf(payload);
  if (!facts) return absl::OkStatus();
  if (store::DistrictOf(facts->subject()).empty()) {
    return FieldError("duty.subject", {"须为资源名", "must be a resource name"});
  }
  ASSIGN_OR_RETURN(const domain::Subject subject, SubjectOf(change, *facts));
  ASSIGN_OR_RETURN(const store::CalendarPtr calendar,
                   calendars_.NewestForUse(change.sql(), store::DistrictOf(subject.name)));
  ASSIGN_OR_RETURN(std::vector<Clock> open, store::LockOpenClocks(change.sql(), {subject.name}));
  Book book(change, subject, std::move(open));
  ASSIGN_OR_RETURN(const domain::DutyEvent event, EventOf(change, *facts, type, time));
  ASSIGN_OR_RETURN(
      std::vector<Effect> effects,
      domain::AdvanceDuty(policy_, subject, event, book.running(), *calendar, change.now()));
  for (Effect& effect : effects) book.Apply(std::move(effect), subject.title);
  return Save(change.sql(), {std::move(book)}, change.now());
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

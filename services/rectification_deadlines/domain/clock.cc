#include "services/rectification_deadlines/domain/clock.h"

#include <algorithm>
#include <utility>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/clock_internal.h"

namespace rectify::deadline::domain {
namespace {

bool Has(const std::vector<Trigger>& triggers, Trigger trigger) {
  return std::find(triggers.begin(), triggers.end(), trigger) != triggers.end();
}

bool AppliesTo(const ClockRule& rule, const Subject& subject) {
  if (rule.order_kinds.empty()) return true;
  return subject.kind && std::find(rule.order_kinds.begin(), rule.order_kinds.end(),
                                   *subject.kind) != rule.order_kinds.end();
}

bool IsAbout(const ClockRule& rule, const Occurrence& occurrence) {
  if (rule.instruments.empty() || !occurrence.instrument) return true;
  return std::find(rule.instruments.begin(), rule.instruments.end(), *occurrence.instrument) !=
         rule.instruments.end();
}

bool Contains(const std::vector<std::string>& findings, const std::string& finding) {
  return std::find(findings.begin(), findings.end(), finding) != findings.end();
}

bool Covers(Coverage coverage, const SubjectItem& item, absl::CivilDay day) {
  if (!item.open) return false;
  if (coverage == Coverage::kAllOpen) return true;
  const bool term_runs = item.due_date && day <= *item.due_date;
  return term_runs == (coverage == Coverage::kTermRunning);
}

// One step of the machine, over the clocks of one subject.
class ClockStep {
 public:
  ClockStep(const Policy& policy, const Subject& subject, const Occurrence& occurrence,
            const std::vector<Clock>& running, const workday::Calendar& calendar, absl::Time now)
      : policy_(policy),
        subject_(subject),
        occurrence_(occurrence),
        running_(running),
        calendar_(calendar),
        now_(now) {}

  absl::StatusOr<std::vector<Effect>> Run() {
    EndClocks();
    for (const ClockRule& rule : policy_.clocks) {
      if (!AppliesTo(rule, subject_) || !IsAbout(rule, occurrence_)) continue;
      if (Has(rule.moved_on, occurrence_.trigger)) RETURN_IF_ERROR(MoveAll(rule));
      if (Has(rule.start_on, occurrence_.trigger)) {
        RETURN_IF_ERROR(Start(rule, rule.start_fact, rule.coverage));
      } else if (Has(rule.earlier_start_on, occurrence_.trigger)) {
        RETURN_IF_ERROR(StartEarlier(rule));
      }
    }
    return std::move(effects_);
  }

 private:
  void EndClocks() {
    for (Clock& clock : running_) {
      const ClockRule* rule = policy_.FindClock(clock.kind);
      if (rule == nullptr || !IsAbout(*rule, occurrence_) || !Concerns(clock)) continue;
      if (Has(rule->met_on, occurrence_.trigger)) {
        End(clock, Effect::Kind::kMeet, MeetTime(*rule));
      } else if (Has(rule->cancelled_on, occurrence_.trigger)) {
        End(clock, Effect::Kind::kCancel, occurrence_.time);
      }
    }
    std::erase_if(running_, [](const Clock& c) { return !c.Open(); });
  }

  // A passed item concerns only the clocks of which nothing is left, an open one only those of
  // which something is, an extension only those of which no term has ended.
  bool Concerns(const Clock& clock) const {
    auto any = [&](Coverage coverage) {
      const absl::CivilDay day = CivilDayOf(occurrence_.time);
      return std::any_of(subject_.items.begin(), subject_.items.end(), [&](const auto& item) {
        return Covers(coverage, item, day) && Contains(clock.findings, item.finding);
      });
    };
    switch (occurrence_.trigger) {
      case Trigger::kRecheckPassed:
        return !any(Coverage::kAllOpen);
      case Trigger::kRecheckNotPassed:
        return any(Coverage::kAllOpen);
      case Trigger::kExtensionGranted:
        return !any(Coverage::kTermEnded);
      default:
        return true;
    }
  }

  absl::Time MeetTime(const ClockRule& rule) const {
    const bool by_venue = rule.owner == Owner::kVenue && occurrence_.reported_time;
    return by_venue ? *occurrence_.reported_time : occurrence_.time;
  }

  void End(Clock& clock, Effect::Kind kind, absl::Time time) {
    EndClock(clock, kind, time);
    effects_.push_back({kind, clock});
  }

  absl::Status Start(const ClockRule& rule, StartFact fact, Coverage coverage) {
    const absl::CivilDay day = CivilDayOf(occurrence_.time);
    std::vector<const SubjectItem*> covered;
    for (const SubjectItem& item : subject_.items) {
      const bool concerned =
          occurrence_.findings.empty() || Contains(occurrence_.findings, item.finding);
      if (concerned && Covers(coverage, item, day)) covered.push_back(&item);
    }
    if (covered.empty()) return absl::OkStatus();
    if (rule.scope == Scope::kSubject) return StartOne(rule, fact, covered);
    for (const SubjectItem* item : covered) RETURN_IF_ERROR(StartOne(rule, fact, {item}));
    return absl::OkStatus();
  }

  absl::Status StartOne(const ClockRule& rule, StartFact fact,
                        const std::vector<const SubjectItem*>& items) {
    if (FindRunning(rule, items) != nullptr) return absl::OkStatus();
    Clock clock = NewClock(rule, subject_, /*duty_owner=*/"");
    for (const SubjectItem* item : items) clock.findings.push_back(item->finding);
    clock.start_time = StartTime(fact, items);
    clock.period = rule.period ? rule.period : items.front()->term;
    RETURN_IF_ERROR(SetDueDate(clock, items.front()->due_date, calendar_));
    clock.first_due_date = clock.due_date;
    effects_.push_back({Effect::Kind::kStart, std::move(clock)});
    return absl::OkStatus();
  }

  // The earlier of expiry and application: a clock that runs moves only to an earlier end; without
  // one the trigger starts it.
  absl::Status StartEarlier(const ClockRule& rule) {
    std::vector<const SubjectItem*> open;
    for (const SubjectItem& item : subject_.items) {
      if (item.open) open.push_back(&item);
    }
    Clock* clock = FindRunning(rule, open);
    if (clock == nullptr) return Start(rule, StartFact::kTrigger, Coverage::kAllOpen);
    Clock moved = *clock;
    moved.start_time = occurrence_.time;
    RETURN_IF_ERROR(SetDueDate(moved, std::nullopt, calendar_));
    if (moved.due_time >= clock->due_time) return absl::OkStatus();
    NoteChange(moved, *clock, now_, "EARLIER_START");
    *clock = moved;
    effects_.push_back({Effect::Kind::kMove, std::move(moved)});
    return absl::OkStatus();
  }

  absl::Status MoveAll(const ClockRule& rule) {
    for (Clock& clock : running_) {
      if (clock.kind == rule.kind) RETURN_IF_ERROR(MoveOne(rule, clock));
    }
    return absl::OkStatus();
  }

  // Follows the due dates of its open items: the date itself without a period of its own, else its
  // period from the earliest of them.
  absl::Status MoveOne(const ClockRule& rule, Clock& clock) {
    std::vector<const SubjectItem*> items;
    for (const SubjectItem& item : subject_.items) {
      if (item.open && Contains(clock.findings, item.finding)) items.push_back(&item);
    }
    if (items.empty()) return absl::OkStatus();
    Clock moved = clock;
    if (!rule.period) {
      moved.period.reset();
    } else if (rule.start_fact != StartFact::kItemDueDate || occurrence_.applied) {
      return absl::OkStatus();
    } else {
      moved.start_time = StartTime(StartFact::kItemDueDate, items);
    }
    RETURN_IF_ERROR(SetDueDate(moved, items.front()->due_date, calendar_));
    if (moved.due_time == clock.due_time) return absl::OkStatus();
    NoteChange(moved, clock, now_, "EXTENDED");
    clock = moved;
    effects_.push_back({Effect::Kind::kMove, std::move(moved)});
    return absl::OkStatus();
  }

  Clock* FindRunning(const ClockRule& rule, const std::vector<const SubjectItem*>& items) {
    for (Clock& clock : running_) {
      if (clock.kind != rule.kind) continue;
      if (rule.scope == Scope::kSubject) return &clock;
      if (clock.findings.front() == items.front()->finding) return &clock;
    }
    return nullptr;
  }

  absl::Time StartTime(StartFact fact, const std::vector<const SubjectItem*>& items) const {
    switch (fact) {
      case StartFact::kInspection:
        return subject_.inspect_time;
      case StartFact::kTrigger:
        return occurrence_.time;
      case StartFact::kItemDueDate:
        break;
    }
    absl::CivilDay earliest = absl::CivilDay::max();
    for (const SubjectItem* item : items) {
      if (item->due_date) earliest = std::min(earliest, *item->due_date);
    }
    // The last day of the term is the start day, which is not counted.
    return earliest == absl::CivilDay::max() ? occurrence_.time : StartOfDay(earliest);
  }

  const Policy& policy_;
  const Subject& subject_;
  const Occurrence& occurrence_;
  std::vector<Clock> running_;
  const workday::Calendar& calendar_;
  const absl::Time now_;
  std::vector<Effect> effects_;
};

}  // namespace

Subject SubjectOf(const Order& order) {
  Subject subject{.name = order.name,
                  .kind = order.kind,
                  .venue = order.venue,
                  .party = order.party,
                  .street = order.street,
                  .handling_officer = order.officers.empty() ? "" : order.officers.front(),
                  .document_number = order.document_number,
                  .inspect_time = order.inspect_time,
                  .items = {}};
  for (const OrderItem& item : order.items) {
    subject.items.push_back(
        {item.finding, item.description, item.due_date, TermOf(order, item), item.open()});
  }
  return subject;
}

std::vector<Occurrence> OccurrencesOf(const Recheck& recheck, const Order& after) {
  // A report that an earlier recheck has refuted proves nothing any more.
  absl::Time refuted = absl::InfinitePast();
  if (after.rechecks.size() > 1) refuted = after.rechecks[after.rechecks.size() - 2].recheck_time;
  std::optional<absl::Time> reported, unanswered;
  for (const Report& report : after.reports) {
    if (report.report_time > recheck.recheck_time) {
      unanswered = report.report_time;
    } else if (report.report_time > refuted) {
      reported = report.report_time;
    }
  }
  std::vector<Occurrence> occurrences = {{Trigger::kRechecked, recheck.recheck_time}};
  const auto rectified =
      std::count_if(recheck.results.begin(), recheck.results.end(),
                    [](const RecheckResult& result) { return result.rectified; });
  const bool failed = static_cast<size_t>(rectified) < recheck.results.size();
  const bool any_open = std::any_of(after.items.begin(), after.items.end(),
                                    [](const OrderItem& item) { return item.open(); });
  if (rectified > 0) {
    occurrences.push_back({Trigger::kRecheckPassed, recheck.recheck_time, reported});
  }
  if (any_open) {
    occurrences.push_back(
        {failed ? Trigger::kRecheckNotPassed : Trigger::kTermsRemain, recheck.recheck_time});
    // Recorded after the party applied again: that application still waits for its recheck.
    if (unanswered) occurrences.push_back({Trigger::kRectificationReported, *unanswered});
  }
  return occurrences;
}

absl::StatusOr<std::vector<Effect>> Advance(const Policy& policy, const Subject& subject,
                                            const Occurrence& occurrence,
                                            const std::vector<Clock>& running,
                                            const workday::Calendar& calendar, absl::Time now) {
  return ClockStep(policy, subject, occurrence, running, calendar, now).Run();
}

absl::StatusOr<std::optional<Clock>> Recompute(const Clock& clock,
                                               const workday::Calendar& calendar, absl::Time now,
                                               CalendarChange cause) {
  if (clock.state != ClockState::kRunning || !clock.period) return std::nullopt;
  Clock moved = clock;
  RETURN_IF_ERROR(SetDueDate(moved, std::nullopt, calendar));
  if (moved.due_date == clock.due_date && moved.provisional == clock.provisional) {
    return std::nullopt;
  }
  const char* const notice = clock.provisional ? "CALENDAR_LOADED" : "CALENDAR_REVISED";
  NoteChange(moved, clock, now, cause == CalendarChange::kClosure ? "DISTRICT_CLOSURE" : notice);
  return moved;
}

std::optional<absl::Duration> Clock::Margin() const {
  if (state != ClockState::kMet || !end_time) return std::nullopt;
  return due_time - *end_time;
}

std::optional<int> Clock::MarginDays() const {
  if (state != ClockState::kMet || !end_time || !due_date) return std::nullopt;
  return static_cast<int>(*due_date - CivilDayOf(*end_time));
}

PeriodInput InputOf(const Clock& clock) {
  if (clock.period) return {*clock.period, clock.start_time, clock.suspensions};
  const absl::CivilDay start = CivilDayOf(clock.start_time);
  const int days = clock.due_date ? static_cast<int>(*clock.due_date - start) : 0;
  return {PeriodRule{.code = "stated",
                     .amount = days,
                     .unit = Unit::kNaturalDays,
                     .roll = Roll::kNone,
                     .coercive = true},
          clock.start_time};
}

}  // namespace rectify::deadline::domain

#include "services/rectification_deadlines/domain/duty.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/clock_internal.h"

namespace rectify::deadline::domain {
namespace {

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// One step of the machine, over the clocks of one subject.
class DutyStep {
 public:
  DutyStep(const Policy& policy, const Subject& subject, const DutyEvent& event,
           const std::vector<Clock>& running, const workday::Calendar& calendar, absl::Time now)
      : policy_(policy),
        subject_(subject),
        event_(event),
        running_(running),
        calendar_(calendar),
        now_(now) {}

  absl::StatusOr<std::vector<Effect>> Run() {
    for (Clock& clock : running_) {
      if (const ClockRule* rule = policy_.FindClock(clock.kind)) {
        RETURN_IF_ERROR(Touch(*rule, clock));
      }
    }
    for (const ClockRule& rule : policy_.clocks) RETURN_IF_ERROR(Start(rule));
    return std::move(effects_);
  }

 private:
  absl::Status Touch(const ClockRule& rule, Clock& clock) {
    if (Has(rule.met_on_event, event_.type)) return End(clock, Effect::Kind::kMeet);
    if (Has(rule.cancelled_on_event, event_.type)) return End(clock, Effect::Kind::kCancel);
    if (Has(rule.suspended_on_event, event_.type)) return Suspend(clock);
    if (Has(rule.resumed_on_event, event_.type)) return Resume(clock);
    if (Has(rule.moved_on_event, event_.type)) return Move(clock);
    return absl::OkStatus();
  }

  absl::Status End(Clock& clock, Effect::Kind kind) {
    EndClock(clock, kind, event_.time);
    effects_.push_back({kind, clock});
    return absl::OkStatus();
  }

  absl::CivilDay Day() const { return CivilDayOf(event_.start_time.value_or(event_.time)); }

  absl::Status Suspend(Clock& clock) {
    if (clock.state == ClockState::kSuspended) return absl::OkStatus();
    clock.state = ClockState::kSuspended;
    clock.suspended_from = std::max(Day(), CivilDayOf(clock.start_time));
    clock.suspend_reason = subject_.title;
    ++clock.version;
    effects_.push_back({Effect::Kind::kSuspend, clock});
    return absl::OkStatus();
  }

  // The day on which it runs again counts.
  absl::Status Resume(Clock& clock) {
    if (clock.state != ClockState::kSuspended) return absl::OkStatus();
    const Clock before = clock;
    const Suspension ended{*clock.suspended_from, Day() - 1, clock.suspend_reason};
    clock.state = ClockState::kRunning;
    clock.suspended_from.reset();
    clock.suspend_reason.clear();
    std::optional<absl::CivilDay> stated;
    if (ended.from <= ended.to) {
      clock.suspensions.push_back(ended);
      if (!clock.period) stated = *clock.due_date + (ended.to - ended.from + 1);
    } else if (!clock.period) {
      stated = clock.due_date;
    }
    RETURN_IF_ERROR(SetDueDate(clock, stated, calendar_));
    NoteChange(clock, before, now_, "RESUMED");
    effects_.push_back({Effect::Kind::kResume, clock});
    return absl::OkStatus();
  }

  absl::Status Move(Clock& clock) {
    const Clock before = clock;
    if (clock.period) {
      clock.start_time = event_.start_time.value_or(event_.time);
    } else if (!event_.due_date) {
      return NoDateError(clock.kind);
    }
    RETURN_IF_ERROR(SetDueDate(clock, event_.due_date, calendar_));
    if (clock.due_time == before.due_time && clock.start_time == before.start_time) {
      return absl::OkStatus();
    }
    NoteChange(clock, before, now_, "DUTY_CHANGED");
    effects_.push_back({Effect::Kind::kMove, clock});
    return absl::OkStatus();
  }

  absl::Status Start(const ClockRule& rule) {
    if (!Has(rule.start_on_event, event_.type)) return absl::OkStatus();
    if (!rule.variants.empty() && !Has(rule.variants, event_.variant)) return absl::OkStatus();
    const bool runs = std::any_of(running_.begin(), running_.end(), [&](const Clock& clock) {
      return clock.Open() && clock.kind == rule.kind;
    });
    if (runs) return absl::OkStatus();
    Clock clock = NewClock(rule, subject_, event_.owner);
    if (clock.owner.empty()) return NoOwnerError(rule.kind);
    for (const SubjectItem& item : subject_.items) clock.findings.push_back(item.finding);
    clock.start_time = event_.start_time.value_or(event_.time);
    if (!clock.period && !event_.due_date) return NoDateError(rule.kind);
    RETURN_IF_ERROR(SetDueDate(clock, event_.due_date, calendar_));
    clock.first_due_date = clock.due_date;
    effects_.push_back({Effect::Kind::kStart, std::move(clock)});
    return absl::OkStatus();
  }

  absl::Status NoDateError(const std::string& kind) const {
    return FieldError(
        "duty.due_date",
        {absl::StrCat("计时 ", kind, " 没有期限，事件须写明届满日期"),
         absl::StrCat("clock ", kind, " has no period, so the duty must set a date")});
  }

  absl::Status NoOwnerError(const std::string& kind) const {
    return FieldError("duty.owner", {absl::StrCat("计时 ", kind, " 没有责任人"),
                                     absl::StrCat("nobody would own clock ", kind)});
  }

  const Policy& policy_;
  const Subject& subject_;
  const DutyEvent& event_;
  std::vector<Clock> running_;
  const workday::Calendar& calendar_;
  const absl::Time now_;
  std::vector<Effect> effects_;
};

}  // namespace

absl::StatusOr<std::vector<Effect>> AdvanceDuty(const Policy& policy, const Subject& subject,
                                                const DutyEvent& event,
                                                const std::vector<Clock>& running,
                                                const workday::Calendar& calendar, absl::Time now) {
  return DutyStep(policy, subject, event, running, calendar, now).Run();
}

}  // namespace rectify::deadline::domain

#include "services/reminder_dispatch/events/clock_event.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"

namespace rectify::reminder::events {
namespace {

domain::TrackedClock ToClock(const deadline::v1::ClockStarted& started) {
  domain::TrackedClock clock;
  clock.name = started.clock();
  clock.kind = started.kind();
  clock.title = started.title();
  clock.subject = started.subject();
  clock.findings.assign(started.findings().begin(), started.findings().end());
  clock.hazards.assign(started.hazards().begin(), started.hazards().end());
  clock.owner = started.owner();
  clock.handling_officer = started.handling_officer();
  clock.venue = started.venue();
  clock.party = started.party();
  clock.street = started.street();
  clock.document_number = started.document_number();
  clock.basis = started.basis();
  clock.ladder = started.reminder_ladder();
  clock.start_time = rpc::ToTime(started.start_time());
  clock.due_time = rpc::ToTime(started.due_time());
  if (started.has_due_date()) clock.due_date = rpc::ToCivilDay(started.due_date());
  return clock;
}

std::string DayText(const domain::TrackedClock& clock) { return FormatCivilDay(clock.DueDay()); }

// The effect of each kind of event. A clock that was never started is DATA_LOSS.
class Judge {
 public:
  Judge(const domain::Policy& policy, const Known& known, absl::Time occurred)
      : policy_(policy), known_(known), occurred_(occurred) {}

  absl::StatusOr<Effect> operator()(const deadline::v1::ClockStarted& started) const {
    domain::TrackedClock clock = ToClock(started);
    if (const auto before = known_.clocks.find(clock.name); before != known_.clocks.end()) {
      clock.schedule_version = before->second.schedule_version + 1;
    }
    clock.department = DepartmentOf(clock);
    std::string reason = absl::StrCat("期限开始，", DayText(clock), "到期");
    return Effect{std::move(clock), Effect::Reminders::kPlan, "PlanReminders", std::move(reason)};
  }

  absl::StatusOr<Effect> operator()(const deadline::v1::DueDateChanged& changed) const {
    ASSIGN_OR_RETURN(const domain::TrackedClock before, KnownClock(changed.clock()));
    std::optional<absl::CivilDay> due_date;
    if (changed.has_due_date()) due_date = rpc::ToCivilDay(changed.due_date());
    domain::TrackedClock clock = Moved(before, due_date, rpc::ToTime(changed.due_time()),
                                       changed.reason() == "EARLIER_START", occurred_);
    // A date that only became firm needs no other reminders; a suspended clock had lost its own.
    if (changed.reason() != "RESUMED" && clock.due_date == before.due_date &&
        clock.due_time == before.due_time) {
      return Effect{.clock = std::move(clock)};
    }
    ++clock.schedule_version;
    std::string reason = absl::StrCat("到期日由", DayText(before), "改为", DayText(clock));
    return Effect{std::move(clock), Effect::Reminders::kPlan, "ReplanReminders", std::move(reason)};
  }

  absl::StatusOr<Effect> operator()(const deadline::v1::ClockPassed& passed) const {
    ASSIGN_OR_RETURN(domain::TrackedClock clock, KnownClock(passed.clock()));
    clock.owner = passed.facts().owner();
    clock.venue = passed.facts().venue();
    clock.department = DepartmentOf(clock);
    ++clock.schedule_version;
    return Effect{std::move(clock), Effect::Reminders::kPlanWhatIsOpen, "ReplanReminders",
                  absl::StrCat("场所合并：", passed.reason())};
  }

  // The clock goes on, but its date does not hold any more; the new one comes when it is resumed.
  absl::StatusOr<Effect> operator()(const deadline::v1::ClockSuspended& suspended) const {
    ASSIGN_OR_RETURN(domain::TrackedClock clock, KnownClock(suspended.clock()));
    return Silenced(std::move(clock), absl::StrCat("期限中止：", suspended.reason()));
  }
  absl::StatusOr<Effect> operator()(const deadline::v1::ClockMet& met) const {
    return Ended(met.clock(), "义务已履行");
  }
  absl::StatusOr<Effect> operator()(const deadline::v1::ClockCancelled& cancelled) const {
    return Ended(cancelled.clock(), absl::StrCat("期限已终止：", cancelled.reason()));
  }

 private:
  absl::StatusOr<domain::TrackedClock> KnownClock(const std::string& name) const {
    const auto found = known_.clocks.find(name);
    if (found == known_.clocks.end()) {
      return absl::DataLossError(absl::StrCat(name, " was never started"));
    }
    return found->second;
  }

  // In charge of the venue's industry; a resource name, or empty.
  std::string DepartmentOf(const domain::TrackedClock& clock) const {
    const auto kind = known_.venue_kinds.find(clock.venue);
    const std::string code =
        policy_.DepartmentFor(kind == known_.venue_kinds.end() ? 0 : kind->second);
    return code.empty() ? "" : absl::StrCat("districts/", clock.district(), "/departments/", code);
  }

  static Effect Silenced(domain::TrackedClock clock, std::string reason) {
    return {std::move(clock), Effect::Reminders::kCancel, "CancelReminders", std::move(reason)};
  }

  absl::StatusOr<Effect> Ended(const std::string& name, std::string reason) const {
    ASSIGN_OR_RETURN(domain::TrackedClock clock, KnownClock(name));
    clock.running = false;
    return Silenced(std::move(clock), std::move(reason));
  }

  const domain::Policy& policy_;
  const Known& known_;
  const absl::Time occurred_;
};

template <size_t kIndex = 0>
absl::StatusOr<std::optional<ClockEvent>> Parse(const event::v1::EventEnvelope& event) {
  if constexpr (kIndex == std::variant_size_v<ClockEvent>) {
    return std::optional<ClockEvent>();
  } else {
    std::variant_alternative_t<kIndex, ClockEvent> payload;
    if (event.type() != payload.GetDescriptor()->full_name()) return Parse<kIndex + 1>(event);
    if (!payload.ParseFromString(event.payload())) {
      return absl::DataLossError(absl::StrCat("the payload is no ", event.type()));
    }
    return std::optional<ClockEvent>(std::move(payload));
  }
}

}  // namespace

absl::StatusOr<std::optional<ClockEvent>> ParseClockEvent(const event::v1::EventEnvelope& event) {
  return Parse(event);
}

const std::string& ClockOf(const ClockEvent& event) {
  return std::visit([](const auto& payload) -> const std::string& { return payload.clock(); },
                    event);
}

std::string VenueOf(const ClockEvent& event) {
  if (const auto* started = std::get_if<deadline::v1::ClockStarted>(&event)) {
    return started->venue();
  }
  const auto* passed = std::get_if<deadline::v1::ClockPassed>(&event);
  return passed == nullptr ? "" : passed->facts().venue();
}

absl::StatusOr<Effect> EffectOf(const ClockEvent& event, absl::Time occurred, const Known& known,
                                const domain::Policy& policy) {
  return std::visit(Judge(policy, known, occurred), event);
}

}  // namespace rectify::reminder::events

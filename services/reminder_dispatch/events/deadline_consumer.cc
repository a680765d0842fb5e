#include "services/reminder_dispatch/events/deadline_consumer.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/clock_events.pb.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "services/reminder_dispatch/domain/planner.h"
#include "services/reminder_dispatch/events/payloads.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/reminder_store.h"
#include "services/reminder_dispatch/store/venue_kinds.h"

namespace rectify::reminder::events {
namespace {

using rectify::events::Change;

template <typename Payload>
absl::StatusOr<Payload> Parse(const event::v1::EventEnvelope& event) {
  Payload payload;
  if (!payload.ParseFromString(event.payload())) {
    return absl::DataLossError(absl::StrCat("the payload is no ", event.type()));
  }
  return payload;
}

template <typename Payload>
bool Is(const event::v1::EventEnvelope& event) {
  return event.type() == Payload::descriptor()->full_name();
}

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

workday::YearNotice ToNotice(const deadline::v1::YearNotice& notice) {
  workday::YearNotice result{notice.year(), notice.notice(), notice.version(), {}};
  for (const deadline::v1::SpecialDay& day : notice.days()) {
    result.days.push_back({rpc::ToCivilDay(day.day()),
                           day.day_class() == deadline::v1::DAY_CLASS_MAKE_UP_WORKDAY
                               ? workday::DayClass::kMakeUpWorkday
                               : workday::DayClass::kHoliday,
                           day.name()});
  }
  return result;
}

// The clock of an event that presumes its ClockStarted; locked.
absl::StatusOr<domain::TrackedClock> KnownClock(Change& change, const std::string& name) {
  ASSIGN_OR_RETURN(std::optional<domain::TrackedClock> clock, store::LockClock(change.sql(), name));
  if (!clock.has_value()) return absl::DataLossError(absl::StrCat(name, " was never started"));
  return *std::move(clock);
}

// Cancels what is open of the clock.
absl::Status Silence(Change& change, const domain::TrackedClock& clock, absl::string_view reason) {
  RETURN_IF_ERROR(store::SaveClock(change.sql(), clock));
  ASSIGN_OR_RETURN(const std::vector<domain::Reminder> cancelled,
                   store::CancelOpen(change.sql(), clock.name, reason, change.now()));
  change.Audit(
      ClockRecord(clock, "CancelReminders", 0, static_cast<int>(cancelled.size()), reason));
  return EmitCancelled(change, cancelled, reason);
}

absl::Status End(Change& change, const std::string& name, absl::string_view reason) {
  ASSIGN_OR_RETURN(domain::TrackedClock clock, KnownClock(change, name));
  clock.running = false;
  return Silence(change, clock, reason);
}

// The clock goes on, but its date does not hold any more; the new one comes when it is resumed.
absl::Status Suspend(Change& change, const deadline::v1::ClockSuspended& suspended) {
  ASSIGN_OR_RETURN(const domain::TrackedClock clock, KnownClock(change, suspended.clock()));
  return Silence(change, clock, absl::StrCat("期限中止：", suspended.reason()));
}

// In charge of the venue's industry; a resource name, or empty.
absl::StatusOr<std::string> DepartmentOf(Change& change, const domain::Policy& policy,
                                         const domain::TrackedClock& clock) {
  ASSIGN_OR_RETURN(const int kind, store::ReadVenueKind(change.sql(), clock.venue));
  const std::string code = policy.DepartmentFor(kind);
  return code.empty() ? "" : absl::StrCat("districts/", clock.district(), "/departments/", code);
}

std::string DayText(const domain::TrackedClock& clock) { return FormatCivilDay(clock.DueDay()); }

// What becomes of the steps whose time has passed.
enum class Past { kCatchUp, kOnlyOpen };

// Cancels what is open of the old schedule and plans the new one.
absl::Status Replan(Change& change, const domain::Policy& policy, const domain::TrackedClock& clock,
                    std::string action, const std::string& reason, Past past = Past::kCatchUp) {
  RETURN_IF_ERROR(store::SaveClock(change.sql(), clock));
  ASSIGN_OR_RETURN(const std::vector<domain::Reminder> cancelled,
                   store::CancelOpen(change.sql(), clock.name, reason, change.now()));
  RETURN_IF_ERROR(EmitCancelled(change, cancelled, reason));
  ASSIGN_OR_RETURN(const workday::Calendar calendar, store::ReadCalendar(change.sql()));
  if (!policy.Knows(clock.ladder)) {
    metrics::Count("rectify_reminder_unknown_ladder_total");
    log::Warning("ladder_unknown", {{"ladder", clock.ladder}, {"clock", clock.name}});
  }
  std::vector<domain::Reminder> plan =
      domain::Plan(policy.LadderFor(clock.ladder), clock, calendar, change.now());
  if (past == Past::kOnlyOpen) plan = domain::StillOwed(std::move(plan), cancelled, change.now());
  ASSIGN_OR_RETURN(const int planned, store::InsertReminders(change.sql(), plan));
  change.Audit(
      ClockRecord(clock, std::move(action), planned, static_cast<int>(cancelled.size()), reason));
  return absl::OkStatus();
}

}  // namespace

absl::Status DeadlineConsumer::operator()(Change& change,
                                          const event::v1::EventEnvelope& event) const {
  if (Is<deadline::v1::ClockStarted>(event)) return Start(change, event);
  if (Is<deadline::v1::DueDateChanged>(event)) return Move(change, event);
  if (Is<deadline::v1::ClockPassed>(event)) return Pass(change, event);
  if (Is<deadline::v1::CalendarImported>(event)) return Import(change, event);
  if (Is<deadline::v1::ClockSuspended>(event)) {
    ASSIGN_OR_RETURN(const auto suspended, Parse<deadline::v1::ClockSuspended>(event));
    return Suspend(change, suspended);
  }
  if (Is<deadline::v1::ClockMet>(event)) {
    ASSIGN_OR_RETURN(const auto met, Parse<deadline::v1::ClockMet>(event));
    return End(change, met.clock(), "义务已履行");
  }
  if (Is<deadline::v1::ClockCancelled>(event)) {
    ASSIGN_OR_RETURN(const auto cancelled, Parse<deadline::v1::ClockCancelled>(event));
    return End(change, cancelled.clock(), absl::StrCat("期限已终止：", cancelled.reason()));
  }
  return absl::OkStatus();
}

absl::Status DeadlineConsumer::Start(Change& change, const event::v1::EventEnvelope& event) const {
  ASSIGN_OR_RETURN(const auto started, Parse<deadline::v1::ClockStarted>(event));
  domain::TrackedClock clock = ToClock(started);
  ASSIGN_OR_RETURN(std::optional<domain::TrackedClock> before,
                   store::LockClock(change.sql(), clock.name));
  if (before.has_value()) clock.schedule_version = before->schedule_version + 1;
  ASSIGN_OR_RETURN(clock.department, DepartmentOf(change, policy_, clock));
  return Replan(change, policy_, clock, "PlanReminders",
                absl::StrCat("期限开始，", DayText(clock), "到期"));
}

absl::Status DeadlineConsumer::Move(Change& change, const event::v1::EventEnvelope& event) const {
  ASSIGN_OR_RETURN(const auto changed, Parse<deadline::v1::DueDateChanged>(event));
  ASSIGN_OR_RETURN(const domain::TrackedClock before, KnownClock(change, changed.clock()));
  std::optional<absl::CivilDay> due_date;
  if (changed.has_due_date()) due_date = rpc::ToCivilDay(changed.due_date());
  domain::TrackedClock clock =
      Moved(before, due_date, rpc::ToTime(changed.due_time()), changed.reason() == "EARLIER_START",
            rpc::ToTime(event.occur_time()));
  // A date that only became firm needs no other reminders; a suspended clock had lost its own.
  if (changed.reason() != "RESUMED" && clock.due_date == before.due_date &&
      clock.due_time == before.due_time) {
    return store::SaveClock(change.sql(), clock);
  }
  ++clock.schedule_version;
  return Replan(change, policy_, clock, "ReplanReminders",
                absl::StrCat("到期日由", DayText(before), "改为", DayText(clock)));
}

absl::Status DeadlineConsumer::Pass(Change& change, const event::v1::EventEnvelope& event) const {
  ASSIGN_OR_RETURN(const auto passed, Parse<deadline::v1::ClockPassed>(event));
  ASSIGN_OR_RETURN(domain::TrackedClock clock, KnownClock(change, passed.clock()));
  clock.owner = passed.facts().owner();
  clock.venue = passed.facts().venue();
  ASSIGN_OR_RETURN(clock.department, DepartmentOf(change, policy_, clock));
  ++clock.schedule_version;
  return Replan(change, policy_, clock, "ReplanReminders",
                absl::StrCat("场所合并：", passed.reason()), Past::kOnlyOpen);
}

absl::Status DeadlineConsumer::Import(Change& change, const event::v1::EventEnvelope& event) const {
  ASSIGN_OR_RETURN(const auto imported, Parse<deadline::v1::CalendarImported>(event));
  ASSIGN_OR_RETURN(const bool newer, store::SaveNotice(change.sql(), ToNotice(imported.notice())));
  if (!newer) return absl::OkStatus();
  ASSIGN_OR_RETURN(const workday::Calendar calendar, store::ReadCalendar(change.sql()));
  ASSIGN_OR_RETURN(std::vector<domain::TrackedClock> clocks,
                   store::LockClocksByWorkdays(change.sql()));
  std::vector<std::string> names;
  names.reserve(clocks.size());
  for (const domain::TrackedClock& clock : clocks) names.push_back(clock.name);
  ASSIGN_OR_RETURN(std::vector<domain::Reminder> live,
                   store::ReadLiveReminders(change.sql(), names));
  std::map<std::string, std::vector<domain::Reminder>> by_clock;
  for (domain::Reminder& reminder : live) by_clock[reminder.clock].push_back(std::move(reminder));

  const std::string reason = absl::StrCat(imported.notice().year(), "年工作日历更新");
  std::map<std::string, std::vector<std::string>> cancel, firm;  // by district
  std::vector<domain::Reminder> plan;
  std::vector<domain::TrackedClock> moved;
  for (domain::TrackedClock& clock : clocks) {
    ++clock.schedule_version;
    domain::Adjustment adjustment = domain::AdjustToCalendar(
        by_clock[clock.name],
        domain::Plan(policy_.LadderFor(clock.ladder), clock, calendar, change.now()), change.now());
    for (std::string& id : adjustment.firm) firm[clock.district()].push_back(std::move(id));
    if (adjustment.cancel.empty() && adjustment.plan.empty()) continue;
    change.Audit(ClockRecord(clock, "ReplanReminders", static_cast<int>(adjustment.plan.size()),
                             static_cast<int>(adjustment.cancel.size()), reason));
    for (std::string& id : adjustment.cancel) cancel[clock.district()].push_back(std::move(id));
    for (domain::Reminder& reminder : adjustment.plan) plan.push_back(std::move(reminder));
    moved.push_back(clock);
  }
  for (const auto& [district, ids] : firm) {
    RETURN_IF_ERROR(store::MakeFirm(change.sql(), district, ids));
  }
  for (const auto& [district, ids] : cancel) {
    ASSIGN_OR_RETURN(const std::vector<domain::Reminder> cancelled,
                     store::CancelReminders(change.sql(), district, ids, reason, change.now()));
    RETURN_IF_ERROR(EmitCancelled(change, cancelled, reason));
  }
  RETURN_IF_ERROR(store::SetScheduleVersions(change.sql(), moved));
  return store::InsertReminders(change.sql(), plan).status();
}

}  // namespace rectify::reminder::events

#include "services/reminder_dispatch/events/deadline_consumer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "services/reminder_dispatch/domain/planner.h"
#include "services/reminder_dispatch/events/clock_event.h"
#include "services/reminder_dispatch/events/payloads.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/reminder_store.h"
#include "services/reminder_dispatch/store/venue_kinds.h"

namespace rectify::reminder::events {
namespace {

using rectify::events::Change;

// An event that concerns one clock.
struct Told {
  Change& change;
  const event::v1::EventEnvelope& envelope;
  ClockEvent event;
};

absl::StatusOr<Known> Load(pg::Tx& tx, const std::vector<Told>& told) {
  std::vector<std::string> clocks;
  std::set<std::string> venues;
  for (const Told& one : told) {
    clocks.push_back(ClockOf(one.event));
    if (std::string venue = VenueOf(one.event); !venue.empty()) venues.insert(std::move(venue));
  }
  Known known;
  ASSIGN_OR_RETURN(known.clocks, store::LockClocks(tx, clocks));
  ASSIGN_OR_RETURN(known.venue_kinds, store::ReadVenueKinds(tx, {venues.begin(), venues.end()}));
  return known;
}

using ByClock = std::map<std::string, std::vector<domain::Reminder>>;

// Of the clocks that had reminders before.
absl::StatusOr<ByClock> CancelOld(pg::Tx& tx, const Known& known,
                                  const std::vector<Effect>& effects, absl::Time now) {
  std::map<std::string, std::string> reasons;
  for (const Effect& effect : effects) {
    if (effect.reminders != Effect::Reminders::kKeep && known.clocks.contains(effect.clock.name)) {
      reasons[effect.clock.name] = effect.reason;
    }
  }
  return store::CancelOpen(tx, reasons, now);
}

std::vector<domain::Reminder> PlanOf(const domain::Policy& policy, const Effect& effect,
                                     const workday::Calendar& calendar, const ByClock& cancelled,
                                     absl::Time now) {
  const domain::TrackedClock& clock = effect.clock;
  if (!policy.Knows(clock.ladder)) {
    metrics::Count("rectify_reminder_unknown_ladder_total");
    log::Warning("ladder_unknown", {{"ladder", clock.ladder}, {"clock", clock.name}});
  }
  std::vector<domain::Reminder> plan =
      domain::Plan(policy.LadderFor(clock.ladder), clock, calendar, now);
  if (effect.reminders == Effect::Reminders::kPlan) return plan;
  const auto old = cancelled.find(clock.name);
  return domain::StillOwed(std::move(plan),
                           old == cancelled.end() ? ByClock::mapped_type() : old->second, now);
}

// By clock, how many reminders were planned.
absl::StatusOr<std::map<std::string, int>> PlanNew(pg::Tx& tx, const domain::Policy& policy,
                                                   const std::vector<Effect>& effects,
                                                   const ByClock& cancelled, absl::Time now) {
  const auto plans = [](const Effect& effect) { return effect.plans(); };
  if (std::none_of(effects.begin(), effects.end(), plans)) return std::map<std::string, int>();
  ASSIGN_OR_RETURN(const workday::Calendar calendar, store::ReadCalendar(tx));
  std::vector<domain::Reminder> plan;
  for (const Effect& effect : effects) {
    if (!effect.plans()) continue;
    std::vector<domain::Reminder> own = PlanOf(policy, effect, calendar, cancelled, now);
    std::move(own.begin(), own.end(), std::back_inserter(plan));
  }
  return store::InsertReminders(tx, plan);
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

// The audit entry of each event, and the event about what it cancelled.
absl::Status Tell(pg::Tx& tx, const std::vector<Told>& told, const std::vector<Effect>& effects,
                  const ByClock& cancelled, const std::map<std::string, int>& planned) {
  std::vector<std::string> telling;
  for (const auto& [clock, reminders] : cancelled) telling.push_back(clock);
  ASSIGN_OR_RETURN(const auto versions, store::NextClockEvents(tx, telling));
  for (size_t i = 0; i < told.size(); ++i) {
    const Effect& effect = effects[i];
    if (effect.reminders == Effect::Reminders::kKeep) continue;
    const std::string& clock = effect.clock.name;
    const auto gone = cancelled.find(clock);
    const auto fresh = planned.find(clock);
    told[i].change.Audit(ClockRecord(
        effect.clock, effect.action, fresh == planned.end() ? 0 : fresh->second,
        gone == cancelled.end() ? 0 : static_cast<int>(gone->second.size()), effect.reason));
    if (gone == cancelled.end()) continue;
    told[i].change.Emit(
        clock, versions.at(clock),
        ToSettled(gone->second, domain::State::kCancelled, effect.reason, told[i].change.now()));
  }
  return absl::OkStatus();
}

// What events of different clocks do, as sets.
absl::Status ApplyTogether(pg::Tx& tx, const domain::Policy& policy,
                           const std::vector<Told>& told) {
  if (told.empty()) return absl::OkStatus();
  const absl::Time now = told.front().change.now();
  ASSIGN_OR_RETURN(const Known known, Load(tx, told));
  std::vector<Effect> effects;
  for (const Told& one : told) {
    ASSIGN_OR_RETURN(Effect effect,
                     EffectOf(one.event, rpc::ToTime(one.envelope.occur_time()), known, policy));
    effects.push_back(std::move(effect));
  }
  std::vector<const domain::TrackedClock*> clocks;
  clocks.reserve(effects.size());
  for (const Effect& effect : effects) clocks.push_back(&effect.clock);
  RETURN_IF_ERROR(store::SaveClocks(tx, clocks));
  ASSIGN_OR_RETURN(const ByClock cancelled, CancelOld(tx, known, effects, now));
  ASSIGN_OR_RETURN(const auto planned, PlanNew(tx, policy, effects, cancelled, now));
  return Tell(tx, told, effects, cancelled, planned);
}

}  // namespace

// Events of one clock follow each other, so a second one waits until the first is applied.
absl::Status DeadlineConsumer::operator()(pg::Tx& tx, rectify::events::Run& run) const {
  std::vector<Told> told;
  std::set<std::string> clocks;
  const auto apply = [&]() -> absl::Status {
    RETURN_IF_ERROR(ApplyTogether(tx, policy_, told));
    told.clear();
    clocks.clear();
    return absl::OkStatus();
  };
  for (rectify::events::Arrival& arrival : run) {
    if (arrival.event.type() == deadline::v1::CalendarImported::descriptor()->full_name()) {
      RETURN_IF_ERROR(apply());
      RETURN_IF_ERROR(Import(arrival.change, arrival.event));
      continue;
    }
    ASSIGN_OR_RETURN(std::optional<ClockEvent> event, ParseClockEvent(arrival.event));
    if (!event.has_value()) continue;
    if (clocks.contains(ClockOf(*event))) RETURN_IF_ERROR(apply());
    clocks.insert(ClockOf(*event));
    told.push_back({arrival.change, arrival.event, *std::move(event)});
  }
  return apply();
}

absl::Status DeadlineConsumer::Import(Change& change, const event::v1::EventEnvelope& event) const {
  deadline::v1::CalendarImported imported;
  if (!imported.ParseFromString(event.payload())) {
    return absl::DataLossError(absl::StrCat("the payload is no ", event.type()));
  }
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

// What the planned reminders become, with the rules of services/reminder_dispatch/domain.
#include "tests/simulation/reminders.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/workday/calendar.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "services/reminder_dispatch/domain/planner.h"
#include "tests/simulation/programs.h"

namespace rectify::simulation {

namespace domain = reminder::domain;
using domain::Reminder;
using domain::State;
using event::v1::EventEnvelope;

namespace {

domain::Step StepAt(std::string code, int days, domain::CatchUp catch_up) {
  domain::Step step;
  step.code = std::move(code);
  step.offset = days;
  step.at = absl::Hours(9);
  step.recipients = {domain::RecipientKind::kVenue};
  step.channels = {domain::Channel::kEmail, domain::Channel::kFile};
  step.catch_up = catch_up;
  step.title = "{title}{days}";
  step.body = "{due}，依据：{basis}。本提醒不是法律文书的送达。";
  return step;
}

domain::TrackedClock NewClock(const EventEnvelope& event, absl::Time now) {
  domain::TrackedClock clock;
  clock.name = event.aggregate();
  clock.title = "隐患改正期限";
  clock.owner = clock.venue = "districts/120110/venues/1";
  clock.party = "示例商场";
  clock.basis = "《消防监督检查规定》第二十二条";
  clock.start_time = now;
  return clock;
}

void SetDue(domain::TrackedClock& clock, const EventEnvelope& event, absl::Time now) {
  int days = 0;
  if (!absl::SimpleAtoi(event.payload(), &days)) days = 1;
  clock.due_date = CivilDayOf(now) + days;
  clock.due_time = StartOfDay(*clock.due_date + 1);
}

const char* FigureOf(State state) {
  switch (state) {
    case State::kSent:
      return "sent";
    case State::kMerged:
      return "merged";
    case State::kSuperseded:
      return "superseded";
    case State::kDead:
      return "dead";
    default:
      return "cancelled";
  }
}

void Settle(World& world, ConsumerState& tables, ReminderRow& row, State state, absl::Time now) {
  tables.open.erase(row.reminder.id);
  row.reminder.state = state;
  row.reminder.settle_time = now;
  row.lease_until = absl::InfinitePast();
  ++world.figures[FigureOf(state)];
  if (++row.outcomes > 1) {
    world.Fail(absl::StrCat("reminder ", row.reminder.id, " has a second outcome"));
  }
}

}  // namespace

const domain::Policy& SimulatedPolicy() {
  static const domain::Policy* policy = [] {
    auto* p = new domain::Policy;
    domain::Step last = StepAt("T+2", 2, domain::CatchUp::kLatest);
    last.repeat_days = 3;
    p->ladders = {
        {"default",
         {StepAt("T-3", -3, domain::CatchUp::kLatest), StepAt("T-1", -1, domain::CatchUp::kLatest),
          StepAt("T+1", 1, domain::CatchUp::kAll), last}}};
    p->ladders[0].steps[2].urgent = true;
    p->digest_entries = 3;
    p->max_attempts = 4;
    p->first_backoff = absl::Seconds(30);
    p->quiet_hours = domain::QuietHours{
        absl::Hours(21), absl::Hours(8), absl::Hours(9), {domain::Channel::kEmail}};
    return p;
  }();
  return *policy;
}

const workday::Calendar& SimulatedCalendar() {
  static const auto* calendar = new workday::Calendar(*workday::Calendar::Create({}));
  return *calendar;
}

Effect PlanEffect(World& world, Clocks& clocks, const EventEnvelope& event) {
  const absl::Time now = world.business;
  if (event.type() == kPoisoned) return [](ConsumerState&) {};
  const auto [found, fresh] = clocks.try_emplace(event.aggregate(), NewClock(event, now));
  domain::TrackedClock& clock = found->second;
  std::vector<Reminder> plan;
  clock.running = event.type() != kMet;
  if (clock.running) {
    if (event.type() == kStarted) clock.start_time = now;
    if (!fresh) ++clock.schedule_version;
    SetDue(clock, event, now);
    plan = domain::Plan(SimulatedPolicy().LadderFor(""), clock, SimulatedCalendar(), now);
  }
  return [&world, now, clock, plan](ConsumerState& s) {
    for (const std::string& id : std::set<std::string>(s.open)) {
      ReminderRow& row = s.reminders.at(id);
      if (row.reminder.clock == clock.name && row.reminder.state != State::kSending) {
        Settle(world, s, row, State::kCancelled, now);
      }
    }
    s.clocks[clock.name] = clock;
    for (const Reminder& reminder : plan) s.Insert(reminder);
  };
}

bool IsOutdated(const ConsumerState& state, const Reminder& older, absl::Time now) {
  if (older.catch_up != domain::CatchUp::kLatest || older.not_before > now) return false;
  for (const auto& [id, row] : state.reminders) {
    const Reminder& newer = row.reminder;
    const bool counts = newer.state != State::kCancelled && newer.state != State::kDead &&
                        newer.state != State::kMuted && newer.state != State::kInhibited;
    if (counts && newer.clock == older.clock && newer.recipient == older.recipient &&
        newer.channel == older.channel && newer.due_time > older.due_time &&
        newer.due_time <= now && (older.repeat_days == 0 || newer.step == older.step)) {
      return true;
    }
  }
  return false;
}

Effect SupersedeEffect(World& world, const std::string& id, absl::Time now) {
  return [&world, id, now](ConsumerState& s) {
    Settle(world, s, s.reminders.at(id), State::kSuperseded, now);
  };
}

Effect ConcludeEffect(World& world, const Reminder& reminder, const domain::TrackedClock& clock,
                      const domain::Outcome& outcome, bool called, absl::Time now) {
  std::optional<Reminder> next;
  if (domain::IsSettled(outcome.state) && reminder.repeat_days > 0 &&
      domain::StillSpeaksOf(reminder, clock) && !world.Makes(Mistake::kNoSuccessor)) {
    next = domain::Successor(reminder, clock, now);
  }
  return [&world, id = reminder.id, outcome, called, now, next](ConsumerState& s) {
    ReminderRow& row = s.reminders.at(id);
    row.reminder.not_before = outcome.not_before;
    if (!called) --row.reminder.attempts;
    if (domain::IsSettled(outcome.state)) {
      Settle(world, s, row, outcome.state, now);
    } else {
      row.reminder.state = outcome.state;
    }
    if (next.has_value()) s.Insert(*next);
  };
}

}  // namespace rectify::simulation

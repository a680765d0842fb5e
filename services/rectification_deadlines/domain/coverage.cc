#include "services/rectification_deadlines/domain/coverage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "services/rectification_deadlines/domain/clock.h"

namespace rectify::deadline::domain {
namespace {

// Two failed rechecks with a report before each are as many as can behave differently: the machine
// remembers nothing but the clocks that run.
constexpr int kSteps = 4;
constexpr int kExtendedBy = 20;  // days
constexpr size_t kShown = 5;

struct World {
  Subject subject;
  std::vector<Clock> running;
  absl::Time now;
  std::string way;  // so far, in words
};

class Walker {
 public:
  explicit Walker(const Policy& policy) : policy_(policy) {}

  std::vector<Text> Walk() {
    for (const OrderKind kind : {OrderKind::kImmediate, OrderKind::kTerm}) WalkOrder(kind);
    World transfer = NewWorld(std::nullopt);
    Tell(transfer, Trigger::kTransferDecided);
    std::vector<Text> gaps;
    for (auto& [zh, en] : gaps_) gaps.push_back({zh, en});
    return gaps;
  }

 private:
  static World NewWorld(std::optional<OrderKind> kind) {
    World world;
    world.subject.name = "districts/000000/orders/0";
    world.subject.kind = kind;
    world.subject.venue = "venue";
    world.subject.handling_officer = "officer";
    world.now = StartOfDay(absl::CivilDay(2023, 3, 1)) + absl::Hours(10);
    world.subject.inspect_time = world.now;
    world.subject.items = {{"short term", ""}, {"long term", ""}};
    return world;
  }

  void WalkOrder(OrderKind kind) {
    World world = NewWorld(kind);
    Tell(world, Trigger::kOrderDrafted);
    world.now += absl::Hours(24);
    int days = kind == OrderKind::kImmediate ? 0 : 5;
    for (SubjectItem& item : world.subject.items) {
      item.term = PeriodRule{
          .code = "term", .amount = days, .unit = Unit::kNaturalDays, .roll = Roll::kNone};
      item.due_date = CivilDayOf(world.now) + days;
      days *= 4;
    }
    Tell(world, Trigger::kOrderServed);
    WalkOn(world, kSteps);
  }

  void WalkOn(const World& world, int steps) {
    if (steps == 0) return;
    for (const int days : {1, 10, 30}) {
      World later = world;
      later.now += absl::Hours(24 * days);
      Check(later);
      if (steps == kSteps) WalkExtension(later);
      if (steps > kSteps - 2) WalkLeftOut(later, steps);
      World reported = later;
      Tell(reported, Trigger::kRectificationReported);
      WalkOn(reported, steps - 1);
      WalkRecheck(later, /*rectified=*/0, steps);
      if (later.subject.items.front().open) WalkRecheck(std::move(later), /*rectified=*/1, steps);
    }
  }

  void WalkRecheck(World world, int rectified, int steps) {
    // The occurrences of one recheck are one act: coverage counts after the last.
    for (int i = 0; i < rectified; ++i) world.subject.items[i].open = false;
    Apply(world, Trigger::kRechecked);
    if (rectified > 0) Apply(world, Trigger::kRecheckPassed);
    Tell(world, Trigger::kRecheckNotPassed);
    if (steps > kSteps - 2) WalkInstruments(world);
    WalkOn(world, steps - 1);
  }

  // The first item is found rectified, the second one left out as its term still runs.
  void WalkLeftOut(World world, int steps) {
    SubjectItem& first = world.subject.items.front();
    if (!first.open || world.subject.items.back().due_date < CivilDayOf(world.now)) return;
    first.open = false;
    Apply(world, Trigger::kRechecked);
    Apply(world, Trigger::kRecheckPassed);
    Tell(world, Trigger::kTermsRemain);
    WalkOn(world, steps - 1);
  }

  // Asked for and refused, or granted for both items.
  void WalkExtension(const World& world) {
    if (world.subject.items.front().due_date < CivilDayOf(world.now)) return;
    World refused = world;
    Tell(refused, Trigger::kExtensionRequested);
    refused.now += absl::Hours(24);
    Tell(refused, Trigger::kExtensionDecided);
    World granted = refused;
    for (SubjectItem& item : granted.subject.items) {
      item.due_date = *item.due_date + kExtendedBy;
      item.term.reset();
    }
    Tell(granted, Trigger::kExtensionGranted);
    WalkOn(refused, 1);
    WalkOn(granted, 1);
  }

  // Each instrument that can follow, decided at once and concluded after a while. A second order
  // is an order of its own, walked from its draft.
  void WalkInstruments(const World& world) {
    if (world.subject.items.front().due_date >= CivilDayOf(world.now)) return;
    for (const InstrumentRule& rule : policy_.instruments) {
      if (rule.instrument == NextInstrument::kSecondOrder) continue;
      World decided = world;
      Tell(decided, Trigger::kNextDecided, rule.instrument);
      decided.now += absl::Hours(24 * kExtendedBy);
      Tell(decided, Trigger::kNextConcluded, rule.instrument);
      WalkOn(decided, 1);
    }
  }

  void Tell(World& world, Trigger trigger, std::optional<NextInstrument> instrument = {}) {
    Apply(world, trigger, instrument);
    Check(world);
  }

  void Check(const World& world) {
    for (const SubjectItem& item : world.subject.items) {
      if (!item.open || Covered(world, item) || gaps_.size() >= kShown) continue;
      gaps_.emplace(absl::StrCat(world.way, "之后，未改正的隐患没有运行中的计时"),
                    absl::StrCat("an open finding has no running clock after ", world.way));
    }
  }

  void Apply(World& world, Trigger trigger, std::optional<NextInstrument> instrument = {}) {
    absl::StrAppend(&world.way, world.way.empty() ? "" : "→", NameOf(trigger));
    Occurrence occurrence{.trigger = trigger, .time = world.now};
    occurrence.instrument = instrument;
    absl::StatusOr<std::vector<Effect>> effects =
        Advance(policy_, world.subject, occurrence, world.running, NoNotices(), world.now);
    if (!effects.ok()) {
      gaps_.emplace(absl::StrCat(world.way, "：期限无法计算"), effects.status().ToString());
      return;
    }
    for (Effect& effect : *effects) {
      std::erase_if(world.running, [&](const Clock& c) { return c.name == effect.clock.name; });
      if (effect.kind == Effect::Kind::kStart) effect.clock.name = absl::StrCat(++last_name_);
      if (effect.clock.state == ClockState::kRunning) world.running.push_back(effect.clock);
    }
  }

  // An item after its term needs somebody of the authority who must act: the venue's own clock has
  // run out and moves nobody.
  static bool Covered(const World& world, const SubjectItem& item) {
    const bool ended = item.due_date && *item.due_date < CivilDayOf(world.now);
    return std::any_of(world.running.begin(), world.running.end(), [&](const Clock& clock) {
      return !clock.owner.empty() && (!ended || clock.owner != world.subject.venue) &&
             std::find(clock.findings.begin(), clock.findings.end(), item.finding) !=
                 clock.findings.end();
    });
  }

  const Policy& policy_;
  std::map<std::string, std::string> gaps_;
  int last_name_ = 0;
};

}  // namespace

std::vector<Text> FindGaps(const Policy& policy) { return Walker(policy).Walk(); }

const workday::Calendar& NoNotices() {
  static const workday::Calendar& calendar = *new workday::Calendar(*workday::Calendar::Create({}));
  return calendar;
}

}  // namespace rectify::deadline::domain

#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/simulation/programs.h"
#include "tests/simulation/reminders.h"

namespace rectify::simulation {

std::string CursorRow() { return "consumer_cursor"; }
std::string ClockRow(const std::string& aggregate) { return absl::StrCat("clock/", aggregate); }
std::string ReminderRowName(const std::string& id) { return absl::StrCat("reminder/", id); }

namespace {

using event::v1::EventEnvelope;
using events::Cursor;
using Events = std::vector<EventEnvelope>;

constexpr size_t kConsumerBatch = 6;
constexpr events::PoisonRule kPoison = {3, absl::Minutes(10)};

// Entries behind the cursor that may be applied; none when the feed must be asked.
Events ReadStream(World& world, const Cursor& cursor) {
  if (!world.stream.up()) return {};
  Events entries = world.stream.Read({cursor.epoch, cursor.position}, kConsumerBatch);
  if (world.Makes(Mistake::kConsumerSkipsGaps)) return entries;
  entries.resize(events::CountUsable(kSource, cursor, entries));
  if (!entries.empty()) ++world.figures["fed by the stream"];
  return entries;
}

// What the source says. Nothing when it can't be reached.
Events AskFeed(World& world, const Site& site, const Cursor& cursor) {
  if (world.Strikes(Fault::kFeedDown)) throw Lost();
  const events::FeedEnd reader{cursor.epoch, cursor.position, cursor.chain};
  FeedAnswer answer = ReadFeed(world.source.Read(), reader, kConsumerBatch);
  if (const auto* diverged = std::get_if<Diverged>(&answer)) {
    if (world.Makes(Mistake::kConsumerIgnoresChain)) {
      return ReadSlice(world.source.Read(), cursor.position, kConsumerBatch).events;
    }
    world.NoteDiverged(site, cursor, diverged->fork_position);
    throw Lost();
  }
  Events events = std::get<Events>(std::move(answer));
  if (!events.empty()) ++world.figures["helped by the feed"];
  return events;
}

// Whether the event may be applied behind the cursor.
bool MayFollow(const World& world, const Cursor& cursor, const EventEnvelope& event) {
  if (world.Makes(Mistake::kConsumerSkipsGaps) || world.Makes(Mistake::kConsumerIgnoresChain)) {
    return event.position() > cursor.position;
  }
  return events::Follows(kSource, cursor, event);
}

absl::Status Handle(World& world, const EventEnvelope& event) {
  if (world.Strikes(Fault::kHandlerFails)) return absl::UnavailableError("of the moment");
  if (event.type() == kPoisoned && world.defective) return absl::InternalError("poison");
  return absl::OkStatus();
}

Effect ApplyEffect(World& world, const Site& site, Clocks& clocks, const EventEnvelope& event) {
  Effect plan = [](ConsumerState&) {};
  if (site.name == kReminderSite) plan = PlanEffect(world, clocks, event);
  return [&world, plan, event](ConsumerState& s) {
    int64_t& version = s.versions[event.aggregate()];
    if (event.aggregate_version() != version + 1) {
      world.Fail(absl::StrCat(event.aggregate(), " went from version ", version, " to ",
                              event.aggregate_version()));
    }
    version = event.aggregate_version();
    plan(s);
  };
}

Effect ParkEffect(World& world, const EventEnvelope& event) {
  ++world.figures["parked"];
  return [event](ConsumerState& s) { s.parked[event.position()] = event; };
}

// The rows of the clocks and of their open reminders that the events may change.
std::vector<std::string> ClockRows(const Events& events) {
  std::set<std::string> rows;
  for (const EventEnvelope& event : events) rows.insert(ClockRow(event.aggregate()));
  return {rows.begin(), rows.end()};
}
std::vector<std::string> OpenReminderRows(const ConsumerState& state, const Events& events) {
  std::set<std::string> clocks;
  for (const EventEnvelope& event : events) clocks.insert(event.aggregate());
  std::vector<std::string> rows;
  for (const std::string& id : state.open) {
    if (clocks.contains(state.reminders.at(id).reminder.clock)) rows.push_back(ReminderRowName(id));
  }
  return rows;
}

// The loop of Consumer::ApplyBatch. Returns what it writes, at last the cursor.
std::vector<Effect> ApplyBatch(World& world, const Site& site, const ConsumerState& state,
                               const Events& events) {
  std::vector<Effect> effects;
  std::set<std::string> parked;
  for (const auto& [position, event] : state.parked) parked.insert(event.aggregate());
  Clocks clocks = state.clocks;
  Cursor cursor = state.cursor;
  for (const EventEnvelope& event : events) {
    if (event.position() <= cursor.position) continue;
    if (!MayFollow(world, cursor, event)) break;
    const bool behind =
        parked.contains(event.aggregate()) && !world.Makes(Mistake::kParkedOvertaken);
    const absl::Status status = behind ? absl::OkStatus() : Handle(world, event);
    if (!status.ok() &&
        !events::NoteFailure(cursor, event.position(), status, kPoison, world.business)) {
      break;
    }
    if (behind || !status.ok()) {
      parked.insert(event.aggregate());
      effects.push_back(ParkEffect(world, event));
    } else {
      effects.push_back(ApplyEffect(world, site, clocks, event));
    }
    effects.push_back([chain = event.chain()](ConsumerState& s) { s.handled.push_back(chain); });
    cursor.Advance(event);
  }
  effects.push_back([cursor](ConsumerState& s) { s.cursor = cursor; });
  return effects;
}

}  // namespace

Actor RunConsumer(World& world, Site& site) {
  while (true) {
    co_await Step();
    const Cursor cursor = site.db.Read().cursor;
    co_await Step();
    Events events = ReadStream(world, cursor);
    if (events.empty() && !world.Makes(Mistake::kConsumerTrustsStream)) {
      co_await Step();
      events = AskFeed(world, site, cursor);
    }
    if (events.empty()) continue;
    co_await Step();
    Database<ConsumerState>::Tx tx(site.db);
    if (!tx.TryLock(CursorRow())) continue;
    for (const std::string& row : ClockRows(events)) {
      while (!tx.Lock(row)) co_await Step();
    }
    for (const std::string& row : OpenReminderRows(tx.Read(), events)) {
      while (!tx.Lock(row)) co_await Step();
    }
    std::vector<Effect> effects = ApplyBatch(world, site, tx.Read(), events);
    co_await Step();
    if (world.Makes(Mistake::kCursorApart)) {
      Effect move = std::move(effects.back());
      effects.pop_back();
      for (Effect& effect : effects) tx.Write(std::move(effect));
      tx.Commit();
      co_await Step();
      Database<ConsumerState>::Tx later(site.db);
      later.Write(std::move(move));
      later.Commit();
      continue;
    }
    for (Effect& effect : effects) tx.Write(std::move(effect));
    tx.Commit();
  }
}

Actor RunReplay(World& world, Site& site) {
  while (true) {
    co_await Step();
    if (site.db.Read().parked.empty()) continue;
    Database<ConsumerState>::Tx tx(site.db);
    while (!tx.Lock(CursorRow())) co_await Step();
    if (tx.Read().parked.empty()) continue;
    const Events events = {tx.Read().parked.begin()->second};
    const EventEnvelope& event = events.front();
    for (const std::string& row : ClockRows(events)) {
      while (!tx.Lock(row)) co_await Step();
    }
    for (const std::string& row : OpenReminderRows(tx.Read(), events)) {
      while (!tx.Lock(row)) co_await Step();
    }
    if (!Handle(world, event).ok()) continue;
    Clocks clocks = tx.Read().clocks;
    tx.Write(ApplyEffect(world, site, clocks, event));
    tx.Write([position = event.position()](ConsumerState& s) { s.parked.erase(position); });
    co_await Step();
    tx.Commit();
  }
}

}  // namespace rectify::simulation

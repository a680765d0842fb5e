#include "tests/simulation/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/programs.h"
#include "tests/simulation/reminders.h"

namespace rectify::simulation {
namespace {

constexpr int64_t kFullCheck = 500;
constexpr int64_t kDrainSteps = 20'000;
constexpr size_t kBackups = 6;

const absl::Time kStart = absl::FromCivil(absl::CivilHour(2023, 3, 1, 10), ChinaZone());

}  // namespace

World::World(const Options& chosen)
    : options(chosen),
      rng(chosen.seed),
      business(kStart),
      machine(kStart),
      source(rng, commit_faults) {
  DrawFaults();
  Populate();
}

void World::Fail(std::string what) {
  if (violation_.empty()) violation_ = absl::StrCat("step ", step_, ": ", what);
}

void World::Spawn(std::string name, int replica, std::function<Actor()> program) {
  processes_.push_back(std::make_unique<Process>(
      Process{std::move(name), replica, std::move(program), /*once=*/true}));
}

void World::Start(std::string name, int replica, std::function<Actor()> program) {
  processes_.push_back(std::make_unique<Process>(
      Process{std::move(name), replica, std::move(program), /*once=*/false}));
}

void World::Populate() {
  for (const char* name : {kReminderSite, "ledger", "board"}) {
    sites.push_back(std::make_unique<Site>(name, rng, commit_faults));
  }
  for (int client = 0; client < 4; ++client) {
    Spawn("client", kOutside, [this, client] { return RunClient(*this, client); });
  }
  for (int replica = 0; replica < 2; ++replica) {
    Start("sequencer", replica, [this] { return RunSequencer(*this); });
    Start("relay", replica, [this] { return RunRelay(*this); });
    for (const auto& site : sites) {
      Start(site->name, replica, [this, &site = *site] { return RunConsumer(*this, site); });
    }
    const absl::Duration skew = absl::Seconds(rng.Below(17) - 8);
    Start("dispatcher", replica, [this, replica, skew] {
      return RunDispatcher(*this, *sites[0], absl::StrCat("dispatcher-", replica), skew);
    });
  }
  for (const auto& site : sites) {
    Start("replay", 0, [this, &site = *site] { return RunReplay(*this, site); });
  }
}

// Some kinds of faults, each at a rate of its own: a run with all of them would never get far
// enough to show what one of them does.
void World::DrawFaults() {
  const auto some = [&](Fault fault, std::vector<double> choices) {
    const double rate = rng.Pick(choices);
    if (rng.Chance(0.5)) rates[static_cast<size_t>(fault)] = rate;
  };
  const std::vector<double> per_step = {0.0005, 0.002, 0.01}, per_call = {0.02, 0.1, 0.3};
  for (Fault fault : {Fault::kCrash, Fault::kPause, Fault::kKillTransactions, Fault::kStreamTrim}) {
    some(fault, per_step);
  }
  for (Fault fault : {Fault::kCrashReplica, Fault::kDatabaseDown, Fault::kStreamDown,
                      Fault::kStreamWipe, Fault::kStreamCut, Fault::kClockJump}) {
    some(fault, {0.0003, 0.001, 0.004});
  }
  for (Fault fault : {Fault::kFork, Fault::kQuietFork, Fault::kConsumerRestore}) {
    some(fault, {0.0001, 0.0003});
  }
  if (rng.Chance(0.7)) rates[static_cast<size_t>(Fault::kQuietFork)] = 0;
  for (Fault fault : {Fault::kCommitLost, Fault::kCommitInDoubt, Fault::kFeedDown,
                      Fault::kHandlerFails, Fault::kRepeatedRequest, Fault::kReplyLost,
                      Fault::kProviderLosesReply, Fault::kProviderFails, Fault::kProviderRefuses}) {
    some(fault, per_call);
  }
  commit_faults = {rates[static_cast<size_t>(Fault::kCommitLost)],
                   rates[static_cast<size_t>(Fault::kCommitInDoubt)]};
}

std::string World::Run() {
  Checker checker(*this);
  const auto check_all = [&] {
    checker.CheckAcks();
    checker.CheckReminders();
  };
  const auto run_step = [&] {
    ++step_;
    PassTime();
    if (!healed) Misfortune();
    RunOne();
    checker.Check();
    if (step_ % kFullCheck == 0) check_all();
  };
  while (step_ < options.steps && violation_.empty()) run_step();
  if (options.mode == Mode::kLiveness) {
    Heal();
    const int64_t bound = step_ + kDrainSteps;
    std::string unfinished = "everything";
    while (violation_.empty() && step_ < bound && !unfinished.empty()) {
      run_step();
      if (step_ % 50 == 0) unfinished = Unfinished();
    }
    if (!unfinished.empty()) Fail(absl::StrCat("does not come to its end: ", unfinished));
  }
  check_all();
  return violation_;
}

void World::RunOne() {
  for (int tries = 0; tries < 8; ++tries) {
    const auto index = static_cast<size_t>(rng.Below(static_cast<int64_t>(processes_.size())));
    Process& process = *processes_[index];
    if (process.wake > step_) continue;
    if (process.actor.Done()) process.actor = process.program();
    process.actor.Resume();
    // Others may have been started meanwhile, at the end.
    if (process.once && process.actor.Done()) {
      std::swap(processes_[index], processes_.back());
      processes_.pop_back();
    }
    return;
  }
}

void World::PassTime() {
  machine += absl::Milliseconds(rng.Below(400));
  if (!healed) business += absl::Seconds(rng.Below(240));
  while (!actions_.empty() && actions_.begin()->first <= step_) {
    const std::function<void()> action = std::move(actions_.begin()->second);
    actions_.erase(actions_.begin());
    action();
  }
}

void World::After(int64_t steps, std::function<void()> action) {
  actions_.emplace(step_ + steps, std::move(action));
}

void World::Misfortune() {
  StrikeProcesses();
  StrikeDatabases();
  StrikeStream();
  if (rng.Chance(0.0005)) defective = !defective;
  if (Strikes(Fault::kClockJump)) business += absl::Minutes(rng.Below(48 * 60) - 24 * 60);
}

void World::Crash(Process& process) {
  process.actor = Actor();
  process.wake = step_ + rng.Below(60);
}

void World::StrikeProcesses() {
  const auto index = static_cast<size_t>(rng.Below(static_cast<int64_t>(processes_.size())));
  Process& process = *processes_[index];
  if (process.replica != kOutside) {
    if (Strikes(Fault::kPause)) process.wake = step_ + rng.Below(rng.Chance(0.2) ? 1500 : 100);
    if (Strikes(Fault::kCrash)) {
      if (process.once) {
        processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(index));
      } else {
        Crash(process);
      }
    }
  }
  if (Strikes(Fault::kCrashReplica)) {
    const auto replica = static_cast<int>(rng.Below(2));
    std::erase_if(processes_,
                  [&](const auto& each) { return each->once && each->replica == replica; });
    for (const auto& each : processes_) {
      if (each->replica == replica) Crash(*each);
    }
  }
}

void World::StrikeDatabases() {
  const auto strike = [&](auto& db) {
    if (Strikes(Fault::kKillTransactions)) db.KillTransactions();
    if (Strikes(Fault::kDatabaseDown) && db.up()) {
      db.SetUp(false);
      After(rng.Below(100), [&db] { db.SetUp(true); });
    }
  };
  const auto back_up = [&](const auto& db, auto& backups) {
    if (!rng.Chance(0.005)) return;
    backups.push_back(db.Save());
    if (backups.size() > kBackups) backups.erase(backups.begin() + rng.Below(kBackups));
  };
  strike(source);
  back_up(source, source_backups_);
  if (Strikes(Fault::kFork)) ForkSource(/*quiet=*/false);
  if (Strikes(Fault::kQuietFork)) ForkSource(/*quiet=*/true);
  for (const auto& site : sites) {
    strike(site->db);
    // What the reminder's messages have told people can't be taken back.
    if (site->name == kReminderSite) continue;
    back_up(site->db, site->backups);
    if (Strikes(Fault::kConsumerRestore) && !site->backups.empty()) {
      site->db.Restore(rng.Pick(site->backups));
    }
  }
}

void World::ForkSource(bool quiet) {
  if (source_backups_.empty()) return;
  const Database<SourceState>::Backup backup = rng.Pick(source_backups_);
  if (backup.state.head.epoch < source.Peek().head.epoch) {
    last_unique_epoch_ = std::min(last_unique_epoch_, backup.state.head.epoch);
  }
  undone.push_back({backup.commits, source.commits()});
  source.Restore(backup);
  ++forks;
  ++figures["forked"];
  quietly_forked_ = quietly_forked_ || quiet;
  if (!quiet) origin.timeline = absl::StrFormat("%08X", forks + 1);
}

void World::StrikeStream() {
  if (Strikes(Fault::kStreamWipe)) stream.Wipe();
  if (Strikes(Fault::kStreamTrim)) stream.Trim(static_cast<size_t>(rng.Below(4)));
  if (Strikes(Fault::kStreamCut)) stream.CutTail(static_cast<size_t>(rng.Below(6)));
  if (Strikes(Fault::kStreamDown) && stream.up()) {
    stream.SetUp(false);
    After(rng.Below(200), [this] { stream.SetUp(true); });
  }
}

void World::Heal() {
  healed = true;
  defective = false;
  rates = {};
  commit_faults = {};
  for (const auto& [step, action] : actions_) action();
  actions_.clear();
  for (const auto& process : processes_) process->wake = 0;
}

bool World::IsCurrent(const events::Cursor& cursor) const {
  const SourceState& state = source.Peek();
  if (cursor.position == 0) return true;
  return cursor.position <= static_cast<int64_t>(state.log.size()) &&
         state.log[static_cast<size_t>(cursor.position) - 1]->chain() == cursor.chain;
}

void World::NoteDiverged(const Site& site, const events::Cursor& cursor, int64_t fork_position) {
  ++figures["diverged"];
  told_diverged_[site.name] = cursor.chain;
  if (IsCurrent(cursor))
    Fail(absl::StrCat(site.name, " is stopped although it shares our history"));
  const std::vector<std::string>& handled = site.db.Peek().handled;
  const auto position = static_cast<size_t>(cursor.position);
  const bool restored_meanwhile =
      position > handled.size() || handled[position - 1] != cursor.chain;
  if (quietly_forked_ || cursor.epoch > last_unique_epoch_ || restored_meanwhile) return;
  const auto& log = source.Peek().log;
  int64_t common = 0;
  while (common < cursor.position && common < static_cast<int64_t>(log.size()) &&
         handled[static_cast<size_t>(common)] == log[static_cast<size_t>(common)]->chain()) {
    ++common;
  }
  if (fork_position != common) {
    Fail(absl::StrCat(site.name, " at ", cursor.position, " is told the fork ", fork_position,
                      " instead of ", common));
  }
}

reminder::domain::Attempt World::CallProvider(
    const std::vector<reminder::domain::Reminder>& message, absl::Time looked) {
  namespace domain = reminder::domain;
  using Kind = domain::Attempt::Kind;
  const domain::Reminder& carrier = message.front();
  if (domain::SendableFrom(SimulatedPolicy().quiet_hours, carrier.channel, carrier.urgent,
                           SimulatedCalendar(), looked) > looked) {
    Fail(absl::StrCat("reminder ", carrier.id, " goes out in the quiet hours"));
  }
  Kind kind = Kind::kAccepted;
  if (Strikes(Fault::kProviderFails)) kind = Kind::kTemporary;
  if (Strikes(Fault::kProviderRefuses)) kind = Kind::kPermanent;
  const bool accepted = kind == Kind::kAccepted;
  if (accepted && Strikes(Fault::kProviderLosesReply)) kind = Kind::kTemporary;
  for (const domain::Reminder& each : message) {
    const std::string wrong = provider.Take(each.id, accepted, /*tell=*/kind == Kind::kAccepted);
    if (!wrong.empty()) Fail(wrong);
  }
  return {kind, "", {}};
}

std::string World::Unfinished() const {
  const SourceState& state = source.Peek();
  if (!state.outbox.empty()) return "the outbox is not empty";
  for (const auto& site : sites) {
    const ConsumerState& consumer = site->db.Peek();
    if (!IsCurrent(consumer.cursor)) {
      const auto told = told_diverged_.find(site->name);
      if (told != told_diverged_.end() && told->second == consumer.cursor.chain) continue;
      return absl::StrCat(site->name, " is not told that its history has diverged");
    }
    if (consumer.cursor.position != state.head.position) {
      return absl::StrCat(site->name, " is at ", consumer.cursor.position, " of ",
                          state.head.position);
    }
    if (!consumer.parked.empty()) return absl::StrCat(site->name, " has parked events");
  }
  if (state.head.position > 0 &&
      stream.End().id != events::EntryId(state.log.back()->epoch(), state.head.position)) {
    return "the stream lags behind";
  }
  return UnfinishedReminders();
}

std::string World::UnfinishedReminders() const {
  namespace domain = reminder::domain;
  for (const auto& [id, row] : sites[0]->db.Peek().reminders) {
    const bool waits =
        row.reminder.state == domain::State::kPending && row.reminder.not_before > business;
    if (!waits && !domain::IsSettled(row.reminder.state)) {
      return absl::StrCat("reminder ", id, " is due and has no outcome");
    }
  }
  return "";
}

}  // namespace rectify::simulation

// One simulated system: a source with its sequencers and relays, a stream, consumers with their own
// databases, a reminder dispatcher with its channel, people who send commands, and whatever goes
// wrong. All of it follows from the seed.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/actor.h"
#include "tests/simulation/consumer_state.h"
#include "tests/simulation/database.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/provider.h"
#include "tests/simulation/rng.h"
#include "tests/simulation/source.h"
#include "tests/simulation/stream.h"

namespace rectify::simulation {

enum class Mode {
  kSafety,    // faults until the end: nothing wrong may ever happen
  kLiveness,  // the faults stop: everything must come to its end within a bounded number of steps
};

struct Options {
  uint64_t seed = 1;
  int64_t steps = 10'000;
  Mode mode = Mode::kLiveness;
  Mistake mistake = Mistake::kNone;
};

// The replica of what belongs to none.
inline constexpr int kOutside = -1;

// One consumer of the source, with its own database; its replicas share it.
struct Site {
  Site(std::string name, Rng& rng, const CommitFaults& faults)
      : name(std::move(name)), db(rng, faults) {}
  const std::string name;
  Database<ConsumerState> db;
  std::vector<Database<ConsumerState>::Backup> backups;
};

// What a client was told.
struct Ack {
  std::string request_id;
  std::string response;
  int64_t commit;
};
// Commits of the source that a fork has undone.
struct Undone {
  int64_t after, until;
};

class World {
 public:
  explicit World(const Options& options);

  // Runs to the end or to the first violation. Returns it, or an empty text.
  std::string Run();

  // --- For the programs.
  bool Strikes(Fault fault) { return rng.Chance(rates[static_cast<size_t>(fault)]); }
  bool Makes(Mistake mistake) const { return options.mistake == mistake; }
  // Starts a program that runs once.
  void Spawn(std::string name, int replica, std::function<Actor()> program);
  // A violation; the first one is kept.
  void Fail(std::string what);

  const Options options;
  Rng rng;
  std::array<double, static_cast<size_t>(Fault::kCount)> rates{};
  CommitFaults commit_faults;
  absl::Time business, machine;          // business time jumps, machine time only goes on
  bool healed = false;                   // no more faults and no more commands
  bool defective = true;                 // no consumer can apply a poisoned event
  events::Origin origin{1, "00000001"};  // of the source's database
  Database<SourceState> source;
  std::vector<Undone> undone;
  std::vector<Ack> acks;
  Stream stream;
  std::vector<std::unique_ptr<Site>> sites;
  Provider provider;

  // --- What happened, to see that the faults had effects.
  std::map<std::string, int64_t> figures;
  int64_t forks = 0;

  // A consumer with that cursor was told that its history has diverged.
  void NoteDiverged(const Site& site, const events::Cursor& cursor, int64_t fork_position);
  // Hands a message with these reminders to the channel; `looked`: when its quiet hours were looked
  // at.
  reminder::domain::Attempt CallProvider(const std::vector<reminder::domain::Reminder>& message,
                                         absl::Time looked);
  // Whether the cursor's last event is one of the source's present history.
  bool IsCurrent(const events::Cursor& cursor) const;

 private:
  struct Process {
    std::string name;
    int replica;
    std::function<Actor()> program;
    bool once;
    Actor actor{};
    int64_t wake = 0;
  };
  void Start(std::string name, int replica, std::function<Actor()> program);
  void Populate();
  void DrawFaults();
  void RunOne();
  void PassTime();
  // Things that go wrong of themselves.
  void Misfortune();
  void StrikeProcesses();
  void StrikeDatabases();
  void StrikeStream();
  void Crash(Process& process);
  void ForkSource(bool quiet);
  void After(int64_t steps, std::function<void()> action);
  void Heal();
  // What has not come to its end; empty when everything has.
  std::string Unfinished() const;
  std::string UnfinishedReminders() const;

  std::vector<std::unique_ptr<Process>> processes_;
  std::multimap<int64_t, std::function<void()>> actions_;  // by step
  std::vector<Database<SourceState>::Backup> source_backups_;
  // Readers of a later epoch may have read it in a history of which no record is left: it was
  // started again from an older backup.
  int32_t last_unique_epoch_ = std::numeric_limits<int32_t>::max();
  bool quietly_forked_ = false;
  std::map<std::string, std::string> told_diverged_;  // chain of the cursor, by consumer
  int64_t step_ = 0;
  std::string violation_;
};

}  // namespace rectify::simulation

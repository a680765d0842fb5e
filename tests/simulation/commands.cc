#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/programs.h"

namespace rectify::simulation {
namespace {

using events::Repeat;

struct Command {
  std::string request_id, fingerprint, aggregate;
  bool meet;  // end the clock, if it runs
  bool poison;
  int days;      // until due
  int audience;  // of its event
};

struct Reply {
  std::string response;  // empty: none yet
  int64_t commit = 0;
};

std::string RequestRow(const std::string& id) { return absl::StrCat("request/", id); }
std::string AggregateRow(const std::string& name) { return absl::StrCat("aggregate/", name); }

std::string TypeOf(const Command& command, const Aggregate& aggregate) {
  if (command.poison) return kPoisoned;
  if (!aggregate.running) return kStarted;
  return command.meet ? kMet : kMoved;
}

void Tell(World& world, Reply& reply, std::string response, int64_t commit) {
  if (!reply.response.empty() && reply.response != response && world.forks == 0) {
    world.Fail(absl::StrCat("one request got two answers: ", reply.response, " and ", response));
  }
  if (world.Strikes(Fault::kReplyLost)) return;
  reply.response = std::move(response);
  reply.commit = commit;
}

void AnswerRepeat(World& world, const Command& command, const Answer& answer, Reply& reply) {
  switch (events::JudgeRepeat(answer.stored, command.fingerprint)) {
    case Repeat::kAnswered:
      ++world.figures["answered again"];
      Tell(world, reply, *answer.stored.response, answer.commit);
      break;
    case Repeat::kReused:
    case Repeat::kInProgress:
      break;  // an error is no answer
  }
}

Aggregate Find(const SourceState& state, const std::string& name) {
  const auto found = state.aggregates.find(name);
  return found == state.aggregates.end() ? Aggregate{} : found->second;
}

// The event that the command says, with the outbox id that was drawn for it.
OutboxRow Perform(const Command& command, Aggregate& aggregate, int64_t id) {
  const std::string type = TypeOf(command, aggregate);
  ++aggregate.version;
  if (type == kStarted) aggregate.running = true;
  if (type == kMet) aggregate.running = false;
  return {{id, command.aggregate, aggregate.version, type, command.audience,
           absl::StrCat(command.days)},
          command.request_id};
}

// One attempt of a command: Commands::RunMessage in libs/events/command.cc.
Actor RunCommand(World& world, Command command, std::shared_ptr<Reply> reply) {
  co_await Step();
  Database<SourceState>::Tx tx(world.source);
  while (!tx.Lock(RequestRow(command.request_id))) co_await Step();
  if (tx.Read().requests.contains(command.request_id)) {
    AnswerRepeat(world, command, tx.Read().requests.at(command.request_id), *reply);
    co_return;
  }
  co_await Step();
  int64_t id = 0;
  if (world.Makes(Mistake::kVersionBeforeLock)) {
    id = world.source.DrawId();
    co_await Step();
  }
  while (!tx.Lock(AggregateRow(command.aggregate))) co_await Step();
  Aggregate aggregate = Find(tx.Read(), command.aggregate);
  co_await Step();
  if (id == 0) id = world.source.DrawId();
  const OutboxRow row = Perform(command, aggregate, id);
  tx.Write([row, aggregate](SourceState& s) {
    s.aggregates[row.event.aggregate] = aggregate;
    s.outbox[row.event.id] = row;
  });
  const std::string response = absl::StrCat(command.aggregate, "@", aggregate.version);
  const auto remember = [command, response, &world](SourceState& s) {
    s.requests[command.request_id] = {{command.fingerprint, response}, world.source.commits() + 1};
  };
  if (!world.Makes(Mistake::kAnswerApart)) tx.Write(remember);
  co_await Step();
  if (world.Makes(Mistake::kAnswerBeforeCommit)) {
    Tell(world, *reply, response, world.source.commits() + 1);
    co_await Step();
  }
  const int64_t commit = tx.Commit();
  co_await Step();
  if (world.Makes(Mistake::kAnswerApart)) {
    Database<SourceState>::Tx later(world.source);
    later.Write(remember);
    later.Commit();
    co_await Step();
  }
  Tell(world, *reply, response, commit);
}

Command DrawCommand(World& world, std::string request_id) {
  Rng& rng = world.rng;
  // Some clocks change all the time, others have time to run out.
  Command command{std::move(request_id),
                  "",
                  absl::StrCat("districts/120110/clocks/", rng.Below(rng.Below(16) + 1)),
                  rng.Chance(0.25),
                  rng.Chance(0.02),
                  static_cast<int>(rng.Below(12)) + 1,
                  static_cast<int>(rng.Below(4))};
  command.fingerprint = absl::StrCat("content of ", command.request_id);
  return command;
}

}  // namespace

Actor RunClient(World& world, int client) {
  for (int n = 1; !world.healed; ++n) {
    co_await Step();
    Command command = DrawCommand(world, absl::StrCat("client-", client, "/", n));
    auto reply = std::make_shared<Reply>();
    const auto send = [&] {
      world.Spawn("command", static_cast<int>(world.rng.Below(2)),
                  [&world, command, reply] { return RunCommand(world, command, reply); });
    };
    while (reply->response.empty() && !world.healed) {
      send();
      if (world.Strikes(Fault::kRepeatedRequest)) send();
      const int64_t patience = 5 + world.rng.Below(40);
      for (int64_t i = 0; i < patience && reply->response.empty(); ++i) co_await Step();
    }
    if (reply->response.empty()) break;
    world.acks.push_back({command.request_id, reply->response, reply->commit});
    if (world.rng.Chance(0.05)) {
      command.fingerprint = "another content";
      auto refusal = std::make_shared<Reply>();
      world.Spawn("command", 0,
                  [&world, command, refusal] { return RunCommand(world, command, refusal); });
      for (int i = 0; i < 30 && refusal->response.empty(); ++i) co_await Step();
      if (!refusal->response.empty() && world.forks == 0) {
        world.Fail(absl::StrCat("request ", command.request_id, " was answered for other content"));
      }
    }
  }
}

}  // namespace rectify::simulation

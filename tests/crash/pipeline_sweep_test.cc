// A process that dies anywhere between a command and its effect in another service.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "tests/crash/pipeline.h"
#include "tests/crash/scenarios.h"

namespace rectify::crash {
namespace {

struct Command {
  std::string request_id, thing;
  int audience;
};

// The n-th run's commands: two for each of two things, and one whose event must be parked.
std::vector<Command> CommandsOf(int n) {
  std::vector<Command> commands;
  for (const char* name : {"a", "bad", "b", "a", "b"}) {
    commands.push_back({DeriveRequestId(absl::StrCat("run/", n), absl::StrCat(commands.size())),
                        absl::StrCat(n, "/", name),
                        commands.size() % 2 ? events::kDepartments : events::kInternalOnly});
  }
  return commands;
}

using Answered = std::function<void(const Command&, const std::string& answer)>;

absl::Status Say(Pipeline& pipeline, const Command& command, const Answered& answered) {
  ASSIGN_OR_RETURN(const events::Text answer,
                   pipeline.Touch(command.request_id, command.thing, command.audience));
  answered(command, answer.value());
  return absl::OkStatus();
}

// Everything that the n-th run does, from wherever it was left.
absl::Status DoAll(Pipeline& pipeline, int n, const Answered& answered) {
  const std::vector<Command> commands = CommandsOf(n);
  for (size_t i = 0; i < 4; ++i) RETURN_IF_ERROR(Say(pipeline, commands[i], answered));
  // As after a failover: the next turn begins an epoch.
  RETURN_IF_ERROR(pipeline.venue.pool.Transact("test.failover", {}, [](pg::Tx& tx) {
    return tx.ExecScript("update source_head set timeline = 'before'");
  }));
  RETURN_IF_ERROR(pipeline.venue.sequencer.Drain().status());
  // Nothing is published yet: the feed.
  RETURN_IF_ERROR(pipeline.consumer.Step(absl::ZeroDuration()).status());
  pipeline.Cure();
  RETURN_IF_ERROR(pipeline.consumer.ReplayParked().status());

  RETURN_IF_ERROR(Say(pipeline, commands[4], answered));
  RETURN_IF_ERROR(pipeline.venue.sequencer.Drain().status());
  // Somebody's rubbish at the end makes the relay replace the stream.
  RETURN_IF_ERROR(
      pipeline.redis.Command({"XADD", "ev:{venue}", "1000000-1", "e", "rubbish"}).status());
  RETURN_IF_ERROR(pipeline.relay.Publish().status());
  return pipeline.consumer.Step(absl::ZeroDuration()).status();
}

class PipelineSweepTest : public PipelineTest {};

TEST_F(PipelineSweepTest, NothingIsLostDoubledOrReordered) {
  const SweepOptions options = {"pipeline",
                                {"command.", "sequencer.", "relay.", "consumer."},
                                {{"dsn", database_.dsn()}, {"redis", redis_server_.address()}}};
  Sweep(options, nullptr, [&](const Trial& trial) {
    const std::unique_ptr<Pipeline> restarted = NewReplica();
    std::map<std::string, std::string> answers = trial.acknowledged;
    ASSERT_OK(DoAll(*restarted, trial.n, [&](const Command& command, const std::string& answer) {
      const auto [first, added] = answers.emplace(command.request_id, answer);
      EXPECT_EQ(first->second, answer) << "not the answer that was given before the crash";
    }));
    ExpectOneHistory();
    ExpectStreamIsTheTail(/*first=*/1);
    for (const Command& command : CommandsOf(trial.n)) {
      ExpectDoneOnce(*restarted, command.request_id, command.thing, answers[command.request_id]);
    }
  });
}

}  // namespace

bool RunPipelineScenario(const Args& args) {
  const testing::FakeClock clock(absl::FromUnixSeconds(1675386000));
  Pipeline pipeline(args.at("dsn"), args.at("redis"), clock);
  const absl::Status status = DoAll(pipeline, std::stoi(args.at("n")),
                                    [&](const Command& command, const std::string& answer) {
                                      Acknowledge(args, command.request_id, answer);
                                    });
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok();
}

}  // namespace rectify::crash

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/replay/plan.h"
#include "services/cli/replay/player.h"
#include "services/cli/replay/summary.h"

namespace rectify::cli::replay_command {
namespace {

struct ReplayArgs {
  std::string scenario;
  Receivers receivers;
  double patience_seconds = 60;
  bool brief = false;
};

// `${NAME}` becomes the environment's value, so that a scenario can point at receivers whose ports
// are chosen at start. A name that is not set is an error.
absl::StatusOr<std::string> Expand(const std::string& text) {
  std::string out;
  size_t at = 0;
  for (size_t open; (open = text.find("${", at)) != std::string::npos;) {
    const size_t close = text.find('}', open);
    if (close == std::string::npos) break;
    const std::string name = text.substr(open + 2, close - open - 2);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
      return absl::FailedPreconditionError(absl::StrCat("剧本用到的环境变量 ", name, " 没有设置"));
    }
    absl::StrAppend(&out, text.substr(at, open - at), value);
    at = close + 1;
  }
  return out + text.substr(at);
}

absl::StatusOr<scenario::v1::Scenario> ReadScenario(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("无法读取剧本 ", path));
  std::stringstream raw;
  raw << in.rdbuf();
  ASSIGN_OR_RETURN(std::string text, Expand(raw.str()));
  scenario::v1::Scenario scenario;
  RETURN_IF_ERROR(rpc::ParseTextProto(text, path, scenario));
  if (scenario.id().empty() || scenario.district().empty() || !scenario.has_start() ||
      !scenario.has_end()) {
    return absl::InvalidArgumentError(absl::StrCat(path, "：缺少 id、district、start 或 end"));
  }
  return scenario;
}

// Receivers that the deploy scripts run, unless the command line names others.
void FillReceivers(Receivers& receivers) {
  const char* state = std::getenv("RECTIFY_STATE");
  if (state == nullptr) return;
  auto fill = [&](std::string& place, const char* below) {
    const std::string path = absl::StrCat(state, "/", below);
    if (place.empty() && std::filesystem::exists(path)) place = path;
  };
  fill(receivers.maildir, "mail");
  fill(receivers.webhook_log, "webhook/received.jsonl");
  fill(receivers.letters, "letters");
}

absl::Status CheckNoneFallenThrough(Connection& connection, const std::string& district,
                                    absl::Duration patience, absl::CivilDay day) {
  rpc::Caller reader{"users/replay", {"REGISTRAR"}, district, {}};
  ASSIGN_OR_RETURN(const rpc::Client* client, connection.ServiceAs("deadline", reader));
  deadline::v1::ListFallenThroughRequest request;
  request.set_parent("districts/" + district);
  deadline::v1::ListFallenThroughResponse response;
  RETURN_IF_ERROR(WithPatience(patience, [&] {
    return client->UnaryInto("rectify.deadline.v1.RectificationDeadlines.ListFallenThrough",
                             request, response);
  }));
  if (response.findings().empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(FormatCivilDay(day), " 零点，隐患 ",
                                                    response.findings(0), " 没有任何运行中的时限"));
}

absl::Status Replay(Session& session, ReplayArgs& args) {
  ASSIGN_OR_RETURN(scenario::v1::Scenario scenario, ReadScenario(args.scenario));
  if (session.clock.rfind("shm:", 0) != 0) {
    return absl::FailedPreconditionError("演练需要模拟时钟：--clock shm:路径 或 RECTIFY_CLOCK");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<SimulatedClock> clock,
                   SimulatedClock::Open(session.clock.substr(4)));
  const absl::CivilDay first = rpc::ToCivilDay(scenario.start());
  const absl::CivilDay last = rpc::ToCivilDay(scenario.end());
  clock->Pause();
  if (clock->Now() < StartOfDay(first)) clock->Jump(StartOfDay(first));

  const absl::Duration patience = absl::Seconds(args.patience_seconds);
  Connection& connection = *session.connection;
  const std::string folder = std::filesystem::path(args.scenario).parent_path().string();
  World world(scenario, folder, connection, patience);
  Barrier barrier(connection, *clock, patience);
  int midnights = 0;
  {
    Progress progress("演练");
    RETURN_IF_ERROR(world.CreateMasterData());
    RETURN_IF_ERROR(barrier.SettleAll());
    ASSIGN_OR_RETURN(std::vector<PlannedStep> plan, PlanSteps(scenario, folder, world));
    Player player(world, barrier, [&](absl::CivilDay day) {
      ++midnights;
      progress.Show(day - first, last - first, FormatCivilDay(day));
      return CheckNoneFallenThrough(connection, scenario.district(), patience, day);
    });
    RETURN_IF_ERROR(player.Play(plan, first, last));
  }
  RETURN_IF_ERROR(barrier.CheckNothingParked());

  FillReceivers(args.receivers);
  SummaryInput input{scenario.title(), scenario.district(), first, last, clock->Now(), midnights};
  nlohmann::ordered_json summary;
  RETURN_IF_ERROR(WithPatience(patience, [&] {
    ASSIGN_OR_RETURN(summary, Summarize(connection, input, args.receivers));
    return absl::OkStatus();
  }));
  std::cout << (session.json ? summary.dump(2) + "\n" : SummaryText(summary, args.brief));
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<ReplayArgs>();
  CLI::App* replay = AddCommand<ReplayArgs>(app, session, "replay",
                                            "在模拟时钟下通过公开接口演练一个剧本", args, Replay);
  replay->add_option("scenario", args->scenario, "剧本文件（protobuf 文本）")->required();
  replay->add_option("--maildir", args->receivers.maildir, "核对邮件的 Maildir");
  replay->add_option("--webhook-log", args->receivers.webhook_log, "核对推送的 JSON 行文件");
  replay->add_option("--letters", args->receivers.letters, "核对书面通知的目录");
  replay->add_flag("--brief", args->brief, "不列出每一份文书");
  replay->add_option("--patience", args->patience_seconds, "服务无应答时最多等待的秒数")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

}  // namespace rectify::cli::replay_command

// token, keys, clock and call.
#include <sys/stat.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "services/cli/commands.h"
#include "services/cli/replay/any_call.h"
#include "services/cli/replay/barrier.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli::access_commands {
namespace {

struct TokenArgs {
  rpc::Caller caller;
  double hours = 8;
};

absl::Status MakeToken(Session& session, TokenArgs& args) {
  args.caller.district = session.district;
  for (std::string& role : args.caller.roles) role = absl::AsciiStrToUpper(role);
  ASSIGN_OR_RETURN(std::string token,
                   session.connection->MakeToken(args.caller, absl::Seconds(args.hours * 3600)));
  std::cout << token << "\n";
  return absl::OkStatus();
}

struct KeysArgs {
  std::string folder;
};

absl::Status InitKeys(Session&, KeysArgs& args) {
  for (const char* key : {"people", "partners", "svc-gateway"}) {
    RETURN_IF_ERROR(rpc::CreateKeyPair(args.folder, key));
  }
  for (const char* service : kServices) {
    RETURN_IF_ERROR(rpc::CreateKeyPair(args.folder, absl::StrCat("svc-", service)));
  }
  return crypto::FieldCipher::CreateKeyFile(args.folder + "/field.key");
}

struct ClockArgs {
  std::string path, time;
  double rate = 1;
};

// "2023-01-03" or "2023-01-03 10:00".
absl::StatusOr<absl::Time> ParseInstant(const std::string& text) {
  if (absl::StatusOr<absl::CivilDay> day = ParseCivilDay(text); day.ok()) return StartOfDay(*day);
  return ParseStepTime(text);
}

absl::StatusOr<std::unique_ptr<SimulatedClock>> OpenSimulatedClock(const Session& session) {
  if (session.clock.rfind("shm:", 0) != 0) {
    return absl::FailedPreconditionError(
        "请用 --clock shm:路径 或环境变量 RECTIFY_CLOCK 指定模拟时钟");
  }
  return SimulatedClock::Open(session.clock.substr(4));
}

absl::Status InitClock(Session&, ClockArgs& args) {
  ASSIGN_OR_RETURN(absl::Time start, ParseInstant(args.time));
  return SimulatedClock::Create(args.path, start).status();
}

absl::Status ShowClock(Session& session, ClockArgs&) {
  ASSIGN_OR_RETURN(std::unique_ptr<SimulatedClock> clock, OpenSimulatedClock(session));
  std::cout << FormatChinaMinute(clock->Now()) << "\n";
  return absl::OkStatus();
}

absl::Status RunClock(Session& session, ClockArgs& args) {
  ASSIGN_OR_RETURN(std::unique_ptr<SimulatedClock> clock, OpenSimulatedClock(session));
  clock->Run(args.rate);
  return absl::OkStatus();
}

absl::Status PauseClock(Session& session, ClockArgs&) {
  ASSIGN_OR_RETURN(std::unique_ptr<SimulatedClock> clock, OpenSimulatedClock(session));
  clock->Pause();
  return absl::OkStatus();
}

absl::Status JumpClock(Session& session, ClockArgs& args) {
  ASSIGN_OR_RETURN(std::unique_ptr<SimulatedClock> clock, OpenSimulatedClock(session));
  ASSIGN_OR_RETURN(absl::Time to, ParseInstant(args.time));
  Barrier barrier(*session.connection, *clock, absl::Seconds(30));
  return barrier.AdvanceTo(to);
}

struct CallArgs {
  std::string method, request = "{}";
};

// Any unary rpc, by the descriptors that this program carries.
absl::Status CallMethod(Session& session, CallArgs& args) {
  ASSIGN_OR_RETURN(const auto* method, FindMethod(args.method));
  std::unique_ptr<google::protobuf::Message> request = NewMessage(*method->input_type());
  std::unique_ptr<google::protobuf::Message> response = NewMessage(*method->output_type());
  auto parsed = google::protobuf::util::JsonStringToMessage(args.request, request.get());
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("请求不是 ", method->input_type()->name(), "：", parsed.ToString()));
  }
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service(ServiceOf(*method)));
  RETURN_IF_ERROR(client->UnaryInto(args.method, *request, *response));
  std::cout << ToJson(*response);
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto token = std::make_shared<TokenArgs>();
  CLI::App* make_token = AddCommand<TokenArgs>(app, session, "token",
                                               "签发访问令牌（需要密钥目录）", token, MakeToken);
  make_token->add_option("--user", token->caller.subject, "用户，例如 users/li")->required();
  make_token->add_option("--role", token->caller.roles, "角色，例如 inspector（可重复）")
      ->required();
  make_token->add_option("--post", token->caller.posts, "代表的资源名：人员、单位（可重复）");
  make_token->add_option("--hours", token->hours, "有效小时数")
      ->check(CLI::Range(0.01, 24.0))
      ->capture_default_str();

  CLI::App* keys = app.add_subcommand("keys", "密钥")->require_subcommand(1);
  auto folder = std::make_shared<KeysArgs>();
  AddCommand<KeysArgs>(*keys, session, "init", "生成缺少的密钥，已有的不动", folder, InitKeys)
      ->add_option("folder", folder->folder, "目录")
      ->required();

  CLI::App* clock = app.add_subcommand("clock", "模拟时钟")->require_subcommand(1);
  auto args = std::make_shared<ClockArgs>();
  CLI::App* init =
      AddCommand<ClockArgs>(*clock, session, "init", "建立，停在指定时刻", args, InitClock);
  init->add_option("path", args->path, "文件")->required();
  init->add_option("time", args->time, "2023-01-03 或 \"2023-01-03 10:00\"")->required();
  AddCommand<ClockArgs>(*clock, session, "show", "显示", args, ShowClock);
  AddCommand<ClockArgs>(*clock, session, "jump", "前进到指定时刻，途中到期的事都办完", args,
                        JumpClock)
      ->add_option("time", args->time, "时刻")
      ->required();
  AddCommand<ClockArgs>(*clock, session, "run", "走动", args, RunClock)
      ->add_option("rate", args->rate, "倍速")
      ->check(CLI::PositiveNumber);
  AddCommand<ClockArgs>(*clock, session, "pause", "停住", args, PauseClock);

  auto call = std::make_shared<CallArgs>();
  CLI::App* call_method =
      AddCommand<CallArgs>(app, session, "call", "调用任意方法，JSON 进出", call, CallMethod);
  call_method->add_option("method", call->method, "方法全名")->required();
  call_method->add_option("request", call->request, "请求 JSON")->capture_default_str();
}

}  // namespace rectify::cli::access_commands

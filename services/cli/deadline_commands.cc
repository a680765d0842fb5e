// deadline and queue.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "services/cli/as_of.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli::deadline_commands {
namespace {

using deadline::v1::Clock;

struct DeadlineArgs {
  std::string name, unit = "workdays", start, owner, filter, as_of;
  int amount = 0, limit = 50;
  bool firm = false, coercive = false;
};

std::string Method(absl::string_view rpc) {
  return absl::StrCat("rectify.deadline.v1.RectificationDeadlines.", rpc);
}

absl::Status Print(const Session& session, const deadline::v1::DeadlineExplanation& explanation) {
  if (session.json) {
    std::cout << ToJson(explanation);
    return absl::OkStatus();
  }
  Table table({"日期", "性质", "节日", "计入", "累计", "依据", "说明"});
  for (const auto& day : explanation.days()) {
    table.Add({DateText(day.day()), DayClassLabel(day.day_class()), day.holiday(),
               day.counted() ? "计" : "", day.counted() ? std::to_string(day.count()) : "",
               day.notice(), day.remark()});
  }
  std::cout << table.Text() << "期限届满：" << explanation.due_date_text()
            << (explanation.has_due_date() ? "" : TimeText(explanation.due_time()))
            << (explanation.provisional() ? "（暂定：所需年份的放假通知尚未载入）" : "") << "\n";
  return absl::OkStatus();
}

template <typename Request>
absl::Status SetAsOf(const std::string& text, Request& request) {
  if (text.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const absl::Time as_of, ParseAsOf(text));
  *request.mutable_as_of() = rpc::ToTimestamp(as_of);
  return absl::OkStatus();
}

absl::Status Compute(Session& session, DeadlineArgs& args) {
  deadline::v1::ComputeDeadlineRequest request;
  deadline::v1::PeriodUnit unit;
  if (!deadline::v1::PeriodUnit_Parse("PERIOD_UNIT_" + absl::AsciiStrToUpper(args.unit), &unit)) {
    return absl::InvalidArgumentError("单位应为 hours、workdays、natural_days 或 months");
  }
  request.mutable_period()->set_amount(args.amount);
  request.mutable_period()->set_unit(unit);
  request.mutable_period()->set_coercive(args.coercive);
  absl::StatusOr<absl::CivilDay> day = ParseCivilDay(args.start);
  if (day.ok()) {
    *request.mutable_start_time() = rpc::ToTimestamp(StartOfDay(*day));
  } else {
    ASSIGN_OR_RETURN(absl::Time start, ParseStepTime(args.start));
    *request.mutable_start_time() = rpc::ToTimestamp(start);
  }
  request.set_firm(args.firm);
  ASSIGN_OR_RETURN(auto explanation, session.Call<deadline::v1::DeadlineExplanation>(
                                         "deadline", Method("ComputeDeadline"), request));
  return Print(session, explanation);
}

absl::Status Explain(Session& session, DeadlineArgs& args) {
  deadline::v1::ExplainDeadlineRequest request;
  request.set_name(args.name);
  RETURN_IF_ERROR(SetAsOf(args.as_of, request));
  ASSIGN_OR_RETURN(auto explanation, session.Call<deadline::v1::DeadlineExplanation>(
                                         "deadline", Method("ExplainDeadline"), request));
  return Print(session, explanation);
}

absl::Status Queue(Session& session, DeadlineArgs& args) {
  deadline::v1::ListClocksRequest request;
  request.set_parent(session.parent());
  std::string filter = "state = \"RUNNING\"";
  if (!args.owner.empty()) absl::StrAppend(&filter, " AND owner = \"", args.owner, "\"");
  if (!args.filter.empty()) absl::StrAppend(&filter, " AND ", args.filter);
  request.set_filter(filter);
  RETURN_IF_ERROR(SetAsOf(args.as_of, request));
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("deadline"));
  ASSIGN_OR_RETURN(auto clocks, (ListAll<Clock, deadline::v1::ListClocksResponse>(
                                    *client, Method("ListClocks"), request,
                                    [](auto& r) { return r.mutable_clocks(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(clocks);
    return absl::OkStatus();
  }
  Table table({"到期", "时限", "状态", "责任人", "时限资源名"});
  for (const Clock& clock : clocks) {
    table.Add({clock.has_due_date() ? DateText(clock.due_date()) : TimeText(clock.due_time()),
               clock.title(), ClockStateLabel(clock), clock.owner(), clock.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<DeadlineArgs>();
  CLI::App* deadline = app.add_subcommand("deadline", "期限")->require_subcommand(1);
  CLI::App* compute =
      AddCommand<DeadlineArgs>(*deadline, session, "compute", "计算并逐日解释", args, Compute);
  compute->add_option("--amount", args->amount, "数量")->required();
  compute->add_option("--unit", args->unit, "hours workdays natural_days months")
      ->capture_default_str();
  compute->add_option("--start", args->start, "起算事实 2023-09-28 或 \"2026-02-15 20:30\"")
      ->required();
  compute->add_flag("--firm", args->firm, "拒绝暂定日期");
  compute->add_flag("--coercive", args->coercive, "强制措施期限，末日不顺延");
  CLI::App* explain =
      AddCommand<DeadlineArgs>(*deadline, session, "explain", "逐日解释一个时限", args, Explain);
  explain->add_option("name", args->name, "时限资源名")->required();
  explain->add_option("--as-of", args->as_of, "截至何时所知，例如 2023-02-03");

  CLI::App* queue = AddCommand<DeadlineArgs>(app, session, "queue",
                                             "待办：运行中的时限，先到期的在前", args, Queue);
  queue->add_option("--owner", args->owner, "责任人资源名");
  queue->add_option("--filter", args->filter, "例如 overdue=true");
  queue->add_option("--as-of", args->as_of, "截至何时所知，例如 2023-02-03");
  queue->add_option("--limit", args->limit, "最多几条")->capture_default_str();
}

}  // namespace rectify::cli::deadline_commands

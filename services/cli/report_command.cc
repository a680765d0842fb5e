// report year: the figures of a year from the event feeds, each number with its records.
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cli/commands.h"
#include "services/cli/report/figures.h"
#include "services/cli/report/render.h"
#include "services/cli/report/sources.h"

namespace rectify::cli::report_command {
namespace {

struct YearArgs {
  int year = 0;
  std::string as_of;
  std::string records;
  std::string committee_token;
  bool brief = false;
  bool heads = false;
};

absl::StatusOr<absl::CivilDay> AsOf(const YearArgs& args) {
  const absl::CivilDay last(args.year, 12, 31);
  if (args.as_of.empty()) return last;
  ASSIGN_OR_RETURN(absl::CivilDay day, ParseCivilDay(args.as_of));
  if (day.year() != args.year) {
    return absl::InvalidArgumentError(
        absl::StrCat("--as-of ", args.as_of, " 不在 ", args.year, " 年"));
  }
  return day;
}

// The chain of each feed at the position that the report rests on, to be kept with an archived
// report: who holds it can prove later that the history before it was not rewritten.
void PrintHeads(const Facts& facts) {
  Table table({"事件源", "世代", "位置", "链"});
  for (const auto& [source, feed] : facts.feeds) {
    table.Add({source, absl::StrCat(feed.epoch), absl::StrCat(feed.position), feed.chain});
  }
  std::cout << table.Text();
}

absl::Status ReportYear(Session& session, YearArgs& args) {
  ASSIGN_OR_RETURN(absl::CivilDay as_of, AsOf(args));
  ASSIGN_OR_RETURN(Facts facts, ReadFacts(*session.connection, session.district,
                                          StartOfDay(as_of + 1), args.committee_token));
  if (args.heads) {
    PrintHeads(facts);
    return absl::OkStatus();
  }
  const YearFigures figures = ComputeFigures(facts, args.year, as_of);
  if (!args.records.empty()) {
    ASSIGN_OR_RETURN(Records records, RecordsOf(figures, args.records));
    for (const std::string& name : records) std::cout << name << "\n";
    return absl::OkStatus();
  }
  std::cout << (session.json ? ReportJson(figures, facts).dump(2) + "\n"
                             : ReportText(figures, facts, args.brief));
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  CLI::App* report = app.add_subcommand("report", "由事件记录得出的报告");
  report->require_subcommand(1);
  auto args = std::make_shared<YearArgs>();
  CLI::App* year = AddCommand<YearArgs>(*report, session, "year",
                                        "一年的隐患、文书、双方时限与提醒", args, ReportYear);
  year->add_option("year", args->year, "年份，例如 2023")
      ->required()
      ->check(CLI::Range(2000, 2100));
  year->add_option("--as-of", args->as_of, "截至哪一天（含当日）所知，例如 2023-06-30");
  year->add_option("--records", args->records, "列出一个数字背后的记录：部分/行/列");
  year->add_option("--committee-token", args->committee_token,
                   "纪委人员的访问令牌：另列抽取与回访，没有令牌则不涉及")
      ->envname("RECTIFY_COMMITTEE_TOKEN");
  year->add_flag("--brief", args->brief, "只要总数与各部分合计");
  year->add_flag("--heads", args->heads, "报告所依据的各事件链的位置与哈希");
}

}  // namespace rectify::cli::report_command

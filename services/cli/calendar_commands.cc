// calendar: holiday notices of the State Council and closures of the district.
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/closure_service.pb.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "services/cli/calendar_ics.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"

namespace rectify::cli::calendar_commands {
namespace {

using deadline::v1::DistrictClosure;

struct CalendarArgs {
  std::string file, first, last, reason, document, name;
  IcsYear year;
};

absl::Status ListCalendars(Session& session, CalendarArgs&) {
  ASSIGN_OR_RETURN(auto response,
                   session.Call<deadline::v1::ListCalendarsResponse>(
                       "deadline", "rectify.deadline.v1.RectificationDeadlines.ListCalendars",
                       deadline::v1::ListCalendarsRequest()));
  if (session.json) {
    std::cout << ToJson(response);
    return absl::OkStatus();
  }
  Table table({"年", "通知", "版本", "工作日"});
  for (const auto& calendar : response.calendars()) {
    table.Add({std::to_string(calendar.notice().year()), calendar.notice().notice(),
               std::to_string(calendar.notice().version()),
               std::to_string(calendar.workday_count())});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::StatusOr<deadline::v1::YearNotice> ReadNotice(const CalendarArgs& args) {
  deadline::v1::YearNotice notice;
  if (!absl::EndsWithIgnoreCase(args.file, ".ics")) {
    RETURN_IF_ERROR(rpc::ReadTextProto(args.file, notice));
    return notice;
  }
  if (args.year.notice.empty()) {
    return absl::InvalidArgumentError(
        "日历文件不含文号，须以 --notice 写明放假通知，例如 "
        "国办发明电〔2022〕16号");
  }
  std::stringstream text;
  text << std::ifstream(args.file).rdbuf();
  return ReadHolidayIcs(text.str(), args.file, args.year);
}

absl::Status ImportCalendar(Session& session, CalendarArgs& args) {
  deadline::v1::ImportCalendarRequest request;
  ASSIGN_OR_RETURN(*request.mutable_notice(), ReadNotice(args));
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(
      auto calendar,
      session.Call<deadline::v1::Calendar>(
          "deadline", "rectify.deadline.v1.RectificationDeadlines.ImportCalendar", request));
  std::cout << calendar.notice().year() << " 年 " << calendar.notice().notice() << " 第 "
            << calendar.notice().version() << " 版：公布 " << calendar.notice().days_size()
            << " 天，工作日 " << calendar.workday_count() << " 天，变动的运行时限 "
            << calendar.changed_clock_count() << " 个\n";
  return absl::OkStatus();
}

absl::Status Print(const Session& session, const DistrictClosure& closure) {
  if (session.json) {
    std::cout << ToJson(closure);
    return absl::OkStatus();
  }
  std::cout << closure.name() << "\n"
            << DateText(closure.first_day()) << " 至 " << DateText(closure.last_day()) << " "
            << closure.reason() << "（" << closure.document() << "）"
            << (closure.has_revoke_time() ? "已撤销" : "") << "，变动的运行时限 "
            << closure.changed_clock_count() << " 个\n";
  return absl::OkStatus();
}

absl::Status CloseDays(Session& session, CalendarArgs& args) {
  deadline::v1::AddDistrictClosureRequest request;
  request.set_parent(session.parent());
  ASSIGN_OR_RETURN(const absl::CivilDay first, ParseCivilDay(args.first));
  absl::CivilDay last = first;
  if (!args.last.empty()) {
    ASSIGN_OR_RETURN(last, ParseCivilDay(args.last));
  }
  *request.mutable_closure()->mutable_first_day() = rpc::ToDate(first);
  *request.mutable_closure()->mutable_last_day() = rpc::ToDate(last);
  request.mutable_closure()->set_reason(args.reason);
  request.mutable_closure()->set_document(args.document);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(
      const auto closure,
      session.Call<DistrictClosure>(
          "deadline", "rectify.deadline.v1.DistrictClosures.AddDistrictClosure", request));
  return Print(session, closure);
}

absl::Status ReopenDays(Session& session, CalendarArgs& args) {
  deadline::v1::RevokeDistrictClosureRequest request;
  request.set_name(args.name);
  request.set_reason(args.reason);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(
      const auto closure,
      session.Call<DistrictClosure>(
          "deadline", "rectify.deadline.v1.DistrictClosures.RevokeDistrictClosure", request));
  return Print(session, closure);
}

absl::Status ListClosures(Session& session, CalendarArgs&) {
  deadline::v1::ListDistrictClosuresRequest request;
  request.set_parent(session.parent());
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("deadline"));
  ASSIGN_OR_RETURN(auto closures,
                   (ListAll<DistrictClosure, deadline::v1::ListDistrictClosuresResponse>(
                       *client, "rectify.deadline.v1.DistrictClosures.ListDistrictClosures",
                       request, [](auto& r) { return r.mutable_closures(); }, /*most=*/1000)));
  if (session.json) {
    std::cout << ToJsonArray(closures);
    return absl::OkStatus();
  }
  Table table({"第一日", "最后一日", "事由", "依据", "撤销", "资源名"});
  for (const DistrictClosure& closure : closures) {
    table.Add({DateText(closure.first_day()), DateText(closure.last_day()), closure.reason(),
               closure.document(), closure.has_revoke_time() ? TimeText(closure.revoke_time()) : "",
               closure.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<CalendarArgs>();
  CLI::App* calendar = app.add_subcommand("calendar", "工作日历")->require_subcommand(1);
  AddCommand<CalendarArgs>(*calendar, session, "list", "已载入的年份", args, ListCalendars);
  CLI::App* import = AddCommand<CalendarArgs>(*calendar, session, "import", "载入一年的放假通知",
                                              args, ImportCalendar);
  import->add_option("file", args->file, "YearNotice（protobuf 文本）或者日历文件（.ics）")
      ->required()
      ->check(CLI::ExistingFile);
  import->add_option("--notice", args->year.notice, "放假通知文号（.ics 须写明）");
  import->add_option("--year", args->year.year, "哪一年（.ics 含有多年时）");
  import->add_option("--version", args->year.version, "第几版（.ics）")->capture_default_str();
  CLI::App* close = AddCommand<CalendarArgs>(*calendar, session, "close",
                                             "本区停业：这些日子不计为工作日", args, CloseDays);
  close->add_option("first", args->first, "第一日，例如 2023-02-06")->required();
  close->add_option("last", args->last, "最后一日（含当日），缺省同第一日");
  close->add_option("--reason", args->reason, "事由，例如 暴雪停业")->required();
  close->add_option("--document", args->document, "作出决定的文件")->required();
  CLI::App* reopen =
      AddCommand<CalendarArgs>(*calendar, session, "reopen", "撤销停业决定", args, ReopenDays);
  reopen->add_option("name", args->name, "停业决定资源名")->required();
  reopen->add_option("--reason", args->reason, "撤销理由")->required();
  AddCommand<CalendarArgs>(*calendar, session, "closures", "本区的停业决定", args, ListClosures);
}

}  // namespace rectify::cli::calendar_commands

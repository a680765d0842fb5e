// major.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/major_hazard_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli::major_hazard_commands {
namespace {

using hazard::v1::MajorHazard;

struct MajorArgs {
  std::string name, file, inspection, venue, number, serve_time, due_date, text, filter;
  std::vector<std::string> groups;
  int limit = 50;
};

std::string Method(absl::string_view name) {
  return absl::StrCat("rectify.hazard.v1.MajorHazards.", name);
}

template <typename Request>
absl::Status Do(Session& session, absl::string_view method, Request& request) {
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto hazard, session.Call<MajorHazard>("hazard", Method(method), request));
  if (session.json) {
    std::cout << ToJson(hazard);
  } else {
    std::cout << "重大火灾隐患" << MajorHazardStateLabel(hazard.state()) << "：" << hazard.name()
              << "\n";
  }
  return absl::OkStatus();
}

absl::Status Suggest(Session& session, MajorArgs& args) {
  hazard::v1::SuggestMajorHazardRequest request;
  request.set_parent(session.parent());
  request.set_inspection(args.inspection);
  request.set_venue(args.venue);
  for (const std::string& name : args.groups) {
    hazard::v1::VenueGroup group = hazard::v1::VENUE_GROUP_UNSPECIFIED;
    if (!hazard::v1::VenueGroup_Parse(absl::StrCat("VENUE_GROUP_", absl::AsciiStrToUpper(name)),
                                      &group)) {
      return absl::InvalidArgumentError("--group 应为 crowded、flammable、important 或 other");
    }
    request.add_venue_groups(group);
  }
  ASSIGN_OR_RETURN(auto response, session.Call<hazard::v1::SuggestMajorHazardResponse>(
                                      "hazard", Method("SuggestMajorHazard"), request));
  if (session.json) {
    std::cout << ToJson(response);
    return absl::OkStatus();
  }
  for (const hazard::v1::MajorHazardSuggestion& suggestion : response.suggestions()) {
    std::cout << suggestion.title() << "："
              << (suggestion.suggested()    ? "建议提请判定"
                  : suggestion.incomplete() ? "条文未载入，请对照标准"
                                            : "未达到判定标准")
              << "\n";
    Table table({"条款", "内容", "隐患数"});
    for (const auto* hits : {&suggestion.direct(), &suggestion.comprehensive()}) {
      for (const auto& hit : *hits) {
        table.Add({hit.clause().code(), hit.clause().text(), absl::StrCat(hit.findings_size())});
      }
    }
    std::cout << table.Text();
    for (const auto& evaluation : suggestion.evaluations()) {
      if (!evaluation.applies()) continue;
      std::cout << evaluation.verdict().text() << "：" << evaluation.clauses_size() << "/"
                << evaluation.verdict().threshold() << "（"
                << absl::StrJoin(evaluation.clauses(), "、") << "）\n";
    }
    for (const std::string& exclusion : suggestion.exclusions()) {
      std::cout << "不判定：" << exclusion << "\n";
    }
  }
  return absl::OkStatus();
}

absl::Status Get(Session& session, MajorArgs& args) {
  hazard::v1::GetMajorHazardRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(auto hazard,
                   session.Call<MajorHazard>("hazard", Method("GetMajorHazard"), request));
  std::cout << ToJson(hazard);
  return absl::OkStatus();
}

absl::Status List(Session& session, MajorArgs& args) {
  hazard::v1::ListMajorHazardsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  ASSIGN_OR_RETURN(auto hazards,
                   (ListAll<MajorHazard, hazard::v1::ListMajorHazardsResponse>(
                       *client, Method("ListMajorHazards"), request,
                       [](auto& r) { return r.mutable_major_hazards(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(hazards);
    return absl::OkStatus();
  }
  Table table({"提请时间", "条款", "整改期限", "状态", "资源名"});
  for (const MajorHazard& hazard : hazards) {
    table.Add({TimeText(hazard.propose_time()), absl::StrJoin(hazard.clauses(), "、"),
               DateText(hazard.due_date()), MajorHazardStateLabel(hazard.state()), hazard.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Propose(Session& session, MajorArgs& args) {
  hazard::v1::ProposeMajorHazardRequest request;
  request.set_parent(session.parent());
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_major_hazard()));
  return Do(session, "ProposeMajorHazard", request);
}

absl::Status Determine(Session& session, MajorArgs& args) {
  hazard::v1::RecordDeterminationRequest request;
  request.set_name(args.name);
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_deliberation()));
  return Do(session, "RecordDetermination", request);
}

absl::Status Serve(Session& session, MajorArgs& args) {
  hazard::v1::ServeMajorHazardNoticeRequest request;
  request.set_name(args.name);
  request.set_notice_number(args.number);
  ASSIGN_OR_RETURN(const absl::Time served, ParseStepTime(args.serve_time));
  *request.mutable_serve_time() = rpc::ToTimestamp(served);
  ASSIGN_OR_RETURN(const absl::CivilDay due, ParseCivilDay(args.due_date));
  *request.mutable_due_date() = rpc::ToDate(due);
  return Do(session, "ServeMajorHazardNotice", request);
}

absl::Status Report(Session& session, MajorArgs& args) {
  hazard::v1::ReportMajorHazardRequest request;
  request.set_name(args.name);
  request.set_document(args.text);
  return Do(session, "ReportMajorHazard", request);
}

absl::Status Supervise(Session& session, MajorArgs& args) {
  hazard::v1::SuperviseMajorHazardRequest request;
  request.set_name(args.name);
  request.set_supervision(args.text);
  return Do(session, "SuperviseMajorHazard", request);
}

absl::Status Recheck(Session& session, MajorArgs& args) {
  hazard::v1::RecheckMajorHazardRequest request;
  request.set_name(args.name);
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_recheck()));
  return Do(session, "RecheckMajorHazard", request);
}

absl::Status Delist(Session& session, MajorArgs& args) {
  hazard::v1::DelistMajorHazardRequest request;
  request.set_name(args.name);
  RETURN_IF_ERROR(rpc::ReadTextProto(args.file, *request.mutable_deliberation()));
  return Do(session, "DelistMajorHazard", request);
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<MajorArgs>();
  CLI::App* major = app.add_subcommand("major", "重大火灾隐患")->require_subcommand(1);
  CLI::App* suggest =
      AddCommand<MajorArgs>(*major, session, "suggest", "对照判定标准并说明", args, Suggest);
  suggest->add_option("--inspection", args->inspection, "检查资源名");
  suggest->add_option("--venue", args->venue, "场所资源名");
  suggest->add_option("--group", args->groups, "crowded flammable important other");
  CLI::App* list = AddCommand<MajorArgs>(*major, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 state=SERVED");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  const auto file = [&](CLI::App* command, const char* help) {
    command->add_option("file", args->file, help)->required()->check(CLI::ExistingFile);
  };
  file(AddCommand<MajorArgs>(*major, session, "propose", "提请判定", args, Propose),
       "MajorHazard（protobuf 文本）");
  const auto verb = [&](const char* name, const char* help,
                        absl::Status (*run)(Session&, MajorArgs&)) {
    CLI::App* command = AddCommand<MajorArgs>(*major, session, name, help, args, run);
    command->add_option("name", args->name, "资源名")->required();
    return command;
  };
  verb("get", "查看", Get);
  file(verb("determine", "登记集体议定（判定）", Determine), "Deliberation（protobuf 文本）");
  CLI::App* serve = verb("serve", "登记整改通知书送达", Serve);
  serve->add_option("--number", args->number, "文号")->required();
  serve->add_option("--served", args->serve_time, "送达时间 2023-02-01 10:15")->required();
  serve->add_option("--due", args->due_date, "整改期限 2023-06-30")->required();
  verb("report", "登记书面报告人民政府", Report)
      ->add_option("--document", args->text, "文件")
      ->required();
  verb("supervise", "登记挂牌督办", Supervise)
      ->add_option("--by", args->text, "督办机关和文件")
      ->required();
  file(verb("recheck", "登记复查", Recheck), "MajorHazardRecheck（protobuf 文本）");
  file(verb("delist", "登记集体议定（销案）", Delist), "Deliberation（protobuf 文本）");
}

}  // namespace rectify::cli::major_hazard_commands

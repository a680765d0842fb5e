// inspection and finding.
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"

namespace rectify::cli::inspection_commands {
namespace {

constexpr const char* kFindings = "rectify.hazard.v1.HazardFindings.";

struct InspectionArgs {
  std::string file, request_id, name, filter, outcome;
  int limit = 50;
};

// A file of rectify.hazard.v1.Inspection: protobuf text, or JSON when its name ends in .json.
absl::Status ReadInspection(const std::string& path, hazard::v1::Inspection& inspection) {
  if (!absl::EndsWith(path, ".json")) return rpc::ReadTextProto(path, inspection);
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  auto parsed = google::protobuf::util::JsonStringToMessage(text.str(), &inspection);
  if (parsed.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, "：", parsed.ToString()));
}

absl::Status Record(Session& session, InspectionArgs& args) {
  hazard::v1::RecordInspectionRequest request;
  request.set_parent(session.parent());
  RETURN_IF_ERROR(ReadInspection(args.file, *request.mutable_inspection()));
  request.set_request_id(args.request_id.empty() ? NewUuid7(absl::Now()) : args.request_id);
  ASSIGN_OR_RETURN(auto inspection,
                   session.Call<hazard::v1::Inspection>(
                       "hazard", absl::StrCat(kFindings, "RecordInspection"), request));
  if (session.json) {
    std::cout << ToJson(inspection);
    return absl::OkStatus();
  }
  std::cout << "检查已记录：" << inspection.name() << "\n";
  Table table({"代码", "隐患", "处理", "状态", "资源名"});
  for (const hazard::v1::Finding& finding : inspection.findings()) {
    table.Add({finding.catalog_code(), finding.title(), DispositionLabel(finding.disposition()),
               FindingStateLabel(finding.state()), finding.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status ListFindings(Session& session, InspectionArgs& args) {
  hazard::v1::ListFindingsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  ASSIGN_OR_RETURN(auto findings, (ListAll<hazard::v1::Finding, hazard::v1::ListFindingsResponse>(
                                      *client, absl::StrCat(kFindings, "ListFindings"), request,
                                      [](auto& r) { return r.mutable_findings(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(findings);
    return absl::OkStatus();
  }
  Table table({"发现时间", "代码", "隐患", "处理", "状态", "资源名"});
  for (const hazard::v1::Finding& finding : findings) {
    table.Add({TimeText(finding.find_time()), finding.catalog_code(), finding.title(),
               DispositionLabel(finding.disposition()), FindingStateLabel(finding.state()),
               finding.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status GetFinding(Session& session, InspectionArgs& args) {
  hazard::v1::GetFindingRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(auto finding, session.Call<hazard::v1::Finding>(
                                     "hazard", absl::StrCat(kFindings, "GetFinding"), request));
  std::cout << ToJson(finding);
  return absl::OkStatus();
}

absl::Status ConcludeTransfer(Session& session, InspectionArgs& args) {
  hazard::v1::ConcludeTransferRequest request;
  request.set_name(args.name);
  request.set_outcome(args.outcome);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto finding,
                   session.Call<hazard::v1::Finding>(
                       "hazard", absl::StrCat(kFindings, "ConcludeTransfer"), request));
  std::cout << finding.title() << " " << FindingStateLabel(finding.state()) << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<InspectionArgs>();
  CLI::App* inspection = app.add_subcommand("inspection", "检查")->require_subcommand(1);
  CLI::App* record = AddCommand<InspectionArgs>(*inspection, session, "record",
                                                "记录一次检查及其全部隐患", args, Record);
  record->add_option("file", args->file, "检查记录（protobuf 文本或 .json）")
      ->required()
      ->check(CLI::ExistingFile);
  record->add_option("--request-id", args->request_id, "重复提交时沿用的 UUID");

  CLI::App* finding = app.add_subcommand("finding", "隐患")->require_subcommand(1);
  CLI::App* list =
      AddCommand<InspectionArgs>(*finding, session, "list", "列出", args, ListFindings);
  list->add_option("--filter", args->filter, "例如 state=ORDERED");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  AddCommand<InspectionArgs>(*finding, session, "get", "查看", args, GetFinding)
      ->add_option("name", args->name, "资源名")
      ->required();
  CLI::App* conclude = AddCommand<InspectionArgs>(*finding, session, "conclude-transfer",
                                                  "登记移送结果", args, ConcludeTransfer);
  conclude->add_option("name", args->name, "资源名")->required();
  conclude->add_option("--outcome", args->outcome, "受移送部门的签收或答复")->required();
}

}  // namespace rectify::cli::inspection_commands

// venue, building, officer and street.
#include "absl/strings/str_cat.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/import_venues.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/venue_directory.h"

namespace rectify::cli::venue_commands {
namespace {

constexpr const char* kRegistry = "rectify.venue.v1.VenueRegistry.";

struct VenueArgs {
  std::string file, name, filter, reason, resume;
  int limit = 50;
};

absl::Status Import(Session& session, VenueArgs& args) {
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("venue"));
  int counts[venue::v1::ImportVenuesResponse::Result_ARRAYSIZE] = {};
  int done_before = 0;
  const std::string import_id = args.resume.empty() ? NewUuid7(absl::Now()) : args.resume;
  Table refused({"行", "问题"});
  {
    Progress progress("导入");
    absl::Status status = ImportVenueFile(
        *client, session.parent(), args.file, import_id,
        [&](const venue::v1::ImportVenuesResponse& row) {
          ++counts[row.result()];
          done_before += row.already_done() ? 1 : 0;
          if (session.json) std::cout << row.ShortDebugString() << "\n";
          for (const std::string& problem : row.problems()) {
            refused.Add({std::to_string(row.line()), problem});
          }
        },
        [&](int64_t sent, int64_t total) { progress.Show(sent, total); });
    if (!status.ok()) {
      std::cerr << "\n导入中断；同一文件加 --resume " << import_id << " 可接着导入\n";
      return status;
    }
  }
  using Response = venue::v1::ImportVenuesResponse;
  if (!refused.empty()) std::cout << refused.Text() << "\n";
  std::cout << "新增 " << counts[Response::RESULT_CREATED] << "，更新 "
            << counts[Response::RESULT_UPDATED] << "，未变 " << counts[Response::RESULT_UNCHANGED]
            << "，拒绝 " << counts[Response::RESULT_REFUSED];
  if (done_before > 0) std::cout << "（其中此前已完成 " << done_before << "）";
  std::cout << "\n";
  return absl::OkStatus();
}

absl::Status List(Session& session, VenueArgs& args) {
  venue::v1::ListVenuesRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("venue"));
  ASSIGN_OR_RETURN(auto venues, (ListAll<venue::v1::Venue, venue::v1::ListVenuesResponse>(
                                    *client, absl::StrCat(kRegistry, "ListVenues"), request,
                                    [](auto& r) { return r.mutable_venues(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(venues);
    return absl::OkStatus();
  }
  Table table({"单位名称", "类别", "统一社会信用代码", "状态", "资源名"});
  for (const venue::v1::Venue& venue : venues) {
    table.Add({venue.display_name(), VenueClassLabel(venue.venue_class()), venue.uscc(),
               VenueStateLabel(venue.state()), venue.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Get(Session& session, VenueArgs& args) {
  venue::v1::GetVenueRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(auto venue, session.Call<venue::v1::Venue>(
                                   "venue", absl::StrCat(kRegistry, "GetVenue"), request));
  std::cout << ToJson(venue);
  return absl::OkStatus();
}

absl::Status Close(Session& session, VenueArgs& args) {
  venue::v1::CloseVenueRequest request;
  request.set_name(args.name);
  request.set_reason(args.reason);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto venue, session.Call<venue::v1::Venue>(
                                   "venue", absl::StrCat(kRegistry, "CloseVenue"), request));
  std::cout << venue.display_name() << " " << VenueStateLabel(venue.state()) << "\n";
  return absl::OkStatus();
}

absl::Status ListOfficers(Session& session, VenueArgs& args) {
  venue::v1::ListOfficersRequest request;
  request.set_parent(session.parent());
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("venue"));
  ASSIGN_OR_RETURN(auto officers, (ListAll<venue::v1::Officer, venue::v1::ListOfficersResponse>(
                                      *client, absl::StrCat(kRegistry, "ListOfficers"), request,
                                      [](auto& r) { return r.mutable_officers(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(officers);
    return absl::OkStatus();
  }
  Table table({"姓名", "岗位", "执法证", "有效期至", "资源名"});
  for (const venue::v1::Officer& officer : officers) {
    table.Add({officer.display_name(), PostLabel(officer.post()), officer.certificate_number(),
               DateText(officer.certificate_end()), officer.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  CLI::App* venue = app.add_subcommand("venue", "单位")->require_subcommand(1);
  auto args = std::make_shared<VenueArgs>();
  CLI::App* import =
      AddCommand<VenueArgs>(*venue, session, "import", "导入 CSV，逐行给出结果", args, Import);
  import->add_option("file", args->file, "CSV 文件")->required()->check(CLI::ExistingFile);
  import->add_option("--resume", args->resume, "接着中断的导入，填其编号");
  CLI::App* list = AddCommand<VenueArgs>(*venue, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 display_name:\"五金\"");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  AddCommand<VenueArgs>(*venue, session, "get", "查看", args, Get)
      ->add_option("name", args->name, "资源名")
      ->required();
  CLI::App* close = AddCommand<VenueArgs>(*venue, session, "close", "关闭", args, Close);
  close->add_option("name", args->name, "资源名")->required();
  close->add_option("--reason", args->reason, "原因")->required();

  AddDirectoryCommands(*venue, session);
  AddBuildingCommands(app, session);

  CLI::App* officer = app.add_subcommand("officer", "人员")->require_subcommand(1);
  AddCommand<VenueArgs>(*officer, session, "list", "列出", args, ListOfficers);
}

}  // namespace rectify::cli::venue_commands

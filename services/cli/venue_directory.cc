#include "services/cli/venue_directory.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "rectify/venue/v1/building_service.pb.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"

namespace rectify::cli {
namespace {

using venue::v1::DuplicateSuggestion;

constexpr const char* kDirectory = "rectify.venue.v1.VenueDirectory.";
constexpr const char* kBuildings = "rectify.venue.v1.BuildingRegistry.";

struct DirectoryArgs {
  std::string name, target, reason, filter, file;
  double longitude = 0, latitude = 0, radius = 500;
  std::string datum = "CGCS2000";
  int limit = 50;
};

std::string ReasonLabel(int reason) {
  switch (reason) {
    case DuplicateSuggestion::REASON_SAME_USCC:
      return "代码相同";
    case DuplicateSuggestion::REASON_NEAR_NAME:
      return "名称相近";
    case DuplicateSuggestion::REASON_SAME_ADDRESS:
      return "地址相同";
    case DuplicateSuggestion::REASON_NEAR_POINT:
      return "位置相近";
    case DuplicateSuggestion::REASON_FAR_APART:
      return "相距较远";
    default:
      return absl::StrCat(reason);
  }
}

absl::Status Near(Session& session, DirectoryArgs& args) {
  venue::v1::SearchNearbyRequest request;
  request.set_parent(session.parent());
  venue::v1::Datum datum;
  if (!venue::v1::Datum_Parse("DATUM_" + args.datum, &datum)) {
    return absl::InvalidArgumentError("坐标系应为 CGCS2000、GCJ02 或 BD09");
  }
  request.mutable_center()->set_longitude(args.longitude);
  request.mutable_center()->set_latitude(args.latitude);
  request.mutable_center()->set_datum(datum);
  request.set_radius_m(args.radius);
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("venue"));
  ASSIGN_OR_RETURN(auto found, (ListAll<venue::v1::NearbyVenue, venue::v1::SearchNearbyResponse>(
                                   *client, absl::StrCat(kDirectory, "SearchNearby"), request,
                                   [](auto& r) { return r.mutable_venues(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(found);
    return absl::OkStatus();
  }
  Table table({"距离（米）", "单位名称", "类别", "地址", "资源名"});
  for (const venue::v1::NearbyVenue& near : found) {
    table.Add({absl::StrFormat("%.0f", near.distance_m()), near.venue().display_name(),
               VenueClassLabel(near.venue().venue_class()), near.venue().address(),
               near.venue().name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Duplicates(Session& session, DirectoryArgs& args) {
  venue::v1::SuggestDuplicatesRequest request;
  request.set_parent(session.parent());
  request.set_venue(args.name);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("venue"));
  ASSIGN_OR_RETURN(auto found, (ListAll<DuplicateSuggestion, venue::v1::SuggestDuplicatesResponse>(
                                   *client, absl::StrCat(kDirectory, "SuggestDuplicates"), request,
                                   [](auto& r) { return r.mutable_suggestions(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(found);
    return absl::OkStatus();
  }
  Table table({"可能性", "场所", "可能重复", "理由", "资源名", "可能重复的资源名"});
  for (const DuplicateSuggestion& suggestion : found) {
    table.Add({absl::StrFormat("%.2f", suggestion.score()), suggestion.venue().display_name(),
               suggestion.other().display_name(),
               absl::StrJoin(
                   suggestion.reasons(), "、",
                   [](std::string* out, int reason) { absl::StrAppend(out, ReasonLabel(reason)); }),
               suggestion.venue().name(), suggestion.other().name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Merge(Session& session, DirectoryArgs& args) {
  venue::v1::MergeVenuesRequest request;
  request.set_source(args.name);
  request.set_target(args.target);
  request.set_reason(args.reason);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(auto target, session.Call<venue::v1::Venue>(
                                    "venue", absl::StrCat(kDirectory, "MergeVenues"), request));
  std::cout << "已并入 " << target.display_name() << " " << target.name() << "\n";
  return absl::OkStatus();
}

absl::Status History(Session& session, DirectoryArgs& args) {
  venue::v1::ListVenueVersionsRequest request;
  request.set_parent(args.name);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("venue"));
  ASSIGN_OR_RETURN(auto versions,
                   (ListAll<venue::v1::VenueVersion, venue::v1::ListVenueVersionsResponse>(
                       *client, absl::StrCat(kDirectory, "ListVenueVersions"), request,
                       [](auto& r) { return r.mutable_versions(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(versions);
    return absl::OkStatus();
  }
  Table table({"起", "止", "单位名称", "状态", "随后变更"});
  for (const venue::v1::VenueVersion& version : versions) {
    table.Add({TimeText(version.valid_from()), TimeText(version.valid_until()),
               version.venue().display_name(), VenueStateLabel(version.venue().state()),
               absl::StrJoin(version.changed_fields(), ",")});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Export(Session& session, DirectoryArgs& args) {
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("venue"));
  std::ofstream out(args.file, std::ios::binary | std::ios::trunc);
  if (!out) return absl::PermissionDeniedError(absl::StrCat("无法写入文件 ", args.file));
  bool sent = false;
  RETURN_IF_ERROR(client->Stream(
      absl::StrCat(kDirectory, "ExportVenues"),
      [&](google::protobuf::Message& message) {
        if (sent) return false;
        auto& request = static_cast<venue::v1::ExportVenuesRequest&>(message);
        request.set_parent(session.parent());
        request.set_filter(args.filter);
        sent = true;
        return true;
      },
      [&](const google::protobuf::Message& message) -> absl::Status {
        out << static_cast<const venue::v1::ExportVenuesResponse&>(message).csv();
        if (out) return absl::OkStatus();
        return absl::ResourceExhaustedError(absl::StrCat("写入文件失败 ", args.file));
      },
      absl::Minutes(10)));
  out.close();
  if (!out) return absl::ResourceExhaustedError(absl::StrCat("写入文件失败 ", args.file));
  std::cout << "已导出到 " << args.file << "\n";
  return absl::OkStatus();
}

std::string HighRiseLabel(venue::v1::HighRiseClass high_rise) {
  switch (high_rise) {
    case venue::v1::HIGH_RISE_CLASS_OLD_MIXED:
      return "老旧高层商住混合体";
    case venue::v1::HIGH_RISE_CLASS_OLD_RESIDENTIAL:
      return "老旧高层住宅";
    case venue::v1::HIGH_RISE_CLASS_SUPER:
      return "超高层建筑";
    case venue::v1::HIGH_RISE_CLASS_PUBLIC:
      return "高层公共建筑";
    default:
      return "";
  }
}

absl::Status ListBuildings(Session& session, DirectoryArgs& args) {
  venue::v1::ListBuildingsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("venue"));
  ASSIGN_OR_RETURN(auto buildings, (ListAll<venue::v1::Building, venue::v1::ListBuildingsResponse>(
                                       *client, absl::StrCat(kBuildings, "ListBuildings"), request,
                                       [](auto& r) { return r.mutable_buildings(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(buildings);
    return absl::OkStatus();
  }
  Table table({"建筑名称", "高度（米）", "高层类别", "建议类别", "资源名"});
  for (const venue::v1::Building& building : buildings) {
    table.Add({building.display_name(), absl::StrCat(building.height_m()),
               HighRiseLabel(building.high_rise_class()),
               HighRiseLabel(building.suggested_high_rise_class()), building.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

}  // namespace

void AddDirectoryCommands(CLI::App& venue, Session& session) {
  auto args = std::make_shared<DirectoryArgs>();
  CLI::App* near =
      AddCommand<DirectoryArgs>(venue, session, "near", "某点周围的单位，由近及远", args, Near);
  near->add_option("longitude", args->longitude, "经度")->required();
  near->add_option("latitude", args->latitude, "纬度")->required();
  near->add_option("--datum", args->datum, "坐标系")->capture_default_str();
  near->add_option("--radius", args->radius, "半径（米），最多5000")->capture_default_str();
  near->add_option("--filter", args->filter, "例如 kind=SCHOOL");
  near->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  CLI::App* duplicates = AddCommand<DirectoryArgs>(venue, session, "duplicates",
                                                   "可能重复的单位及理由", args, Duplicates);
  duplicates->add_option("name", args->name, "资源名；不填为全区");
  duplicates->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  CLI::App* merge = AddCommand<DirectoryArgs>(venue, session, "merge",
                                              "合并，旧资源名此后指向并入的单位", args, Merge);
  merge->add_option("source", args->name, "被合并的资源名")->required();
  merge->add_option("target", args->target, "并入的资源名")->required();
  merge->add_option("--reason", args->reason, "原因")->required();
  CLI::App* history =
      AddCommand<DirectoryArgs>(venue, session, "history", "历次版本，最新在前", args, History);
  history->add_option("name", args->name, "资源名")->required();
  history->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  CLI::App* out =
      AddCommand<DirectoryArgs>(venue, session, "export", "导出 CSV，联系方式脱敏", args, Export);
  out->add_option("file", args->file, "CSV 文件")->required();
  out->add_option("--filter", args->filter, "例如 key_unit=true");
}

void AddBuildingCommands(CLI::App& app, Session& session) {
  CLI::App* building = app.add_subcommand("building", "建筑")->require_subcommand(1);
  auto args = std::make_shared<DirectoryArgs>();
  CLI::App* list =
      AddCommand<DirectoryArgs>(*building, session, "list", "列出", args, ListBuildings);
  list->add_option("--filter", args->filter, "例如 high_rise_class=SUPER");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
}

}  // namespace rectify::cli

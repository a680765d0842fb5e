#include "services/cli/replay/world.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/cli/import_venues.h"
#include "services/cli/replay/barrier.h"

namespace rectify::cli {
namespace {

absl::Status Unknown(absl::string_view what, const std::string& key) {
  return absl::InvalidArgumentError(absl::StrCat("剧本里没有", what, " “", key, "”"));
}

template <typename Map>
absl::StatusOr<std::string> Find(const Map& map, absl::string_view what, const std::string& key) {
  auto found = map.find(key);
  if (found == map.end()) return Unknown(what, key);
  return found->second;
}

std::string RoleOf(venue::v1::Post post) {
  return venue::v1::Post_Name(post).substr(std::string("POST_").size());
}

}  // namespace

World::World(const scenario::v1::Scenario& scenario, std::string folder, Connection& connection,
             absl::Duration patience)
    : scenario_(scenario),
      folder_(std::move(folder)),
      parent_(absl::StrCat("districts/", scenario.district())),
      connection_(connection),
      patience_(patience),
      epoch_(StartOfDay(rpc::ToCivilDay(scenario.start()))) {}

std::string World::RequestId(absl::string_view step) const {
  return DeriveRequestId(scenario_.id(), step);
}

std::string World::ResourceId(absl::string_view step) const {
  return DeriveUuid7(epoch_, scenario_.id(), step);
}

absl::Status World::CallInto(const rpc::Caller& caller, const std::string& service,
                             absl::string_view method, const google::protobuf::Message& request,
                             google::protobuf::Message& response) {
  ASSIGN_OR_RETURN(const rpc::Client* client, connection_.ServiceAs(service, caller));
  touched_.insert(service);
  return WithPatience(patience_, [&] { return client->UnaryInto(method, request, response); });
}

rpc::Caller World::AsRegistrar() const {
  return {"users/registrar", {"REGISTRAR"}, scenario_.district(), {}};
}

rpc::Caller World::AsVisitor(const std::string& code) const {
  return {"users/" + code, {"DISCIPLINE"}, scenario_.district(), {}};
}

rpc::Caller World::AsVenueManager(const std::string& venue) const {
  return {absl::StrCat("users/manager-", venue.substr(venue.rfind('/') + 1)),
          {"VENUE_MANAGER"},
          scenario_.district(),
          {venue}};
}

absl::StatusOr<rpc::Caller> World::AsOfficer(const std::string& key) const {
  ASSIGN_OR_RETURN(std::string name, Officer(key));
  return rpc::Caller{"users/" + key, {roles_.at(key)}, scenario_.district(), {name}};
}

absl::StatusOr<rpc::Caller> World::AsOfficerNamed(const std::string& name) const {
  for (const auto& [key, officer] : officers_) {
    if (officer == name) return AsOfficer(key);
  }
  return Unknown("人员", name);
}

absl::StatusOr<rpc::Caller> World::AsRole(const std::string& role) const {
  for (const auto& [key, held] : roles_) {
    if (held == role) return AsOfficer(key);
  }
  return Unknown("担任此职的人员", role);
}

absl::StatusOr<std::string> World::Officer(const std::string& key) const {
  return Find(officers_, "人员", key);
}

absl::StatusOr<std::vector<std::string>> World::Officers(
    const google::protobuf::RepeatedPtrField<std::string>& keys) const {
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    ASSIGN_OR_RETURN(std::string name, Officer(key));
    names.push_back(std::move(name));
  }
  return names;
}

absl::StatusOr<std::string> World::Venue(const std::string& key) {
  if (auto known = venues_.find(key); known != venues_.end()) return known->second;
  venue::v1::ListVenuesRequest request;
  request.set_parent(parent_);
  request.set_filter(absl::StrCat("external_id = \"key:", key, "\""));
  ASSIGN_OR_RETURN(auto response, Call<venue::v1::ListVenuesResponse>(
                                      AsRegistrar(), "venue",
                                      "rectify.venue.v1.VenueRegistry.ListVenues", request));
  if (response.venues().empty()) return Unknown("单位", key);
  return venues_[key] = response.venues(0).name();
}

absl::StatusOr<rpc::Caller> World::AsNamed(absl::string_view caller) {
  const std::vector<std::string> parts = absl::StrSplit(caller, ':');
  const std::string& kind = parts[0];
  const std::string& district = scenario_.district();
  if (parts.size() == 1 && kind == "registrar") return AsRegistrar();
  if (parts.size() == 2) {
    const std::string& key = parts[1];
    if (kind == "officer") return AsOfficer(key);
    if (kind == "role") return AsRole(key);
    if (kind == "venue") {
      ASSIGN_OR_RETURN(std::string venue, Venue(key));
      return AsVenueManager(venue);
    }
    if (kind == "street") {
      return rpc::Caller{
          "users/street-" + key, {"STREET_OFFICER"}, district, {parent_ + "/streets/" + key}};
    }
    if (kind == "department") {
      return rpc::Caller{"users/department-" + key,
                         {"DEPARTMENT_STAFF"},
                         district,
                         {parent_ + "/departments/" + key}};
    }
  }
  if (parts.size() == 3 && kind == "user") {
    return rpc::Caller{"users/" + parts[1], {parts[2]}, district, {}};
  }
  return absl::InvalidArgumentError(absl::StrCat("不认识的调用人 “", caller, "”"));
}

absl::StatusOr<std::string> World::Resolve(absl::string_view reference) {
  if (reference == "district" || absl::StartsWith(reference, "district/")) {
    return absl::StrCat(parent_, reference.substr(sizeof("district") - 1));
  }
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(reference, absl::MaxSplits(':', 1));
  const auto& [kind, key] = parts;
  if (kind == "venue") return Venue(key);
  if (kind == "officer") return Officer(key);
  if (kind == "result") return Find(results_, "结果", key);
  if (kind == "inspection") {
    ASSIGN_OR_RETURN(const InspectionRecord* record, Inspection(key));
    return record->inspection.name();
  }
  if (kind == "order") {
    ASSIGN_OR_RETURN(auto orders, Orders(key, deadline::v1::ORDER_KIND_TERM));
    return orders.back().name();
  }
  if (kind == "finding") return FindingOf(key);
  return Unknown("这样的引用", std::string(reference));
}

absl::StatusOr<std::string> World::FindingOf(const std::string& key_and_code) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(key_and_code, absl::MaxSplits('/', 1));
  ASSIGN_OR_RETURN(const InspectionRecord* record, Inspection(parts.first));
  for (const hazard::v1::Finding& finding : record->inspection.findings()) {
    if (finding.catalog_code() == parts.second) return finding.name();
  }
  return Unknown("隐患", key_and_code);
}

absl::Status World::CreateMasterData() {
  for (const venue::v1::Street& street : scenario_.streets()) {
    venue::v1::UpdateStreetRequest request;
    *request.mutable_street() = street;
    request.set_request_id(RequestId(street.name()));
    RETURN_IF_ERROR(Call<venue::v1::Street>(AsRegistrar(), "venue",
                                            "rectify.venue.v1.VenueRegistry.UpdateStreet", request)
                        .status());
  }
  for (const venue::v1::Department& department : scenario_.departments()) {
    venue::v1::UpdateDepartmentRequest request;
    *request.mutable_department() = department;
    request.set_request_id(RequestId(department.name()));
    RETURN_IF_ERROR(Call<venue::v1::Department>(AsRegistrar(), "venue",
                                                "rectify.venue.v1.VenueRegistry.UpdateDepartment",
                                                request)
                        .status());
  }
  RETURN_IF_ERROR(CreateOfficers());
  return ImportVenues();
}

absl::Status World::CreateOfficers() {
  for (const scenario::v1::ScenarioOfficer& officer : scenario_.officers()) {
    const std::string step = absl::StrCat("officer/", officer.key());
    venue::v1::CreateOfficerRequest request;
    request.set_parent(parent_);
    request.set_officer_id(ResourceId(step));
    *request.mutable_officer() = officer.officer();
    request.set_request_id(RequestId(step));
    ASSIGN_OR_RETURN(auto created, Call<venue::v1::Officer>(
                                       AsRegistrar(), "venue",
                                       "rectify.venue.v1.VenueRegistry.CreateOfficer", request));
    officers_[officer.key()] = created.name();
    roles_[officer.key()] = RoleOf(officer.officer().post());
  }
  return absl::OkStatus();
}

absl::Status World::ImportVenues() {
  if (scenario_.venue_csv().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const rpc::Client* client, connection_.ServiceAs("venue", AsRegistrar()));
  return WithPatience(patience_, [&]() -> absl::Status {
    int refused = 0;
    std::string first_problem;
    RETURN_IF_ERROR(ImportVenueFile(
        *client, parent_, absl::StrCat(folder_, "/", scenario_.venue_csv()), "",
        [&](const venue::v1::ImportVenuesResponse& row) {
          if (row.result() != venue::v1::ImportVenuesResponse::RESULT_REFUSED) return;
          if (refused++ == 0) {
            first_problem = absl::StrCat("第", row.line(), "行：", row.problems(0));
          }
        },
        nullptr));
    if (refused == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(scenario_.venue_csv(), " 有 ", refused, " 行被拒绝，", first_problem));
  });
}

void World::RememberInspection(const std::string& key, const hazard::v1::Inspection& inspection,
                               std::string handling_officer) {
  inspections_[key] = {inspection,
                       {inspection.officers().begin(), inspection.officers().end()},
                       std::move(handling_officer)};
}

absl::StatusOr<const World::InspectionRecord*> World::Inspection(const std::string& key) const {
  auto found = inspections_.find(key);
  if (found == inspections_.end()) return Unknown("检查", key);
  return &found->second;
}

absl::StatusOr<std::vector<deadline::v1::Order>> World::Orders(const std::string& inspection_key,
                                                               deadline::v1::OrderKind kind) {
  ASSIGN_OR_RETURN(const InspectionRecord* record, Inspection(inspection_key));
  deadline::v1::ListOrdersRequest request;
  request.set_parent(parent_);
  request.set_filter(
      absl::StrCat("inspection = \"", record->inspection.name(), "\" AND state != \"VOIDED\""));
  ASSIGN_OR_RETURN(auto response,
                   Call<deadline::v1::ListOrdersResponse>(
                       AsRegistrar(), "deadline",
                       "rectify.deadline.v1.RectificationDeadlines.ListOrders", request));
  std::vector<deadline::v1::Order> orders;
  for (const deadline::v1::Order& order : response.orders()) {
    if (kind == deadline::v1::ORDER_KIND_UNSPECIFIED || kind == order.kind()) {
      orders.insert(orders.begin(), order);
    }
  }
  if (orders.empty()) return Unknown("这次检查的责令改正通知书", inspection_key);
  return orders;
}

}  // namespace rectify::cli

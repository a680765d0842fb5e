#include "services/cli/replay/self_inspections.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/campaign_service.pb.h"
#include "rectify/hazard/v1/self_inspection_service.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"

namespace rectify::cli {
namespace {

using hazard::v1::SelfInspection;

constexpr size_t kOneFailsIn = 4;

std::string SelfInspections(absl::string_view method) {
  return absl::StrCat("rectify.hazard.v1.SelfInspections.", method);
}

// The items that a venue of each class must answer.
using Items = std::map<std::string, std::vector<std::string>>;

absl::StatusOr<Items> ItemsOf(const std::string& campaign, World& world) {
  hazard::v1::GetCampaignRequest get;
  get.set_name(campaign);
  ASSIGN_OR_RETURN(
      auto found, world.Call<hazard::v1::Campaign>(world.AsRegistrar(), "hazard",
                                                   "rectify.hazard.v1.Campaigns.GetCampaign", get));
  hazard::v1::ListChecklistsRequest list;
  list.set_code(found.checklist());
  ASSIGN_OR_RETURN(auto lists, world.Call<hazard::v1::ListChecklistsResponse>(
                                   world.AsRegistrar(), "hazard",
                                   "rectify.hazard.v1.Campaigns.ListChecklists", list));
  Items items;
  for (const hazard::v1::Checklist& checklist : lists.checklists()) {
    if (checklist.version() != found.checklist_version()) continue;
    for (const hazard::v1::ChecklistClass& each : checklist.classes()) {
      for (const hazard::v1::ChecklistItem& item : checklist.items()) {
        const bool applies = item.classes().empty() ||
                             std::find(item.classes().begin(), item.classes().end(), each.code()) !=
                                 item.classes().end();
        if (applies) items[each.code()].push_back(item.code());
      }
    }
  }
  return items;
}

// Those that still wait for their report, in an order that the records alone decide.
absl::StatusOr<std::vector<SelfInspection>> Waiting(const std::string& campaign, World& world) {
  hazard::v1::ListSelfInspectionsRequest list;
  list.set_parent(world.parent());
  list.set_page_size(500);
  list.set_filter(absl::StrCat("campaign = \"", campaign, "\" AND state = \"REQUESTED\""));
  ASSIGN_OR_RETURN(auto response, world.Call<hazard::v1::ListSelfInspectionsResponse>(
                                      world.AsRegistrar(), "hazard",
                                      SelfInspections("ListSelfInspections"), list));
  std::vector<SelfInspection> waiting(response.self_inspections().begin(),
                                      response.self_inspections().end());
  std::sort(waiting.begin(), waiting.end(),
            [](const SelfInspection& a, const SelfInspection& b) { return a.name() < b.name(); });
  return waiting;
}

hazard::v1::ReportSelfInspectionRequest ReportOf(const SelfInspection& inspection,
                                                 const std::vector<std::string>& items,
                                                 std::optional<size_t> failing,
                                                 absl::CivilDay today) {
  hazard::v1::ReportSelfInspectionRequest report;
  report.set_name(inspection.name());
  for (size_t i = 0; i < items.size(); ++i) {
    hazard::v1::ChecklistAnswer& answer = *report.add_answers();
    answer.set_item(items[i]);
    answer.set_result(hazard::v1::ChecklistAnswer::RESULT_PASS);
    if (i != failing) continue;
    answer.set_result(hazard::v1::ChecklistAnswer::RESULT_FAIL);
    hazard::v1::SelfFoundProblem& problem = *report.add_problems();
    problem.set_item(items[i]);
    problem.set_description("示例：自查发现的问题");
    *problem.mutable_rectified_date() = rpc::ToDate(today);
    problem.set_rectification("示例：当日改正");
  }
  return report;
}

}  // namespace

absl::Status RequestSelfInspections(const scenario::v1::RequestSelfInspections& act,
                                    const std::string& id, World& world) {
  venue::v1::ListVenuesRequest list;
  list.set_parent(world.parent());
  list.set_page_size(500);
  const std::string venue_class = venue::v1::VenueClass_Name(act.venue_class());
  list.set_filter(
      absl::StrCat("venue_class = \"", venue_class.substr(sizeof("VENUE_CLASS_") - 1), "\""));
  ASSIGN_OR_RETURN(auto venues, world.Call<venue::v1::ListVenuesResponse>(
                                    world.AsRegistrar(), "venue",
                                    "rectify.venue.v1.VenueRegistry.ListVenues", list));
  std::vector<std::string> names;
  for (const venue::v1::Venue& venue : venues.venues()) names.push_back(venue.name());
  std::sort(names.begin(), names.end());

  hazard::v1::RequestSelfInspectionsRequest request;
  request.set_parent(world.parent());
  ASSIGN_OR_RETURN(*request.mutable_campaign(),
                   world.Resolve("district/campaigns/" + act.campaign()));
  ASSIGN_OR_RETURN(*request.mutable_officer(), world.Officer(act.officer()));
  *request.mutable_due_date() = act.due_date();
  request.set_request_id(world.RequestId(id));
  for (const std::string& name : names) {
    hazard::v1::SelfInspectionTarget& target = *request.add_targets();
    target.set_venue(name);
    target.set_target_class(act.target_class());
  }
  ASSIGN_OR_RETURN(rpc::Caller officer, world.AsOfficer(act.officer()));
  return world
      .Call<hazard::v1::RequestSelfInspectionsResponse>(
          officer, "hazard", SelfInspections("RequestSelfInspections"), request)
      .status();
}

absl::Status ReportSelfInspections(const scenario::v1::ReportSelfInspections& act,
                                   absl::CivilDay today, const std::string& id, World& world) {
  ASSIGN_OR_RETURN(std::string campaign, world.Resolve("district/campaigns/" + act.campaign()));
  ASSIGN_OR_RETURN(Items items, ItemsOf(campaign, world));
  ASSIGN_OR_RETURN(std::vector<SelfInspection> waiting, Waiting(campaign, world));
  waiting.resize(std::min(waiting.size(), static_cast<size_t>(act.count())));
  for (size_t i = 0; i < waiting.size(); ++i) {
    const std::vector<std::string>& asked = items[waiting[i].target_class()];
    std::optional<size_t> failing;
    if (i % kOneFailsIn == 0 && !asked.empty()) failing = i % asked.size();
    auto report = ReportOf(waiting[i], asked, failing, today);
    report.set_request_id(world.RequestId(absl::StrCat(id, "/report/", waiting[i].name())));
    RETURN_IF_ERROR(world
                        .Call<SelfInspection>(world.AsVenueManager(waiting[i].venue()), "hazard",
                                              SelfInspections("ReportSelfInspection"), report)
                        .status());
    ASSIGN_OR_RETURN(rpc::Caller officer, world.AsOfficerNamed(waiting[i].officer()));
    hazard::v1::ConfirmSelfInspectionRequest confirm;
    confirm.set_name(waiting[i].name());
    confirm.set_request_id(world.RequestId(absl::StrCat(id, "/confirm/", waiting[i].name())));
    RETURN_IF_ERROR(world
                        .Call<SelfInspection>(officer, "hazard",
                                              SelfInspections("ConfirmSelfInspection"), confirm)
                        .status());
  }
  return absl::OkStatus();
}

}  // namespace rectify::cli

// What the contract promises about every method and field, read from the descriptors.
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "libs/testing/paths.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "rectify/authz/v1/authz.pb.h"
#include "rectify/deadline/v1/closure_service.pb.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "rectify/deadline/v1/order_life_events.pb.h"
#include "rectify/deadline/v1/order_life_service.pb.h"
#include "rectify/deadline/v1/seal_events.pb.h"
#include "rectify/deadline/v1/seal_service.pb.h"
#include "rectify/event/v1/event_feed_service.pb.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "rectify/followup/v1/followup_events.pb.h"
#include "rectify/followup/v1/lead_service.pb.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "rectify/hazard/v1/campaign_events.pb.h"
#include "rectify/hazard/v1/campaign_service.pb.h"
#include "rectify/hazard/v1/department_task_events.pb.h"
#include "rectify/hazard/v1/department_task_service.pb.h"
#include "rectify/hazard/v1/evidence_events.pb.h"
#include "rectify/hazard/v1/evidence_service.pb.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "rectify/hazard/v1/lead_events.pb.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "rectify/hazard/v1/major_hazard_events.pb.h"
#include "rectify/hazard/v1/major_hazard_service.pb.h"
#include "rectify/hazard/v1/referral_events.pb.h"
#include "rectify/hazard/v1/referral_service.pb.h"
#include "rectify/hazard/v1/self_inspection_events.pb.h"
#include "rectify/hazard/v1/self_inspection_service.pb.h"
#include "rectify/ops/v1/simulation_service.pb.h"
#include "rectify/partner/v1/partner_service.pb.h"
#include "rectify/partner/v1/webhook_service.pb.h"
#include "rectify/reminder/v1/reminder_events.pb.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "rectify/venue/v1/building_events.pb.h"
#include "rectify/venue/v1/building_service.pb.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"

namespace rectify {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

std::vector<const FileDescriptor*> ServiceFiles() {
  return {venue::v1::CreateVenueRequest::descriptor()->file(),
          venue::v1::CreateBuildingRequest::descriptor()->file(),
          venue::v1::MergeVenuesRequest::descriptor()->file(),
          hazard::v1::RecordInspectionRequest::descriptor()->file(),
          hazard::v1::CreateCampaignRequest::descriptor()->file(),
          hazard::v1::AssignDepartmentTaskRequest::descriptor()->file(),
          hazard::v1::RequestSelfInspectionsRequest::descriptor()->file(),
          hazard::v1::CreateLeadRequest::descriptor()->file(),
          hazard::v1::GetEvidenceRequest::descriptor()->file(),
          hazard::v1::GetMajorHazardRequest::descriptor()->file(),
          hazard::v1::GetReferralRequest::descriptor()->file(),
          deadline::v1::GetOrderRequest::descriptor()->file(),
          deadline::v1::AddDistrictClosureRequest::descriptor()->file(),
          deadline::v1::GetSealRequest::descriptor()->file(),
          deadline::v1::RequestExtensionRequest::descriptor()->file(),
          reminder::v1::GetReminderRequest::descriptor()->file(),
          followup::v1::GetDrawRequest::descriptor()->file(),
          followup::v1::GetVisitRequest::descriptor()->file(),
          followup::v1::GetProblemLeadRequest::descriptor()->file(),
          partner::v1::CreatePartnerRequest::descriptor()->file(),
          partner::v1::GetWebhookRequest::descriptor()->file(),
          event::v1::GetHeadRequest::descriptor()->file(),
          audit::v1::ListAuditEntriesRequest::descriptor()->file(),
          ops::v1::SettleRequest::descriptor()->file()};
}

void ForEachMethod(const std::function<void(const MethodDescriptor&)>& fn) {
  for (const FileDescriptor* file : ServiceFiles()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) fn(*file->service(s)->method(m));
    }
  }
}

const authz::v1::Rule& RuleOf(const MethodDescriptor& method) {
  return method.options().GetExtension(authz::v1::rule);
}

// Without the names of its variables: `/v1/districts/*/leads`.
std::string Anonymous(const std::string& route) {
  std::string path;
  for (size_t i = 0; i < route.size(); ++i) {
    const size_t equals = route[i] == '{' ? route.find('=', i) : std::string::npos;
    if (equals != std::string::npos && equals < route.find('}', i)) {
      i = equals;
    } else if (route[i] == '{') {
      path += '*';
      i = route.find('}', i);
    } else if (route[i] != '}') {
      path += route[i];
    }
  }
  return path;
}

std::string PermissionTable() {
  std::ostringstream table;
  ForEachMethod([&](const MethodDescriptor& method) {
    table << method.full_name() << ":";
    for (int i = 0; i < RuleOf(method).any_of_size(); ++i) {
      table << " " << authz::v1::Role_Name(RuleOf(method).any_of(i)).substr(5);
    }
    table << "\n";
  });
  return table.str();
}

// Who may call what changes only on purpose: the table is read by people before it is accepted.
TEST(ContractRulesTest, PermissionsAreThoseOfTheGoldenTable) {
  std::ifstream golden(testing::SourcePath("/tests/unit/contract/permissions.golden"));
  std::stringstream text;
  text << golden.rdbuf();
  EXPECT_EQ(text.str(), PermissionTable());
}

TEST(ContractRulesTest, EveryMethodHasARuleAndNoneIsPublic) {
  ForEachMethod([](const MethodDescriptor& method) {
    EXPECT_TRUE(method.options().HasExtension(authz::v1::rule)) << method.full_name();
    EXPECT_GT(RuleOf(method).any_of_size(), 0) << method.full_name();
    EXPECT_FALSE(RuleOf(method).public_()) << method.full_name();
  });
}

TEST(ContractRulesTest, MethodsOfADistrictAreHeldToIt) {
  ForEachMethod([](const MethodDescriptor& method) {
    const Descriptor& request = *method.input_type();
    const bool named = request.FindFieldByName("name") || request.FindFieldByName("parent");
    if (!named || method.client_streaming()) return;  // a stream checks its first message itself
    EXPECT_FALSE(RuleOf(method).resource_field().empty()) << method.full_name();
  });
}

TEST(ContractRulesTest, ChangesCarryARequestId) {
  ForEachMethod([](const MethodDescriptor& method) {
    if (RuleOf(method).idempotent() || method.client_streaming()) return;
    EXPECT_NE(method.input_type()->FindFieldByName("request_id"), nullptr) << method.full_name();
  });
}

TEST(ContractRulesTest, MethodsForOutsidersHaveAnHttpRoute) {
  ForEachMethod([](const MethodDescriptor& method) {
    const bool both_ways = method.client_streaming() && method.server_streaming();
    if (both_ways || method.service()->name() == "Simulation") return;
    EXPECT_TRUE(method.options().HasExtension(google::api::http)) << method.full_name();
  });
}

// Two things of the same name would be one to whoever reads names, whichever servers have them.
TEST(ContractRulesTest, NoTwoMethodsShareARoute) {
  std::map<std::string, std::string> methods;
  ForEachMethod([&](const MethodDescriptor& method) {
    const auto& http = method.options().GetExtension(google::api::http);
    const std::string& route = !http.get().empty()    ? http.get()
                               : !http.post().empty() ? http.post()
                                                      : http.patch();
    if (route.empty()) return;
    const std::string key = absl::StrCat(http.pattern_case(), " ", Anonymous(route));
    const auto [found, fresh] = methods.emplace(key, method.full_name());
    EXPECT_TRUE(fresh) << method.full_name() << " and " << found->second << ": " << route;
  });
}

TEST(ContractRulesTest, EventsCarryNoPersonalFields) {
  for (const FileDescriptor* file : {venue::v1::VenueRegistered::descriptor()->file(),
                                     venue::v1::BuildingRegistered::descriptor()->file(),
                                     venue::v1::VenueMerged::descriptor()->file(),
                                     hazard::v1::InspectionRecorded::descriptor()->file(),
                                     hazard::v1::CampaignCreated::descriptor()->file(),
                                     hazard::v1::DepartmentTaskAssigned::descriptor()->file(),
                                     hazard::v1::SelfInspectionRequested::descriptor()->file(),
                                     hazard::v1::LeadReceived::descriptor()->file(),
                                     hazard::v1::EvidenceAdded::descriptor()->file(),
                                     hazard::v1::MajorHazardProposed::descriptor()->file(),
                                     hazard::v1::ReferralSent::descriptor()->file(),
                                     deadline::v1::OrderDrafted::descriptor()->file(),
                                     deadline::v1::InstrumentDecided::descriptor()->file(),
                                     reminder::v1::ReminderSent::descriptor()->file(),
                                     followup::v1::DrawChanged::descriptor()->file()}) {
    std::function<void(const Descriptor&)> check = [&](const Descriptor& message) {
      for (int i = 0; i < message.field_count(); ++i) {
        const FieldDescriptor& field = *message.field(i);
        EXPECT_EQ(field.options().GetExtension(authz::v1::sensitivity),
                  authz::v1::SENSITIVITY_UNSPECIFIED)
            << field.full_name();
        if (field.message_type() != nullptr) check(*field.message_type());
      }
    };
    for (int i = 0; i < file->message_type_count(); ++i) check(*file->message_type(i));
  }
}

}  // namespace
}  // namespace rectify

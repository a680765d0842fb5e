// A venue is merged at the registry while it has an order: what all services make of it together.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/clock.h"
#include "libs/rpc/convert.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/hazard_findings/service.h"
#include "services/rectification_deadlines/service.h"
#include "services/reminder_dispatch/service.h"
#include "services/venue_registry/service.h"

namespace rectify {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kParent[] = "districts/120110";
constexpr char kStreet[] = "districts/120110/streets/120110001";

class MergeTest : public ::testing::Test {
 protected:
  MergeTest() {
    system_.Start("venue", venue::Migrations(), [](service::Host& host) {
      return venue::RegisterVenue(host, venue::VenueConfig{});
    });
    system_.Start("hazard", hazard::Migrations(), [](service::Host& host) {
      return hazard::RegisterHazard(host, hazard::HazardConfig{});
    });
    system_.Start("deadline", deadline::Migrations(), [](service::Host& host) {
      return deadline::RegisterDeadline(host, deadline::DeadlineConfig{});
    });
    system_.Start("reminder", reminder::Migrations(), [this](service::Host& host) {
      reminder::ReminderConfig config;
      config.file_outbox = Letters();
      return reminder::RegisterReminder(host, config);
    });
    venue::v1::UpdateStreetRequest street;
    street.mutable_street()->set_name(kStreet);
    street.mutable_street()->set_display_name("示例街道");
    Must<venue::v1::Street>("venue", Registrar("venue"), "venue.v1.VenueRegistry.UpdateStreet",
                            street);
    zhang_ = AddOfficer("示例监督员张");
    li_ = AddOfficer("示例监督员李");
    gone_ = AddVenue("示例五金城", "钱一");
    survivor_ = AddVenue("示例五金市场", "孙二");
    system_.Settle();
  }

  std::string Letters() const { return system_.folder() + "/letters"; }
  rpc::Client& Registrar(const std::string& service) {
    return system_.As(service, "users/registrar", {"REGISTRAR"});
  }
  rpc::Client& Zhang(const std::string& service) {
    return system_.As(service, "users/zhang", {"INSPECTOR"}, {zhang_});
  }
  rpc::Client& ManagerOf(const std::string& venue) {
    return system_.As("deadline", absl::StrCat("users/", venue), {"VENUE_MANAGER"}, {venue});
  }

  template <typename Response>
  Response Must(const std::string& service, rpc::Client& client, const std::string& method,
                const google::protobuf::Message& request) {
    const auto response = client.Unary<Response>("rectify." + method, request);
    EXPECT_OK(response) << service << " " << method;
    return response.value_or(Response());
  }

  std::string AddOfficer(const std::string& name) {
    venue::v1::CreateOfficerRequest request;
    request.set_parent(kParent);
    venue::v1::Officer& officer = *request.mutable_officer();
    officer.set_display_name(name);
    officer.set_post(venue::v1::POST_INSPECTOR);
    officer.set_certificate_number("证" + name);
    *officer.mutable_certificate_start() = rpc::ToDate(absl::CivilDay(2020, 1, 1));
    *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2026, 1, 1));
    *officer.mutable_post_start() = rpc::ToDate(absl::CivilDay(2020, 1, 1));
    return Must<venue::v1::Officer>("venue", Registrar("venue"),
                                    "venue.v1.VenueRegistry.CreateOfficer", request)
        .name();
  }
  std::string AddVenue(const std::string& name, const std::string& manager) {
    venue::v1::CreateVenueRequest request;
    request.set_parent(kParent);
    venue::v1::Venue& venue = *request.mutable_venue();
    venue.set_display_name(name);
    venue.set_venue_class(venue::v1::VENUE_CLASS_CROWDED);
    venue.set_kind(venue::v1::VENUE_KIND_MARKET);
    venue.set_no_uscc_reason("示例");
    venue.set_address(name + "的地址");
    venue.set_street(kStreet);
    venue::v1::ResponsiblePerson& person = *venue.add_persons();
    person.set_role(venue::v1::PERSON_ROLE_RESPONSIBLE_PERSON);
    person.set_person_name(manager);
    return Must<venue::v1::Venue>("venue", Registrar("venue"), "venue.v1.VenueRegistry.CreateVenue",
                                  request)
        .name();
  }

  hazard::v1::Inspection Inspect(const std::string& venue) {
    hazard::v1::RecordInspectionRequest request;
    request.set_parent(kParent);
    hazard::v1::Inspection& inspection = *request.mutable_inspection();
    inspection.set_venue(venue);
    *inspection.mutable_inspect_time() = rpc::ToTimestamp(system_.clock().Now());
    inspection.add_officers(zhang_);
    inspection.add_officers(li_);
    hazard::v1::Finding& finding = *inspection.add_findings();
    finding.set_catalog_code("B02");
    finding.set_description("消火栓箱门损坏");
    finding.set_disposition(hazard::v1::DISPOSITION_ORDER);
    finding.set_term_days(15);
    const auto recorded = Must<hazard::v1::Inspection>(
        "hazard", Zhang("hazard"), "hazard.v1.HazardFindings.RecordInspection", request);
    system_.Settle();
    return recorded;
  }
  deadline::v1::Order OrderOf(const hazard::v1::Inspection& inspection) {
    deadline::v1::ListOrdersRequest request;
    request.set_parent(kParent);
    request.set_filter(absl::StrCat("inspection = \"", inspection.name(), "\""));
    const auto page = Must<deadline::v1::ListOrdersResponse>(
        "deadline", Zhang("deadline"), "deadline.v1.RectificationDeadlines.ListOrders", request);
    EXPECT_EQ(page.orders_size(), 1);
    return page.orders_size() == 1 ? page.orders(0) : deadline::v1::Order();
  }
  template <typename Request>
  deadline::v1::Order Verb(rpc::Client& client, const std::string& method, const std::string& order,
                           Request request = {}) {
    request.set_name(order);
    return Must<deadline::v1::Order>("deadline", client,
                                     "deadline.v1.RectificationDeadlines." + method, request);
  }
  void Serve(const std::string& order) {
    Verb<deadline::v1::SubmitOrderRequest>(Zhang("deadline"), "SubmitOrder", order);
    for (const char* role : {"DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF"}) {
      Verb<deadline::v1::ApproveOrderRequest>(
          system_.As("deadline", absl::StrCat("users/", role), {role}), "ApproveOrder", order);
    }
    Verb<deadline::v1::IssueOrderRequest>(Zhang("deadline"), "IssueOrder", order);
    deadline::v1::ServeOrderRequest serve;
    serve.mutable_service()->set_method(deadline::v1::SERVICE_METHOD_DIRECT);
    *serve.mutable_service()->mutable_serve_time() = rpc::ToTimestamp(system_.clock().Now());
    serve.mutable_service()->set_receiver("示例收件人");
    serve.mutable_service()->add_officers(zhang_);
    serve.mutable_service()->add_officers(li_);
    serve.mutable_service()->set_proof("示例送达回证");
    Verb(Zhang("deadline"), "ServeOrder", order, serve);
    system_.Settle();
  }
  std::vector<std::string> OwnersOfRunning(const std::string& kind) {
    deadline::v1::ListClocksRequest request;
    request.set_parent(kParent);
    request.set_filter(absl::StrCat("state = RUNNING AND kind = ", kind));
    std::vector<std::string> owners;
    const auto page = Must<deadline::v1::ListClocksResponse>(
        "deadline", Zhang("deadline"), "deadline.v1.RectificationDeadlines.ListClocks", request);
    for (const deadline::v1::Clock& clock : page.clocks()) owners.push_back(clock.owner());
    return owners;
  }
  void Merge() {
    venue::v1::MergeVenuesRequest request;
    request.set_source(gone_);
    request.set_target(survivor_);
    request.set_reason("现场核实为同一单位");
    Must<venue::v1::Venue>("venue", Registrar("venue"), "venue.v1.VenueDirectory.MergeVenues",
                           request);
    system_.Settle();
  }
  // How many letters for the venue's people went out and name `person`.
  int LettersTo(const std::string& person) {
    int count = 0;
    if (!std::filesystem::exists(Letters())) return 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(Letters())) {
      if (!entry.is_regular_file()) continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      if (text.str().find(person) != std::string::npos) ++count;
    }
    return count;
  }

  testing::TestSystem system_{absl::FromCivil(absl::CivilHour(2023, 3, 1, 10), ChinaZone()),
                              {"venue", "hazard", "deadline", "reminder"}};
  std::string zhang_, li_, gone_, survivor_;
};

TEST_F(MergeTest, AnOrderGoesOnWithTheVenueThatGoesOn) {
  const hazard::v1::Inspection inspection = Inspect(gone_);
  const deadline::v1::Order order = OrderOf(inspection);
  Serve(order.name());
  ASSERT_THAT(OwnersOfRunning("correction_term"), ::testing::ElementsAre(gone_));
  Merge();
  EXPECT_THAT(OwnersOfRunning("correction_term"), ::testing::ElementsAre(survivor_));
  EXPECT_EQ(OrderOf(inspection).venue(), gone_);

  // The survivor's people are reminded, the other one's are not any more.
  system_.AdvanceTo(absl::FromCivil(absl::CivilHour(2023, 3, 14, 10), ChinaZone()));
  EXPECT_GT(LettersTo("孙二"), 0);
  EXPECT_EQ(LettersTo("钱一"), 0);
  reminder::v1::ListRemindersRequest reminders;
  reminders.set_parent(kParent);
  reminders.set_filter(absl::StrCat("venue = \"", survivor_, "\" AND state = SENT"));
  EXPECT_GT(
      Must<reminder::v1::ListRemindersResponse>(
          "reminder", Zhang("reminder"), "reminder.v1.ReminderDispatch.ListReminders", reminders)
          .reminders_size(),
      0);

  // Its manager reports, and what is found under the former name is the survivor's.
  deadline::v1::ReportRectificationRequest report;
  report.set_statement("已全部更换");
  EXPECT_EQ(Verb(ManagerOf(survivor_), "ReportRectification", order.name(), report).state(),
            deadline::v1::Order::STATE_REPORTED);
  EXPECT_EQ(Inspect(gone_).venue(), survivor_);
  deadline::v1::ListFallenThroughRequest fallen;
  fallen.set_parent(kParent);
  EXPECT_THAT(Must<deadline::v1::ListFallenThroughResponse>(
                  "deadline", system_.As("deadline", "users/chief", {"CHIEF"}),
                  "deadline.v1.RectificationDeadlines.ListFallenThrough", fallen)
                  .findings(),
              IsEmpty());
}

}  // namespace
}  // namespace rectify

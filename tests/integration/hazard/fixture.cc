#include "tests/integration/hazard/fixture.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/events/feed.h"
#include "libs/rpc/convert.h"

namespace rectify::hazard {
namespace {

constexpr char kFindings[] = "rectify.hazard.v1.HazardFindings.";

}  // namespace

absl::Time At(int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(2023, month, day, hour, minute), ChinaZone());
}

HazardTest::HazardTest() {
  system_.Start("venue", {}, [&](service::Host& host) { return registry_.Register(host); });
  deadline_ = &system_.Start("deadline", {}, [](service::Host&) { return absl::OkStatus(); });
  HazardConfig config;
  config.evidence = system_.folder() + "/evidence";
  hazard_ = &system_.Start("hazard", Migrations(),
                           [&](service::Host& host) { return RegisterHazard(host, config); });
  registry_.Announce(SampleVenue());
  for (const char* officer : {kZhang, kLi, kWang}) registry_.Announce(SampleOfficer(officer));
  venue::v1::Department housing;
  housing.set_name(kHousing);
  housing.set_display_name("区住房和建设委员会");
  housing.set_etag("\"1\"");
  registry_.Announce(housing);
  system_.Settle();
}

venue::v1::Venue HazardTest::SampleVenue() const {
  venue::v1::Venue venue;
  venue.set_name(kVenue);
  venue.set_display_name("北方五金城");
  venue.set_street(kStreet);
  venue.set_state(venue::v1::Venue::STATE_ACTIVE);
  venue.set_etag("\"1\"");
  return venue;
}

venue::v1::Officer HazardTest::SampleOfficer(const std::string& name) const {
  venue::v1::Officer officer;
  officer.set_name(name);
  officer.set_display_name("张伟");
  officer.set_post(venue::v1::POST_INSPECTOR);
  *officer.mutable_certificate_start() = rpc::ToDate(absl::CivilDay(2020, 1, 1));
  *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2024, 12, 31));
  *officer.mutable_post_start() = rpc::ToDate(absl::CivilDay(2019, 6, 1));
  officer.set_etag("\"1\"");
  return officer;
}

v1::RecordInspectionRequest HazardTest::Sample() const {
  v1::RecordInspectionRequest request;
  request.set_parent("districts/120110");
  v1::Inspection& inspection = *request.mutable_inspection();
  inspection.set_venue(kVenue);
  *inspection.mutable_inspect_time() = rpc::ToTimestamp(At(2, 1, 10));
  inspection.add_officers(kZhang);
  inspection.add_officers(kLi);
  inspection.set_summary("日常消防监督检查");
  return request;
}

v1::Finding HazardTest::Order(const std::string& code, const std::string& description) {
  v1::Finding finding;
  finding.set_catalog_code(code);
  finding.set_description(description);
  finding.set_location("二层");
  finding.set_disposition(v1::DISPOSITION_ORDER);
  return finding;
}

v1::Finding HazardTest::OnSpot(const std::string& code) {
  v1::Finding finding = Order(code);
  finding.set_disposition(v1::DISPOSITION_CORRECTED_ON_SPOT);
  return finding;
}

v1::Finding HazardTest::Transfer(const std::string& code) {
  v1::Finding finding = Order(code);
  finding.set_disposition(v1::DISPOSITION_TRANSFER);
  finding.set_transfer_department(kHousing);
  return finding;
}

absl::StatusOr<v1::Inspection> HazardTest::Record(const v1::RecordInspectionRequest& request) {
  return Zhang().Unary<v1::Inspection>(absl::StrCat(kFindings, "RecordInspection"), request);
}

absl::StatusOr<v1::Inspection> HazardTest::GetInspection(const std::string& name) {
  v1::GetInspectionRequest request;
  request.set_name(name);
  return Zhang().Unary<v1::Inspection>(absl::StrCat(kFindings, "GetInspection"), request);
}

absl::StatusOr<v1::Finding> HazardTest::GetFinding(const std::string& name) {
  v1::GetFindingRequest request;
  request.set_name(name);
  return Zhang().Unary<v1::Finding>(absl::StrCat(kFindings, "GetFinding"), request);
}

absl::StatusOr<v1::Finding> HazardTest::Conclude(const v1::Finding& finding,
                                                 const std::string& outcome,
                                                 const std::string& etag,
                                                 const std::string& request_id) {
  v1::ConcludeTransferRequest request;
  request.set_name(finding.name());
  request.set_outcome(outcome);
  request.set_etag(etag);
  request.set_request_id(request_id);
  return Zhang().Unary<v1::Finding>(absl::StrCat(kFindings, "ConcludeTransfer"), request);
}

void HazardTest::Tell(const std::string& order, int64_t version,
                      const google::protobuf::Message& event) {
  ASSERT_OK(deadline_->commands().Act({"services/deadline", absl::StrCat(order, version), ""},
                                      "stand_in.tell", [&](rectify::events::Change& change) {
                                        change.Emit(order, version, event);
                                        return absl::OkStatus();
                                      }));
  system_.Settle();
}

std::vector<event::v1::EventEnvelope> HazardTest::Events(const std::string& feed) {
  system_.Settle();
  rectify::events::LocalFeed reader(hazard_->pool(), "hazard");
  event::v1::ReadEventsRequest request;
  request.set_source("hazard");
  request.set_feed(feed);
  request.set_max_events(1000);
  const auto response = reader.Read(request);
  EXPECT_OK(response);
  if (!response.ok()) return {};
  return {response->events().begin(), response->events().end()};
}

std::vector<std::string> HazardTest::EventTypes(const std::string& feed) {
  std::vector<std::string> types;
  for (const event::v1::EventEnvelope& event : Events(feed)) {
    types.push_back(event.type().substr(event.type().rfind('.') + 1));
  }
  return types;
}

std::vector<audit::v1::AuditEntry> HazardTest::Trail(const std::string& subject) {
  audit::v1::ListAuditEntriesRequest request;
  request.set_subject(subject);
  const auto response = Zhang().Unary<audit::v1::ListAuditEntriesResponse>(
      "rectify.audit.v1.AuditTrail.ListAuditEntries", request);
  EXPECT_OK(response);
  if (!response.ok()) return {};
  return {response->entries().begin(), response->entries().end()};
}

int64_t HazardTest::CountRows() {
  static constexpr pg::Statement kCount = {"test.count_rows", R"sql(
    select (select count(*) from inspections) + (select count(*) from inspection_officers) +
           (select count(*) from findings) + (select count(*) from audit_entry) +
           (select count(*) from outbox) + (select count(*) from event_log) +
           (select count(*) from idempotency))sql"};
  const absl::StatusOr<int64_t> count = hazard_->pool().TransactValue(
      "test.count_rows", {}, [](pg::Tx& tx) -> absl::StatusOr<int64_t> {
        ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kCount));
        return rows[0].Int(0);
      });
  EXPECT_OK(count);
  return count.value_or(-1);
}

}  // namespace rectify::hazard

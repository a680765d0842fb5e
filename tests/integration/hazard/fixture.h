// The hazard service with stand-ins for the registry and for the deadline service, in a small
// world: one venue, three officers, one department, all known from the start.
#pragma once

#include <string>
#include <vector>

#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "rectify/event/v1/event.pb.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "services/hazard_findings/service.h"
#include "tests/integration/hazard/registry_stand_in.h"

namespace rectify::hazard {

inline constexpr char kVenue[] = "districts/120110/venues/01850000-0000-7000-8000-000000000001";
inline constexpr char kOtherVenue[] =
    "districts/120110/venues/01850000-0000-7000-8000-000000000002";
inline constexpr char kStreet[] = "districts/120110/streets/120110001";
inline constexpr char kZhang[] = "districts/120110/officers/01850000-0000-7000-8000-000000000011";
inline constexpr char kLi[] = "districts/120110/officers/01850000-0000-7000-8000-000000000012";
inline constexpr char kWang[] = "districts/120110/officers/01850000-0000-7000-8000-000000000013";
inline constexpr char kHousing[] = "districts/120110/departments/zhujian";

// China time.
absl::Time At(int month, int day, int hour = 10, int minute = 0);

class HazardTest : public ::testing::Test {
 protected:
  HazardTest();

  venue::v1::Venue SampleVenue() const;
  venue::v1::Officer SampleOfficer(const std::string& name) const;

  // An inspection of the sample venue this morning by Zhang and Li.
  v1::RecordInspectionRequest Sample() const;
  // An item for it.
  static v1::Finding Order(const std::string& code, const std::string& description = "现场情况");
  static v1::Finding OnSpot(const std::string& code);
  static v1::Finding Transfer(const std::string& code);

  rpc::Client& Zhang() { return system_.As("hazard", "users/zhang.wei", {"INSPECTOR"}, {kZhang}); }

  absl::StatusOr<v1::Inspection> Record(const v1::RecordInspectionRequest& request);
  absl::StatusOr<v1::Inspection> GetInspection(const std::string& name);
  absl::StatusOr<v1::Finding> GetFinding(const std::string& name);
  absl::StatusOr<v1::Finding> Conclude(const v1::Finding& finding, const std::string& outcome,
                                       const std::string& etag = "",
                                       const std::string& request_id = "");

  // The deadline service tells something about an order.
  void Tell(const std::string& order, int64_t version, const google::protobuf::Message& event);

  // All events of the service in a feed, in order.
  std::vector<event::v1::EventEnvelope> Events(const std::string& feed = "internal");
  std::vector<std::string> EventTypes(const std::string& feed = "internal");
  std::vector<audit::v1::AuditEntry> Trail(const std::string& subject);
  // Rows of all tables that a command may write.
  int64_t CountRows();

  RegistryStandIn registry_;
  rectify::testing::TestSystem system_{At(2, 1, 12), {"venue", "hazard", "deadline"}};
  service::Host* hazard_ = nullptr;
  service::Host* deadline_ = nullptr;
};

}  // namespace rectify::hazard

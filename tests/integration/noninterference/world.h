// A whole small district in one process: all enforcement services and the sealed follow-up service,
// with the same enforcement facts in every world, and with or without visits. Every command has a
// fixed request id, so two worlds name the same things alike.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"

namespace rectify::noninterference {

inline constexpr char kParent[] = "districts/120110";
inline constexpr char kStreet[] = "districts/120110/streets/120110001";
// The services of the enforcement side.
inline constexpr const char* kEnforcement[] = {"venue", "hazard", "deadline", "reminder",
                                               "partner"};

class World {
 public:
  // Enforcement facts, penalised units and visitors.
  World();

  // A draw, recorded visits, a lead, a reveal, an analysis and a referral.
  void MakeVisits();
  void IssueReferral();

  // Names of everything that the committee's lists show, for instance visits.
  std::vector<std::string> FollowupNames();

  testing::TestSystem& system() { return system_; }

 private:
  void MakeEnforcementFacts();
  void MakeCampaignAndSeal();
  void MakeReferral();
  void MakePartner();
  void MakeUnits();
  // Runs a command with the next request id; `response` may be null.
  void Do(rpc::Client& client, absl::string_view method, google::protobuf::Message& request,
          google::protobuf::Message* response = nullptr);

  testing::TestSystem system_;
  int commands_ = 0;
};

}  // namespace rectify::noninterference

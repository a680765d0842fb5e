// The hazard service and the deadline service as they are, with the clock policy that is installed:
// what happens to a hazard starts and ends the clocks of the law.
#pragma once

#include <string>
#include <vector>

#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"
#include "rectify/deadline/v1/clock.pb.h"
#include "tests/integration/hazard/registry_stand_in.h"

namespace rectify::hazard {

// China time.
absl::Time At(int year, int month, int day, int hour = 10, int minute = 0);

class DutiesTest : public ::testing::Test {
 protected:
  // The venue, the officers Zhang, Li and Wang, and nothing else are known.
  explicit DutiesTest(absl::Time start);

  static constexpr char kParent[] = "districts/120110";
  static constexpr char kHeadPost[] = "districts/120110/posts/department-head";
  const std::string venue_ = "districts/120110/venues/01850000-0000-7000-8000-000000000001";
  const std::string zhang_ = "districts/120110/officers/01850000-0000-7000-8000-000000000011";
  const std::string li_ = "districts/120110/officers/01850000-0000-7000-8000-000000000012";
  const std::string wang_ = "districts/120110/officers/01850000-0000-7000-8000-000000000013";

  rpc::Client& Zhang() { return system_.As("hazard", "users/zhang", {"INSPECTOR"}, {zhang_}); }
  rpc::Client& Head() { return system_.As("hazard", "users/head", {"DEPARTMENT_HEAD"}); }
  rpc::Client& Chief() { return system_.As("hazard", "users/chief", {"CHIEF"}); }

  // All clocks of a subject, by their end; those that run still come last.
  std::vector<deadline::v1::Clock> Clocks(const std::string& subject);
  // The one running clock of a kind; fails the test when there is none.
  deadline::v1::Clock Running(const std::string& subject, const std::string& kind);
  // The last clock of a kind, whatever its state.
  deadline::v1::Clock Last(const std::string& subject, const std::string& kind);

  RegistryStandIn registry_;
  rectify::testing::TestSystem system_;
};

}  // namespace rectify::hazard

// The order of entries that several services wrote at one instant.
#include "services/cli/timeline.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"

namespace rectify::cli {
namespace {

using audit::v1::AuditEntry;
using ::testing::ElementsAre;

AuditEntry Entry(int64_t second, const std::string& actor, const std::string& request_id,
                 const std::string& action) {
  AuditEntry entry;
  entry.mutable_occur_time()->set_seconds(second);
  entry.set_actor(actor);
  entry.set_request_id(request_id);
  entry.set_action(action);
  return entry;
}

std::vector<std::string> Merged(std::vector<std::vector<AuditEntry>> trails) {
  std::vector<std::string> actions;
  for (const AuditEntry& entry : MergeTrails(std::move(trails))) actions.push_back(entry.action());
  return actions;
}

TEST(TimelineTest, TimesNeverGoBack) {
  EXPECT_THAT(Merged({{Entry(1, "users/a", "r1", "first"), Entry(3, "users/a", "r2", "third")},
                      {Entry(2, "users/b", "r3", "second")}}),
              ElementsAre("first", "second", "third"));
}

TEST(TimelineTest, AnEffectInAnEarlierListStandsAfterItsCause) {
  EXPECT_THAT(Merged({{Entry(5, "services/hazard", "serve", "ordered")},
                      {Entry(5, "users/li", "serve", "served"),
                       Entry(5, "users/li", "serve", "clock started")},
                      {Entry(5, "services/reminder", "serve", "planned")}}),
              ElementsAre("served", "clock started", "ordered", "planned"));
}

TEST(TimelineTest, SeveralRequestsOfOneInstantKeepTheOrderOfCausesAndOfEachService) {
  EXPECT_THAT(Merged({{Entry(5, "users/li", "inspect", "inspected"),
                       Entry(5, "services/hazard", "serve", "ordered")},
                      {Entry(5, "services/deadline", "inspect", "drafted"),
                       Entry(5, "users/li", "serve", "served")}}),
              ElementsAre("inspected", "drafted", "served", "ordered"));
}

TEST(TimelineTest, AnEffectWhoseCauseIsNotInTheTrailIsNotHeldBack) {
  EXPECT_THAT(Merged({{Entry(5, "services/hazard", "elsewhere", "effect")},
                      {Entry(5, "users/li", "other", "act")}}),
              ElementsAre("effect", "act"));
}

TEST(TimelineTest, CausesThatContradictTheTimesDoNotStopTheMerge) {
  EXPECT_THAT(Merged({{Entry(4, "services/hazard", "serve", "ordered")},
                      {Entry(5, "users/li", "serve", "served")}}),
              ElementsAre("ordered", "served"));
}

}  // namespace
}  // namespace rectify::cli

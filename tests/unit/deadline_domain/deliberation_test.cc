#include "services/rectification_deadlines/domain/deliberation.h"

#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::StatusIs;

const absl::Time kMet = At(2023, 1, 10);

std::string CauseOf(std::optional<Deliberation> deliberation, bool needed = true) {
  const absl::Status status = CheckDeliberation(
      deliberation, {.needed = needed, .handling_officer = kLi, .not_before = At(2023, 1, 9)},
      kMet);
  if (status.ok()) return "";
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, "DELIBERATION_REQUIRED"));
  return DetailOf(status)->metadata.at("cause");
}

Deliberation Of(std::vector<bool> votes) {
  Deliberation deliberation = DeliberationAt(kMet);
  deliberation.participants.clear();
  for (const bool agrees : votes) {
    const std::string name =
        absl::StrCat("districts/120110/officers/p", deliberation.participants.size());
    deliberation.participants.push_back({name, agrees, "意见"});
  }
  deliberation.chair = deliberation.participants.front().officer;
  return deliberation;
}

TEST(DeliberationTest, IsNeededOnlyWhereThePolicySaysSo) {
  EXPECT_EQ(CauseOf(std::nullopt), "MISSING");
  EXPECT_EQ(CauseOf(std::nullopt, /*needed=*/false), "");
}

TEST(DeliberationTest, TakesThreeDifferentPeopleAndHalfIsNoMajority) {
  EXPECT_EQ(CauseOf(Of({true, true})), "TOO_FEW");
  EXPECT_EQ(CauseOf(Of({true, true, false})), "");
  EXPECT_EQ(CauseOf(Of({true, true, false, false})), "NOT_CARRIED");
  EXPECT_EQ(CauseOf(Of({true, false, false})), "NOT_CARRIED");
  Deliberation twice = Of({true, true, true});
  twice.participants[2].officer = twice.participants[1].officer;
  EXPECT_EQ(CauseOf(twice), "REPEATED");
}

TEST(DeliberationTest, IsLedByAParticipantWhoDoesNotHandleTheOrder) {
  Deliberation deliberation = Of({true, true, true});
  deliberation.chair = "districts/120110/officers/elsewhere";
  EXPECT_EQ(CauseOf(deliberation), "CHAIR_ABSENT");
  deliberation.participants[0].officer = deliberation.chair = kLi;
  EXPECT_EQ(CauseOf(deliberation), "CHAIR_HANDLES");
  deliberation.chair = deliberation.participants[1].officer;
  EXPECT_EQ(CauseOf(deliberation), "") << "the handling officer may report and vote";
}

TEST(DeliberationTest, NobodyTakesPartAndStaysAway) {
  Deliberation deliberation = Of({true, true, true});
  deliberation.recusals = {{deliberation.participants[2].officer, "亲属"}};
  EXPECT_EQ(CauseOf(deliberation), "REPEATED");
}

TEST(DeliberationTest, AnOptionalOneMustBeOneToo) {
  EXPECT_EQ(CauseOf(Of({true, true}), /*needed=*/false), "TOO_FEW");
  EXPECT_EQ(CauseOf(Of({false, false, true}), /*needed=*/false), "NOT_CARRIED");
}

}  // namespace
}  // namespace rectify::deadline::domain

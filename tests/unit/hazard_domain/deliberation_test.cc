#include "services/hazard_findings/domain/deliberation.h"

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using absl::StatusCode;
using rectify::testing::HasViolation;
using rectify::testing::StatusIs;

constexpr char kChief[] = "districts/120110/officers/01850000-0000-7000-8000-000000000014";

References KnownToMeeting() {
  References references = SampleReferences();
  references.officers[kChief] = SampleOfficer(kChief);
  return references;
}

Deliberation Meeting(const std::vector<bool>& votes) {
  const std::vector<std::string> officers = {kZhang, kLi, kWang, kChief};
  Deliberation meeting;
  meeting.meet_time = At(2023, 2, 3);
  meeting.chair = kLi;
  for (size_t i = 0; i < votes.size(); ++i) {
    meeting.participants.push_back({officers.at(i), "意见", votes[i]});
  }
  return meeting;
}

void AddExperts(Deliberation& meeting, size_t count, size_t agreeing) {
  for (size_t i = 0; i < count; ++i) {
    meeting.experts.push_back({absl::StrCat("专家", i), "意见", i < agreeing});
  }
}

const DeliberationRules kRules = {kZhang, At(2023, 2, 1), false};

absl::Status Try(Deliberation meeting, const DeliberationRules& rules = kRules) {
  return Decide(meeting, rules, KnownToMeeting(), At(2023, 2, 4));
}

bool Carried(Deliberation meeting) {
  EXPECT_OK(Decide(meeting, kRules, KnownToMeeting(), At(2023, 2, 4)));
  return meeting.carried;
}

TEST(DeliberationTest, NeedsThreeDifferentPeople) {
  EXPECT_THAT(Try(Meeting({true, true})),
              StatusIs(StatusCode::kFailedPrecondition, "COLLECTIVE_TOO_SMALL"));
  EXPECT_OK(Try(Meeting({true, true, true})));
  Deliberation twice = Meeting({true, true, true});
  twice.participants[2].voter = kLi;
  EXPECT_THAT(Try(twice), HasViolation("deliberation.participants[2]"));
  Deliberation stranger = Meeting({true, true, true});
  stranger.participants[2].voter = "districts/120110/officers/nobody";
  EXPECT_TRUE(absl::IsNotFound(Try(stranger)));
}

TEST(DeliberationTest, IsLedByAParticipantWhoDoesNotHandleTheCase) {
  Deliberation meeting = Meeting({true, true, true});
  meeting.chair = kZhang;
  EXPECT_THAT(Try(meeting), StatusIs(StatusCode::kFailedPrecondition, "CHAIR_NOT_ALLOWED"));
  meeting.chair = kChief;
  EXPECT_THAT(Try(meeting), HasViolation("deliberation.chair"));
}

TEST(DeliberationTest, IsCarriedByMoreThanHalf) {
  EXPECT_TRUE(Carried(Meeting({true, true, false})));
  EXPECT_FALSE(Carried(Meeting({true, false, false})));
  EXPECT_FALSE(Carried(Meeting({true, true, false, false})));
  EXPECT_TRUE(Carried(Meeting({true, true, true, false})));
}

TEST(DeliberationTest, APanelHasSevenExpertsOfWhomTwoThirdsMustAgree) {
  Deliberation meeting = Meeting({true, true, true});
  AddExperts(meeting, 6, 6);
  EXPECT_THAT(Try(meeting), StatusIs(StatusCode::kFailedPrecondition, "COLLECTIVE_TOO_SMALL"));
  meeting = Meeting({true, true, true});
  AddExperts(meeting, 7, 4);
  EXPECT_FALSE(Carried(meeting));
  meeting = Meeting({true, true, true});
  AddExperts(meeting, 7, 5);
  EXPECT_TRUE(Carried(meeting));
  meeting = Meeting({true, true, true});
  AddExperts(meeting, 9, 6);  // exactly two thirds
  EXPECT_TRUE(Carried(meeting));
}

TEST(DeliberationTest, ExpertsThatWereCalledForMustBeHeard) {
  DeliberationRules rules = kRules;
  rules.experts_required = true;
  EXPECT_THAT(Try(Meeting({true, true, true}), rules),
              StatusIs(StatusCode::kFailedPrecondition, "COLLECTIVE_TOO_SMALL"));
}

TEST(DeliberationTest, LiesBetweenItsMatterAndNow) {
  Deliberation meeting = Meeting({true, true, true});
  meeting.meet_time = At(2023, 2, 5);
  EXPECT_THAT(Try(meeting), StatusIs(StatusCode::kInvalidArgument, "IN_THE_FUTURE"));
  meeting.meet_time = At(2023, 1, 31);
  EXPECT_THAT(Try(meeting), HasViolation("deliberation.meet_time"));
}

}  // namespace
}  // namespace rectify::hazard::domain

// Penalised units and quarters.
#include "services/followup_visits/domain/unit.h"

#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

using ::rectify::testing::HasViolation;

constexpr absl::CivilDay kToday(2023, 3, 20);

TEST(UnitTest, RefusesWhatCannotBeAPenalisedUnit) {
  EXPECT_OK(CheckUnit(SampleUnit(1), kToday));
  const auto with = [](auto change) {
    PenalisedUnit unit = SampleUnit(1);
    change(unit);
    return CheckUnit(unit, kToday);
  };
  EXPECT_THAT(with([](PenalisedUnit& u) { u.decision_number.clear(); }),
              HasViolation("decision_number"));
  EXPECT_THAT(with([](PenalisedUnit& u) { u.party = std::string(201, 'x'); }),
              HasViolation("party"));
  EXPECT_THAT(with([](PenalisedUnit& u) { u.officers.clear(); }), HasViolation("officers"));
  EXPECT_THAT(with([](PenalisedUnit& u) { u.officers = {"users/zhang"}; }),
              HasViolation("officers"));
  EXPECT_THAT(with([](PenalisedUnit& u) { u.venue = "districts/120101/venues/x"; }),
              HasViolation("venue"));
  EXPECT_THAT(with([](PenalisedUnit& u) { u.decision_date = kToday + 1; }),
              HasViolation("decision_date"));
  EXPECT_OK(with([](PenalisedUnit& u) { u.venue.clear(); }));
}

TEST(UnitTest, TheDigestChangesWithEveryFactAndWithTheSalt) {
  const PenalisedUnit unit = SampleUnit(1);
  const std::string digest = FactsDigest(unit, "salt");
  EXPECT_NE(digest, FactsDigest(unit, "other"));
  PenalisedUnit changed = unit;
  changed.party = "示例单位乙";
  EXPECT_NE(digest, FactsDigest(changed, "salt"));
  changed = unit;
  changed.officers.pop_back();
  EXPECT_NE(digest, FactsDigest(changed, "salt"));
  changed = unit;
  changed.state = UnitState::kVisited;
  EXPECT_EQ(digest, FactsDigest(changed, "salt")) << "being visited is no change of the facts";
}

TEST(QuarterTest, KnowsItsDaysAndItsText) {
  EXPECT_EQ(QuarterOf(absl::CivilDay(2023, 3, 31)).text(), "2023Q1");
  EXPECT_EQ(QuarterOf(absl::CivilDay(2023, 10, 1)).text(), "2023Q4");
  EXPECT_EQ((Quarter{2023, 4}.LastDay()), absl::CivilDay(2023, 12, 31));
  EXPECT_EQ((Quarter{2024, 1}.index() - Quarter{2023, 4}.index()), 1);
  ASSERT_OK_AND_ASSIGN(const Quarter quarter, ParseQuarter("2023Q2", "quarter"));
  EXPECT_EQ(quarter.FirstDay(), absl::CivilDay(2023, 4, 1));
  for (const char* wrong : {"", "2023", "2023Q5", "2023q1", "1999Q1", "2023Q12"}) {
    EXPECT_THAT(ParseQuarter(wrong, "quarter"), HasViolation("quarter")) << wrong;
  }
}

}  // namespace
}  // namespace rectify::followup::domain

// Recusal from end to end: what visitors declare, over the frame, to who is sent.
#include <algorithm>
#include <map>
#include <random>

#include "services/followup_visits/domain/frame.h"
#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

constexpr int kRecusalDraws = 10'000;

// The rule in other words than the program's: no name of the case is among the visitor's own.
bool Touched(const Visitor& visitor, const PenalisedUnit& unit) {
  std::vector<std::string> own = visitor.officers;
  for (const Interest& interest : visitor.interests) own.push_back(interest.subject);
  std::vector<std::string> names = unit.officers;
  names.insert(names.end(), {unit.venue, unit.name()});
  return std::find_first_of(own.begin(), own.end(), names.begin(), names.end()) != own.end();
}

// Eight units and seven visitors with ties of every kind.
FrameDraft AnyFrame(std::mt19937& random) {
  FrameDraft draft = SampleFrame(8);
  draft.visitors.clear();
  for (int n = 0; n < 7; ++n) {
    Visitor visitor = SampleVisitor(n);
    const PenalisedUnit& unit = draft.units[random() % draft.units.size()];
    switch (random() % 5) {
      case 0:
        visitor.officers = {OfficerName(static_cast<int>(random() % 5))};
        break;
      case 1:
        visitor.interests = {{unit.venue, "亲属任职"}};
        break;
      case 2:
        visitor.interests = {{unit.name(), "曾任顾问"}};
        break;
      case 3:
        visitor.interests = {{unit.officers[1], "亲属"}};
        break;
      default:
        break;
    }
    draft.visitors.push_back(std::move(visitor));
  }
  return draft;
}

TEST(RecusalTest, OverTenThousandDrawsNobodyIsSentWhereHeHasATie) {
  std::mt19937 random(20230320);  // NOLINT(cert-msc51-cpp): reproducible
  int drawn = 0;
  int ties = 0;
  int infeasible = 0;
  for (int round = 0; round < kRecusalDraws; ++round) {
    const FrameDraft draft = AnyFrame(random);
    std::map<std::string, const Visitor*> visitors;
    for (const Visitor& visitor : draft.visitors) visitors[visitor.code] = &visitor;
    const auto frozen = FreezeFrame(draft, SamplePolicy(), SampleSalt);
    if (!frozen.ok()) {
      ++infeasible;
      continue;
    }
    const std::string seed = SeedOf(CommitmentOf(frozen->terms), {absl::StrCat(round)}, "");
    for (const Place& place : DrawLots(seed, LotteryOf(frozen->terms, frozen->rows))) {
      const auto unit =
          std::find_if(draft.units.begin(), draft.units.end(),
                       [&](const PenalisedUnit& each) { return each.id == place.unit; });
      ASSERT_EQ(place.visitors.size(), 2u) << round;
      ASSERT_NE(place.visitors[0], place.visitors[1]) << round;
      for (const std::string& code : place.visitors) {
        ASSERT_FALSE(Touched(*visitors.at(code), *unit)) << round << " " << code;
      }
      ++drawn;
      ties += static_cast<int>(
          std::count_if(draft.visitors.begin(), draft.visitors.end(),
                        [&](const Visitor& visitor) { return Touched(visitor, *unit); }));
    }
  }
  EXPECT_GT(ties, drawn) << "hardly a tie: the test shows nothing";
  EXPECT_LT(infeasible, kRecusalDraws / 10);
}

TEST(RecusalTest, ATieThatIsDeclaredAfterTheDrawBarsAsWell) {
  const PenalisedUnit unit = SampleUnit(1);
  std::vector<Visitor> visitors = {SampleVisitor(0), SampleVisitor(1), SampleVisitor(2)};
  EXPECT_THAT(BarredAmong({"v0", "v1"}, visitors, unit), ::testing::IsEmpty());
  visitors[1].interests = {{unit.venue, "亲属任职"}};
  visitors[2].officers = {unit.officers[0]};
  EXPECT_THAT(BarredAmong({"v0", "v1"}, visitors, unit), ::testing::ElementsAre("v1"));
  EXPECT_THAT(BarredAmong({"v2", "v1"}, visitors, unit), ::testing::ElementsAre("v1", "v2"));
}

}  // namespace
}  // namespace rectify::followup::domain

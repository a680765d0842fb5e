// Carry-over: over simulated years every unit is visited within the span, whatever the seeds and
// however new units arrive.
#include <algorithm>
#include <map>
#include <random>

#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

// One simulated history of `quarters` quarters; returns the longest wait in quarters.
int LongestWait(int round, int quarters, int span) {
  std::mt19937 random(round);  // NOLINT(cert-msc51-cpp): reproducible
  DrawPolicy policy = SamplePolicy();
  policy.span_quarters = span;
  std::map<std::string, PenalisedUnit> waiting;
  int longest = 0;
  int next_id = 0;
  for (int index = 0; index < quarters; ++index) {
    FrameDraft draft = SampleFrame(0);
    draft.quarter = {2023 + index / 4, 1 + index % 4};
    for (int added = static_cast<int>(random() % 5); added > 0; --added) {
      const PenalisedUnit unit =
          SampleUnit(next_id++, static_cast<CaseKind>(1 + random() % 3), draft.quarter);
      waiting.emplace(unit.id, unit);
    }
    if (waiting.empty()) continue;
    for (const auto& [id, unit] : waiting) draft.units.push_back(unit);
    const absl::StatusOr<FrozenFrame> frozen = FreezeFrame(draft, policy, SampleSalt);
    EXPECT_OK(frozen);
    Lottery lottery = LotteryOf(frozen->terms, frozen->rows);
    lottery.visitors.clear();  // who visits is no matter here
    const std::string seed = SeedOf(absl::StrCat(round, "/", index), {}, "");
    for (const Place& place : DrawLots(seed, lottery)) {
      if (!place.drawn) continue;
      const PenalisedUnit& unit = waiting.at(place.unit);
      longest = std::max(longest, draft.quarter.index() - unit.entry_quarter.index() + 1);
      waiting.erase(place.unit);
    }
  }
  return longest;
}

TEST(CoverageTest, EveryUnitIsVisitedWithinTheSpan) {
  int seen = 0;
  for (int round = 0; round < 400; ++round) seen = std::max(seen, LongestWait(round, 25, 4));
  EXPECT_LE(seen, 4);
  EXPECT_GE(seen, 3) << "nothing ever waited: the simulation tests nothing";
}

TEST(CoverageTest, AShorterSpanHoldsToo) {
  for (int round = 0; round < 50; ++round) EXPECT_LE(LongestWait(round, 16, 2), 2);
  for (int round = 0; round < 20; ++round) EXPECT_LE(LongestWait(round, 8, 1), 1);
}

}  // namespace
}  // namespace rectify::followup::domain

// The drawing: every unit has the same chance, nobody visits a unit with which he has a tie, and
// the same seed gives the same sample.
#include "services/followup_visits/domain/lottery.h"

#include <algorithm>
#include <map>
#include <random>

#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kDraws = 10'000;

Lottery Units(int count, int quota) {
  Lottery lottery;
  for (int n = 0; n < count; ++n) lottery.rows.push_back({Id(n), "penalty", {}, ""});
  lottery.strata = {{"penalty", "行政处罚", 0, count, quota}};
  lottery.visitors = {"v0", "v1", "v2", "v3", "v4", "v5"};
  return lottery;
}

std::string Seed(int n) { return SeedOf("commitment", {absl::StrCat("half ", n)}, ""); }

std::vector<std::string> Drawn(const std::vector<Place>& places) {
  std::vector<std::string> units;
  for (const Place& place : places) {
    if (place.drawn) units.push_back(place.unit);
  }
  return units;
}

// Pearson's statistic of equally likely inclusion, corrected for drawing without replacement; about
// chi-square with (categories - 1) degrees of freedom.
double ChiSquare(const std::map<std::string, int>& counts, int categories, int taken) {
  const double expected = static_cast<double>(kDraws) * taken / categories;
  double sum = 0;
  for (const auto& [name, count] : counts) sum += (count - expected) * (count - expected);
  return sum / expected * (categories - 1) / (categories - taken);
}

TEST(LotteryTest, TheSameSeedDrawsTheSameUnitsAndAnotherSeedOthers) {
  const Lottery lottery = Units(40, 10);
  EXPECT_EQ(DrawLots(Seed(1), lottery), DrawLots(Seed(1), lottery));
  EXPECT_NE(Drawn(DrawLots(Seed(1), lottery)), Drawn(DrawLots(Seed(2), lottery)));
}

TEST(LotteryTest, TheOrderOfTheFrameChangesNothing) {
  Lottery lottery = Units(40, 10);
  const std::vector<Place> places = DrawLots(Seed(1), lottery);
  std::reverse(lottery.rows.begin(), lottery.rows.end());
  EXPECT_EQ(DrawLots(Seed(1), lottery), places);
}

TEST(LotteryTest, EveryPartOfTheSeedDecides) {
  const std::string seed = SeedOf("c", {"a", "b"}, "p");
  EXPECT_THAT(seed, SizeIs(32));
  EXPECT_NE(seed, SeedOf("d", {"a", "b"}, "p"));
  EXPECT_NE(seed, SeedOf("c", {"b", "a"}, "p"));
  EXPECT_NE(seed, SeedOf("c", {"a", "b"}, "q"));
}

// Degrees of freedom 39: 99.9 % of all honest lotteries stay below 72.05.
TEST(LotteryTest, OverTenThousandDrawsEveryUnitIsDrawnEquallyOften) {
  Lottery lottery = Units(40, 10);
  lottery.visitors.clear();
  std::map<std::string, int> counts;
  for (int n = 0; n < kDraws; ++n) {
    const std::vector<std::string> drawn = Drawn(DrawLots(Seed(n), lottery));
    ASSERT_THAT(drawn, SizeIs(10));
    for (const std::string& unit : drawn) ++counts[unit];
  }
  ASSERT_THAT(counts, SizeIs(40));
  EXPECT_LT(ChiSquare(counts, 40, 10), 72.05);
}

// Degrees of freedom 5: 99.9 % stay below 20.52.
TEST(LotteryTest, OverTenThousandDrawsEveryVisitorIsAssignedEquallyOften) {
  const Lottery lottery = Units(1, 1);
  std::map<std::string, int> counts;
  for (int n = 0; n < kDraws; ++n) {
    const std::vector<Place> places = DrawLots(Seed(n), lottery);
    for (const std::string& visitor : places[0].visitors) ++counts[visitor];
  }
  ASSERT_THAT(counts, SizeIs(6));
  EXPECT_LT(ChiSquare(counts, 6, 2), 20.52);
}

TEST(LotteryTest, ForcedAndDueUnitsAreAlwaysDrawnAndTheOthersShareTheRest) {
  Lottery lottery = Units(40, 10);
  lottery.visitors.clear();
  lottery.must = {Id(3), Id(7)};
  std::map<std::string, int> counts;
  for (int n = 0; n < kDraws; ++n) {
    for (const std::string& unit : Drawn(DrawLots(Seed(n), lottery))) ++counts[unit];
  }
  EXPECT_EQ(counts[Id(3)], kDraws);
  EXPECT_EQ(counts[Id(7)], kDraws);
  counts.erase(Id(3));
  counts.erase(Id(7));
  EXPECT_LT(ChiSquare(counts, 38, 8), 69.35);  // 37 degrees of freedom, 99.9 %
}

TEST(LotteryTest, MoreForcedUnitsThanTheQuotaAreAllDrawn) {
  Lottery lottery = Units(10, 2);
  lottery.must = {Id(1), Id(2), Id(3)};
  EXPECT_THAT(Drawn(DrawLots(Seed(1), lottery)), SizeIs(3));
}

TEST(LotteryTest, ExcludedUnitsHaveNoPlace) {
  Lottery lottery = Units(10, 10);
  lottery.excluded = {Id(4)};
  const std::vector<Place> places = DrawLots(Seed(1), lottery);
  EXPECT_THAT(places, SizeIs(9));
  EXPECT_THAT(Drawn(places), Not(Contains(Id(4))));
}

TEST(LotteryTest, ReservesFollowInTheSameOrderWithTheirVisitors) {
  const std::vector<Place> places = DrawLots(Seed(1), Units(10, 4));
  ASSERT_THAT(places, SizeIs(10));
  for (int rank = 0; rank < 10; ++rank) {
    EXPECT_EQ(places[rank].rank, rank);
    EXPECT_EQ(places[rank].drawn, rank < 4);
    EXPECT_THAT(places[rank].visitors, SizeIs(2));
  }
}

// The statistic is no formality: when one draw in twenty is made again until it pleases, it tells.
TEST(LotteryTest, AHiddenSecondDrawNowAndThenWouldShow) {
  Lottery lottery = Units(40, 10);
  lottery.visitors.clear();
  std::map<std::string, int> counts;
  for (int n = 0; n < kDraws; ++n) {
    std::vector<std::string> drawn = Drawn(DrawLots(Seed(n), lottery));
    for (int again = kDraws + 100 * n;
         n % 20 == 0 && std::count(drawn.begin(), drawn.end(), Id(0)) == 0; ++again) {
      drawn = Drawn(DrawLots(Seed(again), lottery));
    }
    for (const std::string& unit : drawn) ++counts[unit];
  }
  EXPECT_GT(ChiSquare(counts, 40, 10), 72.05);
}

// Random ties between random visitors and units, over and over: the rule holds each time.
TEST(LotteryTest, NobodyIsEverAssignedToAUnitWithWhichHeHasATie) {
  std::mt19937 random(20230320);  // NOLINT(cert-msc51-cpp): reproducible
  for (int round = 0; round < kDraws; ++round) {
    Lottery lottery = Units(8, 4);
    lottery.visitors_per_unit = 2 + round % 3;
    for (FrameRow& row : lottery.rows) {
      for (const std::string& visitor : lottery.visitors) {
        if (random() % 3 == 0) row.barred.push_back(visitor);
      }
    }
    for (const Place& place : DrawLots(Seed(round), lottery)) {
      const auto row = std::find_if(lottery.rows.begin(), lottery.rows.end(),
                                    [&](const FrameRow& each) { return each.unit == place.unit; });
      ASSERT_THAT(row->barred, Each(Not(::testing::AnyOfArray(place.visitors)))) << round;
      const size_t free = lottery.visitors.size() - row->barred.size();
      ASSERT_THAT(place.visitors, SizeIs(std::min<size_t>(free, lottery.visitors_per_unit)));
    }
  }
}

}  // namespace
}  // namespace rectify::followup::domain

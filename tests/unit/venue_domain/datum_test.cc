// Points of map services on the datum of government maps. The pairs were made by an independent
// program from the published forward transformations.
#include "services/venue_registry/domain/datum.h"

#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rectify::venue::domain {
namespace {

constexpr double kCentimetre = 1e-7;  // degrees
constexpr double kMetre = 1e-5;

constexpr Point kDongli = {117.44254825, 39.06171056, Datum::kCgcs2000};
constexpr Point kShanghai = {121.4737, 31.2304, Datum::kCgcs2000};

TEST(DatumTest, GovernmentPointsStayAsTheyAre) { EXPECT_EQ(ToCgcs2000(kDongli), kDongli); }

TEST(DatumTest, TheShiftOfGcj02IsTakenOff) {
  const Point dongli = ToCgcs2000({117.44906786, 39.06281426, Datum::kGcj02});
  EXPECT_EQ(dongli.datum, Datum::kCgcs2000);
  EXPECT_NEAR(dongli.longitude, kDongli.longitude, kCentimetre);
  EXPECT_NEAR(dongli.latitude, kDongli.latitude, kCentimetre);
  const Point shanghai = ToCgcs2000({121.47822306, 31.22845774, Datum::kGcj02});
  EXPECT_NEAR(shanghai.longitude, kShanghai.longitude, kCentimetre);
  EXPECT_NEAR(shanghai.latitude, kShanghai.latitude, kCentimetre);
}

TEST(DatumTest, TheTwistOfBd09IsTakenOffToo) {
  const Point dongli = ToCgcs2000({117.45557079, 39.06879615, Datum::kBd09});
  EXPECT_NEAR(dongli.longitude, kDongli.longitude, kMetre);
  EXPECT_NEAR(dongli.latitude, kDongli.latitude, kMetre);
  const Point shanghai = ToCgcs2000({121.48478147, 31.23431059, Datum::kBd09});
  EXPECT_NEAR(shanghai.longitude, kShanghai.longitude, kMetre);
  EXPECT_NEAR(shanghai.latitude, kShanghai.latitude, kMetre);
}

TEST(DatumTest, ThePublishedAreaOfTheShiftIsItsLimit) {
  const Point abroad = ToCgcs2000({135.0, 0.5, Datum::kGcj02});
  EXPECT_EQ(abroad, (Point{135.0, 0.5, Datum::kCgcs2000}));
}

TEST(DatumTest, DistancesAreThoseOfTheSphere) {
  EXPECT_DOUBLE_EQ(DistanceMetres(kDongli, kDongli), 0);
  // One degree of a great circle.
  EXPECT_NEAR(DistanceMetres({117, 39, Datum::kCgcs2000}, {117, 40, Datum::kCgcs2000}), 111195, 1);
  EXPECT_NEAR(DistanceMetres({117, 39, Datum::kCgcs2000}, {118, 39, Datum::kCgcs2000}), 86415, 15);
}

TEST(DatumTest, TheCellsOfACircleHoldEveryPointInIt) {
  constexpr double kRadius = 5000;
  for (const Point& centre : {kDongli, Point{123.4, 53.5, Datum::kCgcs2000}}) {
    const std::vector<int64_t> cells = CellsAround(centre, kRadius);
    EXPECT_LE(cells.size(), 200u);
    for (int degree = 0; degree < 360; ++degree) {
      const double angle = degree * M_PI / 180;
      Point edge = centre;
      edge.latitude += kRadius / 111195 * std::sin(angle);
      edge.longitude += kRadius / 111195 / std::cos(centre.latitude * M_PI / 180) * std::cos(angle);
      EXPECT_TRUE(std::count(cells.begin(), cells.end(), CellOf(edge))) << degree;
    }
  }
  EXPECT_EQ(CellsAround({117.005, 39.005, Datum::kCgcs2000}, 1).size(), 1u);
}

}  // namespace
}  // namespace rectify::venue::domain

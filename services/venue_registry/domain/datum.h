// Points of map services on the datum of government maps, and distances between points.
#pragma once

#include <cstdint>
#include <vector>

#include "services/venue_registry/domain/point.h"

namespace rectify::venue::domain {

// The same place on CGCS2000. GCJ-02 shifts by a published pair of series on the Krasovsky
// ellipsoid and has no closed inverse: the shift is taken off by iteration, right to a centimetre.
// BD-09 is a further twist of GCJ-02; its usual inverse is right to about half a metre. Neither
// shifts outside mainland China (72.004 to 137.8347 east, 0.8293 to 55.8271 north).
Point ToCgcs2000(const Point& point);

// Metres along the great circle of a sphere of 6371008.8 m; both points are on CGCS2000. Within
// 5 km the error against the ellipsoid is below 0.5 %.
double DistanceMetres(const Point& a, const Point& b);

// Cells of a hundredth of a degree tell where to look. Points near each other lie in one cell or in
// neighbouring ones.
int64_t CellOf(const Point& point);
// The cells that a circle touches, at most 200 for 5 km within China.
std::vector<int64_t> CellsAround(const Point& centre, double radius_metres);

}  // namespace rectify::venue::domain

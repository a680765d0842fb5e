#include "services/venue_registry/domain/datum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rectify::venue::domain {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kRadians = kPi / 180;
constexpr double kEarthRadius = 6371008.8;  // mean radius (IUGG), metres

// Krasovsky 1940, on which GCJ-02 is defined.
constexpr double kSemiMajorAxis = 6378245.0;
constexpr double kEccentricitySquared = 0.00669342162296594323;
// BD-09's own unit of angle.
constexpr double kBaiduPi = kPi * 3000 / 180;

constexpr int64_t kCellsPerDegree = 100;
constexpr int64_t kCellRow = 100000;  // more than there are cells around the earth

struct Shift {
  double longitude, latitude;
};

bool IsShifted(double longitude, double latitude) {
  return longitude >= 72.004 && longitude <= 137.8347 && latitude >= 0.8293 && latitude <= 55.8271;
}

double LatitudeSeries(double x, double y) {
  double sum = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * std::sqrt(std::abs(x));
  sum += (20 * std::sin(6 * x * kPi) + 20 * std::sin(2 * x * kPi)) * 2 / 3;
  sum += (20 * std::sin(y * kPi) + 40 * std::sin(y / 3 * kPi)) * 2 / 3;
  sum += (160 * std::sin(y / 12 * kPi) + 320 * std::sin(y * kPi / 30)) * 2 / 3;
  return sum;
}

double LongitudeSeries(double x, double y) {
  double sum = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * std::sqrt(std::abs(x));
  sum += (20 * std::sin(6 * x * kPi) + 20 * std::sin(2 * x * kPi)) * 2 / 3;
  sum += (20 * std::sin(x * kPi) + 40 * std::sin(x / 3 * kPi)) * 2 / 3;
  sum += (150 * std::sin(x / 12 * kPi) + 300 * std::sin(x / 30 * kPi)) * 2 / 3;
  return sum;
}

// What GCJ-02 adds to a true point, in degrees.
Shift GcjShift(double longitude, double latitude) {
  if (!IsShifted(longitude, latitude)) return {0, 0};
  const double x = longitude - 105, y = latitude - 35;
  const double phi = latitude * kRadians;
  const double magic = 1 - kEccentricitySquared * std::sin(phi) * std::sin(phi);
  const double root = std::sqrt(magic);
  return {LongitudeSeries(x, y) / (kSemiMajorAxis / root * std::cos(phi) * kRadians),
          LatitudeSeries(x, y) /
              (kSemiMajorAxis * (1 - kEccentricitySquared) / (magic * root) * kRadians)};
}

Point FromGcj(double longitude, double latitude) {
  Point guess{longitude, latitude, Datum::kCgcs2000};
  // The shift changes slowly from place to place: each round gains about three digits.
  for (int round = 0; round < 4; ++round) {
    const Shift shift = GcjShift(guess.longitude, guess.latitude);
    guess.longitude = longitude - shift.longitude;
    guess.latitude = latitude - shift.latitude;
  }
  return guess;
}

Point FromBaidu(double longitude, double latitude) {
  if (!IsShifted(longitude, latitude)) return {longitude, latitude, Datum::kCgcs2000};
  const double x = longitude - 0.0065, y = latitude - 0.006;
  const double radius = std::hypot(x, y) - 0.00002 * std::sin(y * kBaiduPi);
  const double angle = std::atan2(y, x) - 0.000003 * std::cos(x * kBaiduPi);
  return FromGcj(radius * std::cos(angle), radius * std::sin(angle));
}

int64_t RowOf(double latitude) {
  return static_cast<int64_t>(std::floor(latitude * kCellsPerDegree));
}

int64_t ColumnOf(double longitude) {
  return static_cast<int64_t>(std::floor(longitude * kCellsPerDegree));
}

}  // namespace

Point ToCgcs2000(const Point& point) {
  switch (point.datum) {
    case Datum::kGcj02:
      return FromGcj(point.longitude, point.latitude);
    case Datum::kBd09:
      return FromBaidu(point.longitude, point.latitude);
    case Datum::kCgcs2000:
      break;
  }
  return {point.longitude, point.latitude, Datum::kCgcs2000};
}

double DistanceMetres(const Point& a, const Point& b) {
  const double north = std::sin((b.latitude - a.latitude) * kRadians / 2);
  const double east = std::sin((b.longitude - a.longitude) * kRadians / 2);
  const double chord = north * north + std::cos(a.latitude * kRadians) *
                                           std::cos(b.latitude * kRadians) * east * east;
  return 2 * kEarthRadius * std::asin(std::sqrt(std::min(1.0, chord)));
}

int64_t CellOf(const Point& point) {
  return RowOf(point.latitude) * kCellRow + ColumnOf(point.longitude);
}

std::vector<int64_t> CellsAround(const Point& centre, double radius_metres) {
  const double north = radius_metres / (kEarthRadius * kRadians);
  const double east = north / std::cos((std::abs(centre.latitude) + north) * kRadians);
  std::vector<int64_t> cells;
  for (int64_t row = RowOf(centre.latitude - north); row <= RowOf(centre.latitude + north); ++row) {
    for (int64_t column = ColumnOf(centre.longitude - east);
         column <= ColumnOf(centre.longitude + east); ++column) {
      cells.push_back(row * kCellRow + column);
    }
  }
  return cells;
}

}  // namespace rectify::venue::domain

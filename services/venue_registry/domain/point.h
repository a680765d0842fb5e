// Points on the earth with their datum.
#pragma once

namespace rectify::venue::domain {

// The numbers are those of the contract and of the tables.
enum class Datum { kCgcs2000 = 1, kGcj02, kBd09 };

struct Point {
  double longitude = 0;  // degrees east
  double latitude = 0;   // degrees north
  Datum datum = {};
  bool operator==(const Point&) const = default;
};

}  // namespace rectify::venue::domain

// The drawing itself. Everything here follows from the seed and from what was fixed before the seed
// existed; tests/unit/followup_domain/verify_draw.py does the same in thirty lines of Python.
//
// Numbers come from one pseudo-random function: HMAC-SHA256 under the seed. The units of a stratum
// are put in the order of their numbers, those that must be visited in front, and the first ones
// are drawn; the rest, in the same order, are the reserve from which failed visits are replaced.
// The visitors of a unit are those free of ties to it, in the order of their numbers for that unit.
// Nobody chooses anything after the seed is known.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rectify::followup::domain {

// One line of a frame: a unit as the draw sees it.
struct FrameRow {
  std::string unit;                 // id of the unit, means nothing outside
  std::string stratum;              // code
  std::vector<std::string> barred;  // codes of visitors who must keep away, sorted
  std::string facts;                // digest of the unit's facts
  friend bool operator==(const FrameRow&, const FrameRow&) = default;
};

// One stratum with its quota.
struct Stratum {
  std::string code, title;
  int rate_percent = 0;
  int size = 0;   // units that may be drawn
  int quota = 0;  // at most size
  friend bool operator==(const Stratum&, const Stratum&) = default;
};

// What a draw draws from.
struct Lottery {
  std::vector<FrameRow> rows;
  std::vector<Stratum> strata;
  std::set<std::string> must;         // units drawn whatever the seed says: forced or due
  std::set<std::string> excluded;     // units not drawn
  std::vector<std::string> visitors;  // codes
  int visitors_per_unit = 2;
};

// A unit's place in the order of its stratum.
struct Place {
  std::string unit, stratum;
  int rank = 0;  // from 0
  bool drawn = false;
  std::vector<std::string> visitors;
  friend bool operator==(const Place&, const Place&) = default;
};

// SHA-256 over the commitment, the halves in the order of the officials and the public value, one
// line each. 32 bytes.
std::string SeedOf(absl::string_view commitment, const std::vector<std::string>& halves,
                   absl::string_view public_value);

// HMAC-SHA256(seed, text), hexadecimal.
std::string NumberOf(absl::string_view seed, absl::string_view text);

// All units that may be drawn: by stratum in the order of the strata, then by rank.
std::vector<Place> DrawLots(absl::string_view seed, const Lottery& lottery);

// The visitors of one unit: fewer than `count` when not enough are free of ties to it.
std::vector<std::string> AssignVisitors(absl::string_view seed, const FrameRow& row,
                                        const std::vector<std::string>& visitors, int count);

}  // namespace rectify::followup::domain

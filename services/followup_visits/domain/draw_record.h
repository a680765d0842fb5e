// The published record of a draw: a JSON document with sorted keys, no spaces and no numbers but
// whole ones, so that every JSON library writes the same bytes. It names units by ids that mean
// nothing outside, and tells all that is needed to draw again.
//
// Lines of the frame, sorted by unit id, four fields parted by tabs:
//   unit id, stratum code, codes of barred visitors parted by commas, digest of the unit's facts
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/followup_visits/domain/lottery.h"

namespace rectify::followup::domain {

// A unit and why it is treated apart.
struct Pick {
  std::string unit;  // id
  std::string reason;
  friend bool operator==(const Pick&, const Pick&) = default;
};

// All that is fixed before any part of the seed exists, besides the frame, which is in it by hash.
struct Terms {
  std::string district;
  std::string draw;      // id
  int number = 0;        // of the district, from 1
  std::string previous;  // hash of the record before, "" for the first
  std::string quarter;
  std::vector<std::string> case_kinds, streets;  // to which the frame was limited, empty: to none
  std::string freeze_time;                       // "2023-03-20 10:00" in China's zone
  int policy_version = 0;
  int span_quarters = 0;
  int visitors_per_unit = 0;
  std::string frame_hash;
  int frame_size = 0;
  std::vector<Stratum> strata;
  std::vector<Pick> forced, excluded;
  std::vector<std::string> due;        // units whose span ends with this quarter
  std::vector<std::string> visitors;   // codes
  std::vector<std::string> officials;  // who give a half of the seed each
  std::string public_source;
  friend bool operator==(const Terms&, const Terms&) = default;
};

struct Half {
  std::string official;
  std::string commitment;  // hexadecimal
  std::string value;       // "" before it is revealed
  friend bool operator==(const Half&, const Half&) = default;
};

struct DrawRecord {
  Terms committed;
  std::string commitment;
  std::vector<FrameRow> frame;
  std::vector<Half> halves;
  std::string public_value;
  std::string abandon_reason;  // "" when it was drawn
  std::string finish_time;
  std::vector<Place> sample;  // the places drawn; their rank is their order, not told
};

std::string FrameLine(const FrameRow& row);
// An empty row, which has another line, when `line` is none.
FrameRow ParseFrameLine(absl::string_view line);
// Hexadecimal SHA-256 of all lines, each with a line feed.
std::string FrameHash(const std::vector<FrameRow>& rows);
// Hexadecimal SHA-256 of the terms as JSON.
std::string CommitmentOf(const Terms& terms);
// Hexadecimal SHA-256 of any document.
std::string HashOf(absl::string_view document);

std::string WriteTerms(const Terms& terms);
absl::StatusOr<Terms> ReadTerms(absl::string_view json);

std::string WriteRecord(const DrawRecord& record);
// INVALID_ARGUMENT on `record` when it is no record at all. Fields that a record does not have are
// lost, so that a document that has them is not what WriteRecord makes of it.
absl::StatusOr<DrawRecord> ReadRecord(absl::string_view json);

// What the terms and the frame draw from.
Lottery LotteryOf(const Terms& terms, const std::vector<FrameRow>& frame);

}  // namespace rectify::followup::domain

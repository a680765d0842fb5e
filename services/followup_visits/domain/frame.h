// Freezing a frame: who may be drawn, by which quotas, and who may visit whom. After this nothing
// can be changed, and nobody knows the seed yet.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/followup_visits/domain/draw_policy.h"
#include "services/followup_visits/domain/draw_record.h"
#include "services/followup_visits/domain/visitor.h"

namespace rectify::followup::domain {

// A record with so many units still fits a message.
inline constexpr size_t kMaxFrame = 10000;

struct FrameDraft {
  std::string district, draw;  // id of the draw
  int number = 0;
  std::string previous;  // hash of the record before
  Quarter quarter;
  std::vector<CaseKind> case_kinds;  // to which the units are limited, empty: to none
  std::vector<std::string> streets;
  std::vector<PenalisedUnit> units;  // that may be drawn
  std::vector<Visitor> visitors;     // all of the district
  std::vector<Pick> forced, excluded;
  std::vector<std::string> officials;
  std::string public_source;
  absl::Time now;
};

struct FrozenFrame {
  Terms terms;
  std::vector<FrameRow> rows;
};

// `salt` gives the salt of a unit's facts.
// INVALID_ARGUMENT: a pick that is not in the frame, is there twice, or is both forced and
// excluded; no source of the seed, or one official, or twice the same.
// FAILED_PRECONDITION FRAME_UNUSABLE: no unit, too many, or one that fits no stratum.
// FAILED_PRECONDITION RECUSAL_INFEASIBLE: units with too few visitors free of ties to them, one
// violation each. It is told and not relaxed: exclude them with a reason, or add visitors.
absl::StatusOr<FrozenFrame> FreezeFrame(
    const FrameDraft& draft, const DrawPolicy& policy,
    const std::function<std::string(const PenalisedUnit&)>& salt);

}  // namespace rectify::followup::domain

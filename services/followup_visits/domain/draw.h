// A draw through its life: frame described → frozen → the halves of the seed committed, then
// revealed → drawn, or abandoned with its number. Each verb returns the changed draw.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/followup_visits/domain/draw_record.h"
#include "services/followup_visits/domain/frame.h"

namespace rectify::followup::domain {

// As rectify.followup.v1.Draw.State.
enum class DrawState { kDraft = 1, kFrozen = 2, kDrawn = 3, kAbandoned = 4 };

struct SeedHalf {
  Half half;
  std::optional<absl::Time> commit_time, reveal_time;
};

struct Draw {
  std::string district, id;
  Quarter quarter;
  std::vector<CaseKind> case_kinds;
  std::vector<std::string> streets;
  DrawState state = DrawState::kDraft;
  std::optional<Terms> terms;  // from the freeze on
  std::string commitment;
  std::vector<SeedHalf> halves;  // one for each official, from the freeze on
  std::string public_value;
  int sample_size = 0;
  std::string record_hash, abandon_reason;
  absl::Time create_time;
  std::optional<absl::Time> freeze_time, finish_time;
  int64_t version = 0;

  std::string name() const;
};

std::string DrawName(absl::string_view district, absl::string_view id);

// FAILED_PRECONDITION DRAW_STATE unless it is in that state.
absl::Status CheckDrawState(const Draw& draw, DrawState wanted);

// DRAFT → FROZEN.
absl::StatusOr<Draw> Freeze(Draw draw, const Terms& terms, absl::Time now);

// The verbs on the seed of a FROZEN draw. PERMISSION_DENIED NOT_YOUR_TASK when `user` is no
// official of it; FAILED_PRECONDITION SEED_STATE out of turn, SEED_MISMATCH for another value.
absl::StatusOr<Draw> CommitHalf(Draw draw, absl::string_view user, absl::string_view commitment,
                                absl::Time now);
absl::StatusOr<Draw> RevealHalf(Draw draw, absl::string_view user, absl::string_view value,
                                absl::Time now);
absl::StatusOr<Draw> RecordPublicValue(Draw draw, absl::string_view value);

struct FinishedDraw {
  Draw draw;
  std::vector<Place> places;  // drawn ones and reserves; none when abandoned
  std::string record;         // the document
};
// FROZEN → DRAWN. `frame` is the frozen one.
absl::StatusOr<FinishedDraw> DrawSample(Draw draw, const std::vector<FrameRow>& frame,
                                        absl::Time now);
// FROZEN → ABANDONED.
absl::StatusOr<FinishedDraw> Abandon(Draw draw, const std::vector<FrameRow>& frame,
                                     absl::string_view reason, absl::Time now);

}  // namespace rectify::followup::domain

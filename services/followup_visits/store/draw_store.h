// Draws, their frames, seeds, records and the order that they gave.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/followup_visits/domain/draw.h"

namespace rectify::followup::store {

absl::Status AddDraw(pg::Tx& tx, const domain::Draw& draw);

// NOT_FOUND when it does not exist.
absl::StatusOr<domain::Draw> GetDraw(pg::Tx& tx, absl::string_view district, absl::string_view id);
absl::StatusOr<domain::Draw> LockDraw(pg::Tx& tx, absl::string_view district, absl::string_view id);

// One page, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Draw>, std::string>> ListDraws(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

// The newest number of a district and the hash of its record.
struct Tail {
  int number = 0;
  std::string record_hash;
};
// FAILED_PRECONDITION DRAW_PENDING when the newest draw is frozen and has no record.
absl::StatusOr<Tail> ReadTail(pg::Tx& tx, absl::string_view district);

// Writes a DRAFT that was frozen, with its frame. DRAW_PENDING when another one was faster.
absl::Status SaveFrozen(pg::Tx& tx, const domain::Draw& draw,
                        const std::vector<domain::FrameRow>& frame);
// Writes the seed of a FROZEN draw.
absl::Status SaveSeed(pg::Tx& tx, const domain::Draw& draw);
// Writes the record, and the order of the units.
absl::Status SaveFinished(pg::Tx& tx, const domain::FinishedDraw& finished);

// The frozen frame.
absl::StatusOr<std::vector<domain::FrameRow>> ReadFrame(pg::Tx& tx, absl::string_view district,
                                                        absl::string_view id);
// The published document. NOT_FOUND before it exists.
absl::StatusOr<std::string> ReadRecord(pg::Tx& tx, absl::string_view district,
                                       absl::string_view id);
// Hash of the record with a number; "" when there is none.
absl::StatusOr<std::string> RecordHashOf(pg::Tx& tx, absl::string_view district, int number);

// Takes the next unit of a stratum that has not been drawn, and marks it. FAILED_PRECONDITION
// NO_RESERVE when there is none.
absl::StatusOr<domain::Place> TakeReserve(pg::Tx& tx, absl::string_view district,
                                          absl::string_view draw, absl::string_view stratum);

}  // namespace rectify::followup::store

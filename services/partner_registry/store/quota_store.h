// How many requests of a minute each partner has used. Minutes are real time.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/partner_registry/domain/partner.h"

namespace rectify::partner::store {

struct Taken {
  int granted = 0, left = 0;
};
// As many of `wanted` as the minute still has.
absl::StatusOr<Taken> TakeRequests(pg::Tx& tx, const domain::Partner& partner, absl::Time minute,
                                   int wanted);

// Minutes before `end`; how many rows went.
absl::StatusOr<int> ForgetMinutes(pg::Tx& tx, absl::Time end);

}  // namespace rectify::partner::store

// Who stands in for whom.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/reminder_dispatch/domain/stand_in.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder::store {

absl::Status InsertStandIn(pg::Tx& tx, const domain::StandIn& stand_in);
absl::StatusOr<std::optional<domain::StandIn>> LockStandIn(pg::Tx& tx, const std::string& district,
                                                           const std::string& id);
absl::Status SetStandInEnd(pg::Tx& tx, const domain::StandIn& stand_in);
absl::StatusOr<std::pair<std::vector<domain::StandIn>, std::string>> ListStandIns(
    pg::Tx& tx, const ListQuestion& question);
// Those of the districts in force at `now`, oldest first.
absl::StatusOr<std::vector<domain::StandIn>> ReadStandIns(pg::Tx& tx,
                                                          const std::vector<std::string>& districts,
                                                          absl::Time now);

}  // namespace rectify::reminder::store

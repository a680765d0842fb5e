// The memory of requests: what makes a repeated call answer with its first response. Used inside
// libs/events only; PurgeIdempotency is declared in command.h.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "libs/rpc/call.h"

namespace rectify::events {

// As stored: UUIDs may arrive in capitals.
std::string RequestIdOf(const rpc::Call& call);

// Takes the request ids of calls of one method, the first thing that a transaction does: a second
// transaction with one of them waits here for the end of the first. `*claimed` is read by
// AreNew after the next wait.
absl::Status ClaimRequests(pg::Tx& tx, const std::vector<const rpc::Call*>& calls, absl::Time now,
                           pg::Rows* claimed);

// Tells of each call whether it is new; of equal ones the first is.
std::vector<bool> AreNew(const std::vector<const rpc::Call*>& calls, const pg::Rows& claimed);

// Gives back the request ids of calls that this transaction claimed and did not do.
absl::Status ForgetRequests(pg::Tx& tx, const std::vector<const rpc::Call*>& calls);

// The encoded response of the first call with this request id. ABORTED CONFLICT while that one is
// not done; INVALID_ARGUMENT REQUEST_ID_REUSED when it had another content.
absl::StatusOr<std::string> FirstResponse(pg::Tx& tx, const rpc::Call& call);

}  // namespace rectify::events

// Brings all services to rest at one simulated instant, and moves the shared clock forward in
// between.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "rectify/ops/v1/simulation_service.pb.h"
#include "services/cli/connection.h"

namespace rectify::cli {

class Barrier {
 public:
  // `patience`: how long a service that does not answer is waited for (it may be restarting).
  Barrier(Connection& connection, SimulatedClock& clock, absl::Duration patience)
      : connection_(connection), clock_(clock), patience_(patience) {}

  // Rounds over all services until a whole round changed nothing. Returns the next instant at which
  // one of them has something to do (InfiniteFuture: none).
  absl::StatusOr<absl::Time> Settle();
  // Moves the clock to `until`, settling at every instant that a service asks for on the way. The
  // clock never goes back.
  absl::Status AdvanceTo(absl::Time until);
  // FAILED_PRECONDITION when a service has parked an event that it could not apply.
  absl::Status CheckNothingParked() const;

 private:
  absl::StatusOr<bool> Round(absl::Time& next_due);
  Connection& connection_;
  SimulatedClock& clock_;
  const absl::Duration patience_;
  ops::v1::SettleRequest heads_;
  std::map<std::string, int64_t> parked_;
};

// Calls `fn` again while it answers UNAVAILABLE, for at most `patience`.
absl::Status WithPatience(absl::Duration patience, const std::function<absl::Status()>& fn);

}  // namespace rectify::cli

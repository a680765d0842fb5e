// Brings all services to rest at one simulated instant, and moves the shared clock forward in
// between. A year has thousands of such instants, so only services that can have something to do
// are asked: those that took a command, those whose next instant has come, and those that apply a
// source which moved on.
#pragma once

#include <functional>
#include <map>
#include <set>
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
  Barrier(Connection& connection, SimulatedClock& clock, absl::Duration patience);

  // Asks services until none can have anything more to do now. `touched`: those that took a command
  // since the last time.
  absl::Status Settle(const std::set<std::string>& touched);
  // All of them, whatever is known of them.
  absl::Status SettleAll();
  // Moves the clock to `until`, settling at every instant that a service asks for on the way. The
  // clock never goes back. Everything is at rest before.
  absl::Status AdvanceTo(absl::Time until);
  // FAILED_PRECONDITION when a service has parked an event that it could not apply.
  absl::Status CheckNothingParked() const;

 private:
  // What is known of a service since it was last asked.
  struct Station {
    bool touched = true;
    absl::Time next_due = absl::InfiniteFuture();
    absl::Time idle_at = absl::InfinitePast();  // found nothing to do at that instant
    int64_t head = 0;
    int64_t parked = 0;
    std::map<std::string, int64_t> applied;  // by consumed source
  };

  bool MayHaveWork(const Station& station) const;
  absl::Status Ask(const std::string& service, Station& station);
  absl::Time NextDue() const;

  Connection& connection_;
  SimulatedClock& clock_;
  const absl::Duration patience_;
  std::map<std::string, Station> stations_;
};

// Calls `fn` again while it answers UNAVAILABLE, for at most `patience`.
absl::Status WithPatience(absl::Duration patience, const std::function<absl::Status()>& fn);

}  // namespace rectify::cli

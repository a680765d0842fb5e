// Several services in one test process: real gRPC over Unix sockets, one real PostgreSQL database,
// one real Redis, one simulated clock, real tokens.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/rpc/client.h"
#include "libs/rpc/token.h"
#include "libs/service/host.h"
#include "libs/testing/sandbox.h"

namespace rectify::testing {

class TestSystem {
 public:
  // The clock stands still at `start`. `services`: all host names that may take part ("venue", …);
  // each gets a key and an address, so that they can name one another before they run.
  TestSystem(absl::Time start, std::vector<std::string> services);
  ~TestSystem();

  // Starts a service in this process; aborts with the error when it can't. `register_all` is the
  // service's own Register function.
  service::Host& Start(const std::string& name, std::vector<pg::Migration> migrations,
                       const std::function<absl::Status(service::Host&)>& register_all);
  // The same for a sealed service (see HostOptions), in a database of its own and without Redis.
  service::Host& StartSealed(const std::string& name, std::vector<pg::Migration> migrations,
                             const std::function<absl::Status(service::Host&)>& register_all);
  // Ends it; Start may bring it back with the same data and address.
  void Stop(const std::string& name);

  SimulatedClock& clock() { return *clock_; }
  TestDatabase& database() { return database_; }
  TestRedis& redis() { return redis_; }
  const std::string& folder() const { return folder_.path(); }
  std::string keys() const { return folder_.path() + "/keys"; }

  // A client of a service as somebody, a person or "services/…" of those that take part: roles as
  // in rectify.authz.v1.Role without prefix.
  rpc::Client& As(const std::string& service, absl::string_view user,
                  std::vector<std::string> roles, std::vector<std::string> posts = {},
                  absl::string_view district = "120110");
  // A client without a token.
  rpc::Client& Anonymous(const std::string& service);

  // Brings all running services to rest at the present instant; aborts the test after 100 rounds.
  void Settle();
  // Moves the clock and settles, stopping at every instant that a timer asks for on the way.
  void AdvanceTo(absl::Time until);

 private:
  service::Host& Run(service::HostOptions options, std::vector<pg::Migration> migrations,
                     const std::function<absl::Status(service::Host&)>& register_all);
  absl::Time SettleRounds();
  std::unique_ptr<rpc::TokenSigner> SignerOf(absl::string_view user) const;
  TempDir folder_;
  TestDatabase database_;
  std::unique_ptr<TestDatabase> sealed_database_;  // made when a sealed service first starts
  TestRedis redis_;
  std::unique_ptr<SimulatedClock> clock_;
  std::vector<std::string> services_;
  std::map<std::string, std::unique_ptr<service::Host>> hosts_;
  absl::Mutex mutex_;  // a test may call from several threads
  std::map<std::string, std::unique_ptr<rpc::Client>> clients_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rectify::testing

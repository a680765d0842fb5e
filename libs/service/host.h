// Composition of one service process: flags, pool, clock, tokens, server, event backbone, timers.
// A service's main.cc makes a Host, registers its rpcs, consumers and timers, and runs it. Tests
// make the same Host in-process from HostOptions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/events/command.h"
#include "libs/events/consumer.h"
#include "libs/pg/pool.h"
#include "libs/rpc/client.h"
#include "libs/rpc/server.h"
#include "rectify/ops/v1/simulation_service.pb.h"

namespace CLI {
class App;
}

namespace rectify::service {

struct HostOptions {
  std::string name;                    // "venue": schema, event source and identity services/venue
  std::string pg_dsn;                  // --pg, RECTIFY_PG
  std::string redis;                   // --redis, RECTIFY_REDIS; empty: feeds only
  std::string clock = "real";          // --clock, RECTIFY_CLOCK: "real" or "shm:PATH"
  bool allow_simulated_clock = false;  // --allow-simulated-clock
  std::string keys;  // --keys: folder with public/, private/svc-<name>.pem, field.key
  std::map<std::string, std::string> peers;  // --peer venue=127.0.0.1:7101 (repeatable)
  // --tls-roots, RECTIFY_TLS_ROOTS: peers by TLS, to whom the server's own certificate is shown.
  std::string tls_roots;
  std::string metrics_listen;  // --metrics-listen; empty: not served
  std::string log_level = "info";
  int db_connections = 6;  // --db-connections: executor workers + background
  // Nobody learns anything from outside the service's own rpcs: no event feed, no audit trail and
  // no metrics are served, nothing goes to Redis. Set by a service's main, not by a flag.
  bool sealed = false;
  rpc::ServerOptions server;  // --listen, --tls-cert, --tls-key, --tls-client-ca
};

// Adds the flags above to a CLI11 app, which the service may extend with its own.
void AddHostFlags(CLI::App& app, HostOptions& options);

class Host {
 public:
  // Waits for PostgreSQL (30 s), migrates (`migrations` follow the spine), opens clock, keys and
  // peers. INVALID_ARGUMENT when a sealed service is given Redis or an address for metrics.
  static absl::StatusOr<std::unique_ptr<Host>> Create(HostOptions options,
                                                      std::vector<pg::Migration> migrations);
  ~Host();

  const HostOptions& options() const;
  pg::Pool& pool();
  const Clock& clock();
  events::Commands& commands();
  rpc::Server& server();
  // The client of another service; the process ends with a clear message when no --peer names it.
  const rpc::Client& peer(const std::string& name);

  // Applies the events of another source, by runs or one by one.
  void Consume(const std::string& source, events::Consumer::RunHandler handler);
  void Consume(const std::string& source, events::Consumer::Handler handler);
  // Runs `fn` about every `interval` of real time; while a simulated run is driven, within each
  // Settle instead. It returns how much it did; it is called again at once while that is more than
  // 0. Never two at once. `next_due` tells the next instant at which there will be something to do
  // (InfiniteFuture: none is known), so that a simulated run can jump there.
  void AddTimer(const std::string& name, absl::Duration interval,
                std::function<absl::StatusOr<int>()> fn,
                std::function<absl::StatusOr<absl::Time>()> next_due = nullptr);

  // Starts serving and the background threads.
  absl::Status Start();
  // Stops accepting, drains, stops the background threads. Idempotent.
  void Stop();
  // Does all that is due at the present instant (see Simulation.Settle).
  absl::StatusOr<ops::v1::SettleResponse> Settle(const ops::v1::SettleRequest& request);

 private:
  Host();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The whole main() of a service: flags (the service adds its own by `add_flags`), Host,
// `register_all`, Run. Returns the exit code; every failure is one clear line on stderr.
int Main(int argc, char** argv, const std::string& name, std::vector<pg::Migration> migrations,
         const std::function<void(CLI::App&)>& add_flags,
         const std::function<absl::Status(Host&)>& register_all);
// The same for a service that sets options which are no flags.
int Main(int argc, char** argv, HostOptions options, std::vector<pg::Migration> migrations,
         const std::function<void(CLI::App&)>& add_flags,
         const std::function<absl::Status(Host&)>& register_all);

}  // namespace rectify::service

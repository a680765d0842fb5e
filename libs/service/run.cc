// Flags, signals and the life of a service process.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/stop_signals.h"
#include "libs/flags/peer_flag.h"
#include "libs/flags/tls_flags.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "libs/service/host.h"

// GnuTLS comes with libpq's LDAP, which nobody uses here, and would make itself ready in every
// process. It asks this function of the program (GNUTLS_SKIP_GLOBAL_INIT of its manual).
extern "C" int _gnutls_global_init_skip() { return 1; }

namespace rectify::service {
namespace {

int Fail(const std::string& name, const absl::Status& status) {
  std::fprintf(stderr, "rectify-%s: %s\n", name.c_str(), std::string(status.message()).c_str());
  return 1;
}

}  // namespace

void AddHostFlags(CLI::App& app, HostOptions& options) {
  app.add_option("--listen", options.server.listen, "Address to serve on, port 0 for any")
      ->envname("RECTIFY_LISTEN")
      ->capture_default_str();
  app.add_option("--pg", options.pg_dsn, "PostgreSQL connection string")
      ->envname("RECTIFY_PG")
      ->required();
  app.add_option("--redis", options.redis, "Redis, host:port or unix:/path; empty: feeds only")
      ->envname("RECTIFY_REDIS");
  app.add_option("--clock", options.clock, "real, or shm:PATH for a simulated clock")
      ->envname("RECTIFY_CLOCK")
      ->capture_default_str();
  app.add_flag("--allow-simulated-clock", options.allow_simulated_clock,
               "Without it a simulated clock is refused");
  app.add_option("--keys", options.keys, "Folder with public/, private/svc-NAME.pem, field.key")
      ->envname("RECTIFY_KEYS")
      ->required();
  flags::AddPeerFlag(app, options.peers);
  app.add_option("--metrics-listen", options.metrics_listen, "Address of /metrics")
      ->envname("RECTIFY_METRICS_LISTEN");
  app.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->envname("RECTIFY_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  app.add_option("--db-connections", options.db_connections, "Database connections")
      ->check(CLI::Range(2, 64))
      ->capture_default_str();
  rpc::ServerTls& tls = options.server.tls;
  flags::AddTlsFlags(app, tls.cert_file, tls.key_file, options.tls_roots);
  app.add_option(
         "--tls-client-ca", tls.client_ca_file,
         "Certificates of those whose clients to recognise (PEM); with it services need theirs")
      ->envname("RECTIFY_TLS_CLIENT_CA");
  app.add_flag("--tls-require-client-cert", tls.require_client_cert,
               "Nobody is served without a certificate")
      ->envname("RECTIFY_TLS_REQUIRE_CLIENT_CERT");
}

int Main(int argc, char** argv, const std::string& name, std::vector<pg::Migration> migrations,
         const std::function<void(CLI::App&)>& add_flags,
         const std::function<absl::Status(Host&)>& register_all) {
  HostOptions options;
  options.name = name;
  return Main(argc, argv, std::move(options), std::move(migrations), add_flags, register_all);
}

int Main(int argc, char** argv, HostOptions options, std::vector<pg::Migration> migrations,
         const std::function<void(CLI::App&)>& add_flags,
         const std::function<absl::Status(Host&)>& register_all) {
  const sigset_t signals = BlockStopSignals();
  // Debian's Abseil compares the order of all locks at each; the tests leave that on.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::string name = options.name;
  CLI::App app(absl::StrCat("Rectify service ", name));
  AddHostFlags(app, options);
  add_flags(app);
  CLI11_PARSE(app, argc, argv);
  options.server.workers = options.db_connections;

  log::Init(name, options.log_level);
  if (!options.metrics_listen.empty() && !options.sealed) {
    if (absl::Status status = metrics::Serve(options.metrics_listen); !status.ok()) {
      return Fail(name, status);
    }
  }
  absl::StatusOr<std::unique_ptr<Host>> host = Host::Create(options, std::move(migrations));
  if (!host.ok()) return Fail(name, host.status());
  if (absl::Status status = register_all(**host); !status.ok()) return Fail(name, status);
  if (absl::Status status = (*host)->Start(); !status.ok()) return Fail(name, status);

  std::printf("serving on %d\n", (*host)->server().port());
  std::fflush(stdout);
  log::Info("serving", {{"port", (*host)->server().port()}});
  int signal = 0;
  sigwait(&signals, &signal);
  log::Info("stopping", {{"signal", signal}});
  (*host)->Stop();
  return 0;
}

}  // namespace rectify::service

// rectify-gateway: HTTP/JSON for everyone else's systems.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "absl/synchronization/mutex.h"
#include "libs/base/stop_signals.h"
#include "libs/flags/peer_flag.h"
#include "libs/flags/tls_flags.h"
#include "libs/http/server.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "services/gateway/edge/gateway.h"

namespace {

constexpr absl::Duration kDrain = absl::Seconds(10);

struct Options {
  rectify::http::ServerOptions server;
  rectify::gateway::GatewayOptions gateway;
  std::string metrics_listen, log_level = "info";
};

void AddFlags(CLI::App& app, Options& options) {
  app.add_option("--listen", options.server.listen, "Address to serve on, port 0 for any")
      ->envname("RECTIFY_LISTEN")
      ->capture_default_str();
  app.add_option("--threads", options.server.threads, "Threads that read and write")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  rectify::flags::AddPeerFlag(app, options.gateway.peers)->required();
  app.add_option("--keys", options.gateway.keys,
                 "Folder with private/svc-gateway.pem; without it neither partners' keys nor the "
                 "identity provider's tokens are taken")
      ->envname("RECTIFY_KEYS");
  app.add_option("--metrics-listen", options.metrics_listen, "Address of /metrics")
      ->envname("RECTIFY_METRICS_LISTEN");
  app.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  app.add_option("--open311-mapping", options.gateway.adapters.open311,
                 "Open311 and leads, protobuf text; default: the built-in mapping")
      ->envname("RECTIFY_OPEN311_MAPPING");
  app.add_option("--grid-mapping", options.gateway.adapters.grid,
                 "Grid platform and leads, protobuf text; default: the built-in mapping")
      ->envname("RECTIFY_GRID_MAPPING");
  rectify::rpc::ClientTls& tls = options.gateway.tls;
  rectify::flags::AddTlsFlags(app, options.server.tls_cert_file, options.server.tls_key_file,
                              tls.root_file);
  app.add_option("--tls-peer-cert", tls.cert_file, "Certificate to show to the peers (PEM)")
      ->envname("RECTIFY_TLS_PEER_CERT");
  app.add_option("--tls-peer-key", tls.key_file, "Its key (PEM)")->envname("RECTIFY_TLS_PEER_KEY");
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "rectify-gateway: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const sigset_t signals = rectify::BlockStopSignals();
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  Options options;
  CLI::App app("Rectify gateway");
  AddFlags(app, options);
  CLI11_PARSE(app, argc, argv);

  rectify::log::Init("gateway", options.log_level);
  if (!options.metrics_listen.empty()) {
    const absl::Status status = rectify::metrics::Serve(options.metrics_listen);
    if (!status.ok()) return Fail(status);
  }
  auto gateway = rectify::gateway::Gateway::Create(options.gateway);
  if (!gateway.ok()) return Fail(gateway.status());
  options.server.refuse = rectify::gateway::Gateway::Refuse;
  options.server.most_in_pieces = [gateway = gateway->get()](const auto& header) {
    return gateway->MostInPieces(header);
  };
  auto server = rectify::http::Server::Start(
      options.server, [gateway = gateway->get()](auto request, auto respond) {
        gateway->Handle(std::move(request), std::move(respond));
      });
  if (!server.ok()) return Fail(server.status());

  std::printf("serving on %d\n", (*server)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  rectify::log::Info("stopping", {{"signal", signal}});
  (*gateway)->StopWaiting();
  (*server)->Stop(kDrain);
  return 0;
}

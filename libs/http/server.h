// An HTTP/1.1 server (Boost.Beast): keep-alive, pipelined requests one after another, bodies by
// length or in chunks, limits on everything that a client decides, text compressed for clients that
// take it, TLS when a certificate is given.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/http/message.h"

namespace rectify::http {

// Why the server answers itself instead of the handler; the connection ends after it.
enum class Fault {
  kMalformed,       // 400: not HTTP, or two lengths, or a header that can't be
  kBodyTooLarge,    // 413
  kEncodedBody,     // 415: Content-Encoding: what is sent compressed may unpack to anything
  kHeaderTooLarge,  // 431
  kOverloaded,      // 503: as many connections as may be
};

struct ServerOptions {
  std::string listen = "127.0.0.1:0";
  int threads = 2;
  size_t max_header_bytes = 16 << 10;
  size_t max_body_bytes = 4 << 20;
  int max_connections = 1000;
  absl::Duration idle_timeout = absl::Seconds(75);      // until the first byte of a request
  absl::Duration request_timeout = absl::Seconds(30);   // from its first byte to its last
  absl::Duration response_timeout = absl::Seconds(30);  // for a client to take its answer
  // Both or neither (PEM). Without them the address must be loopback: plaintext does not leave.
  std::string tls_cert_file, tls_key_file;
  // The answer to a fault.
  std::function<Response(Fault)> refuse;
};

// Thread-safe.
class Server {
 public:
  // Listens at once. FAILED_PRECONDITION for an address that can't be used, UNAVAILABLE when it is
  // taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, Handler handler);
  ~Server();

  int port() const;
  // No new connections; those that are idle end at once, the others after the answer they wait for,
  // or with it when it comes later than `patience`. Returns when every request has been answered,
  // so that what the handler uses may go.
  void Stop(absl::Duration patience);

 private:
  struct Impl;
  Server();
  std::unique_ptr<Impl> impl_;
};

int StatusOf(Fault fault);

}  // namespace rectify::http

// An HTTP/1.1 server (Boost.Beast): keep-alive, pipelined requests one after another, bodies by
// length or in chunks, whole or in pieces, limits on everything that a client decides, text
// compressed for clients that take it, TLS when a certificate is given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/http/fault.h"
#include "libs/http/message.h"

namespace rectify::http {

struct ServerOptions {
  std::string listen = "127.0.0.1:0";
  int threads = 2;
  size_t max_header_bytes = 16 << 10;
  size_t max_body_bytes = 4 << 20;
  int max_connections = 1000;
  absl::Duration idle_timeout = absl::Seconds(75);      // until the first byte of a request
  absl::Duration request_timeout = absl::Seconds(30);   // from its first byte to its last
  absl::Duration response_timeout = absl::Seconds(30);  // for a client to take its answer
  absl::Duration piece_timeout = absl::Seconds(60);     // for the next kPieceBytes of a body
  // Bytes that the body of this request, of which only the header is here yet, may have when it is
  // taken in pieces; 0: it is taken whole, within max_body_bytes. Without it all are.
  std::function<uint64_t(const Request& header)> most_in_pieces;
  // Both or neither (PEM). Without them the address must be loopback: plaintext does not leave.
  // Read again when they change, for the connections that come from then on.
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

}  // namespace rectify::http

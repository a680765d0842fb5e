// What a server or a client needs for TLS: names of PEM files. They are read again when they
// change, for the connections that are made from then on.
#pragma once

#include <string>

namespace rectify::rpc {

// The subject of a service's token, "services/venue", as a certificate has it among its alternative
// names: the URI "rectify://services/venue".
inline constexpr char kCertificateUri[] = "rectify://";

struct ServerTls {
  std::string cert_file, key_file;  // empty: plaintext, allowed on loopback only
  // Whose certificates clients may show; one of another CA, or one that has expired, ends the
  // connection. With it a service's token is taken only over a connection whose certificate names
  // that service, so that a stolen token is worth nothing without the key. Whose tokens somebody
  // forwards, such as people's, are not bound.
  std::string client_ca_file;
  bool require_client_cert = false;  // no connection without one, people's and partners' included
};

struct ClientTls {
  std::string root_file;            // whom to believe; empty: plaintext, loopback only
  std::string cert_file, key_file;  // what to show to the server; empty: nothing
};

}  // namespace rectify::rpc

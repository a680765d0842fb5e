// Flags of the PEM files of TLS, which every process that serves has.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace rectify::flags {

// --tls-cert and --tls-key, by which it serves; --tls-roots, by which it believes its peers.
void AddTlsFlags(CLI::App& app, std::string& cert_file, std::string& key_file,
                 std::string& root_file);

}  // namespace rectify::flags

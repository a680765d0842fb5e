#include "libs/flags/tls_flags.h"

#include <CLI/CLI.hpp>

namespace rectify::flags {

void AddTlsFlags(CLI::App& app, std::string& cert_file, std::string& key_file,
                 std::string& root_file) {
  app.add_option("--tls-cert", cert_file, "Certificate (PEM)")->envname("RECTIFY_TLS_CERT");
  app.add_option("--tls-key", key_file, "Its key (PEM)")->envname("RECTIFY_TLS_KEY");
  app.add_option(
         "--tls-roots", root_file,
         "Certificates of those whose peers to believe (PEM); empty: peers by plaintext, on "
         "loopback only")
      ->envname("RECTIFY_TLS_ROOTS");
}

}  // namespace rectify::flags

#include "libs/flags/peer_flag.h"

#include <CLI/CLI.hpp>
#include <vector>

namespace rectify::flags {

CLI::Option* AddPeerFlag(CLI::App& app, std::map<std::string, std::string>& peers) {
  const auto add = [&peers](const std::vector<std::string>& given) {
    for (const std::string& peer : given) {
      const size_t equals = peer.find('=');
      if (equals == std::string::npos) {
        throw CLI::ValidationError("--peer", "expected NAME=HOST:PORT, got " + peer);
      }
      peers[peer.substr(0, equals)] = peer.substr(equals + 1);
    }
  };
  return app
      .add_option_function<std::vector<std::string>>("--peer", add,
                                                     "Another service, NAME=HOST:PORT (repeatable)")
      ->envname("RECTIFY_PEERS")
      ->delimiter(',');
}

}  // namespace rectify::flags

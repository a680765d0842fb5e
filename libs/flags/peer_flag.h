// Flags that more than one kind of process has.
#pragma once

#include <map>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rectify::flags {

// --peer NAME=HOST:PORT, repeatable or parted by commas; also RECTIFY_PEERS.
CLI::Option* AddPeerFlag(CLI::App& app, std::map<std::string, std::string>& peers);

}  // namespace rectify::flags

// Where webhooks may go. Their receivers are other departments' private addresses, so nothing can
// be ruled out by its range; everything is refused that is not listed.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/network.h"

namespace rectify::outbound {

struct SocketAddress {
  std::string bytes;  // see libs/base/network.h
  int port = 0;

  // nullopt for other families.
  static std::optional<SocketAddress> From(const sockaddr* address);
  bool IsLoopback() const;
  // Loopback, link-local, multicast or unspecified.
  bool IsSpecial() const;
};

class AllowList {
 public:
  // Entries, each with an optional port: `10.1.0.0/16`, `127.0.0.1/32:7003`, `[fd00::/8]:443`,
  // `hooks.example.cn:443`. A host's entry never opens loopback, link-local, multicast or
  // unspecified addresses: those need an address entry. INVALID_ARGUMENT naming a wrong one.
  static absl::StatusOr<AllowList> Parse(const std::vector<std::string>& entries);

  // `host` is the name in the URL, `address` where the socket would really connect to.
  bool Allows(absl::string_view host, const SocketAddress& address) const;

 private:
  struct Entry {
    std::string host;                // lower case; or else
    std::optional<Network> network;  // a range of addresses
    int port = 0;                    // 0: any
  };
  static std::optional<Entry> ParseEntry(absl::string_view text);

  std::vector<Entry> entries_;
};

}  // namespace rectify::outbound

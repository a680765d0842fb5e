// Addresses and ranges of them, as bytes in the order of the network: 4 or 16. An IPv4 address
// inside IPv6 (::ffff:10.0.0.1) counts as IPv4.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace rectify {

// nullopt for what is no address.
std::optional<std::string> ParseAddress(const std::string& text);
// The same of bytes that a socket gave.
std::string UnmappedAddress(const std::string& bytes);

struct Network {
  std::string prefix;
  int bits = 0;

  // `10.1.0.0/16`, `fd00::/8`, or one address. nullopt for anything else.
  static std::optional<Network> Parse(absl::string_view text);
  bool Contains(const std::string& address) const;
};

}  // namespace rectify

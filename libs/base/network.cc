#include "libs/base/network.h"

#include <arpa/inet.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace rectify {
namespace {

constexpr absl::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);

}  // namespace

std::string UnmappedAddress(const std::string& bytes) {
  return bytes.size() == 16 && absl::StartsWith(bytes, kMapped) ? bytes.substr(12) : bytes;
}

std::optional<std::string> ParseAddress(const std::string& text) {
  char buffer[16];
  if (inet_pton(AF_INET, text.c_str(), buffer) == 1) return std::string(buffer, 4);
  if (inet_pton(AF_INET6, text.c_str(), buffer) == 1) {
    return UnmappedAddress(std::string(buffer, 16));
  }
  return std::nullopt;
}

std::optional<Network> Network::Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<std::string> address = ParseAddress(std::string(text.substr(0, slash)));
  if (!address.has_value()) return std::nullopt;
  const int width = static_cast<int>(address->size()) * 8;
  Network network{*address, width};
  if (slash != absl::string_view::npos &&
      (!absl::SimpleAtoi(text.substr(slash + 1), &network.bits) || network.bits < 0 ||
       network.bits > width)) {
    return std::nullopt;
  }
  return network;
}

bool Network::Contains(const std::string& address) const {
  if (address.size() != prefix.size()) return false;
  for (int bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    const auto at = static_cast<size_t>(bit / 8);
    if (((static_cast<unsigned char>(address[at]) ^ static_cast<unsigned char>(prefix[at])) &
         mask) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace rectify

#include "libs/outbound/allow_list.h"

#include <netinet/in.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::outbound {
namespace {

bool InRange(const std::string& address, const char* range) {
  const std::optional<Network> network = Network::Parse(range);
  return network.has_value() && network->Contains(address);
}

bool IsHostName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
  });
}

}  // namespace

std::optional<SocketAddress> SocketAddress::From(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return SocketAddress{std::string(reinterpret_cast<const char*>(&v4->sin_addr), 4),
                         ntohs(v4->sin_port)};
  }
  if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    return SocketAddress{
        UnmappedAddress(std::string(reinterpret_cast<const char*>(&v6->sin6_addr), 16)),
        ntohs(v6->sin6_port)};
  }
  return std::nullopt;
}

bool SocketAddress::IsLoopback() const {
  return InRange(bytes, "127.0.0.0/8") || InRange(bytes, "::1/128");
}

bool SocketAddress::IsSpecial() const {
  return IsLoopback() || InRange(bytes, "0.0.0.0/8") || InRange(bytes, "169.254.0.0/16") ||
         InRange(bytes, "224.0.0.0/4") || InRange(bytes, "240.0.0.0/4") ||
         InRange(bytes, "::/128") || InRange(bytes, "fe80::/10") || InRange(bytes, "ff00::/8");
}

std::optional<AllowList::Entry> AllowList::ParseEntry(absl::string_view text) {
  Entry entry;
  absl::string_view target = text, port;
  if (absl::StartsWith(text, "[")) {
    const size_t close = text.find(']');
    if (close == absl::string_view::npos) return std::nullopt;
    target = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else if (const size_t colon = text.rfind(':');
             colon != absl::string_view::npos && text.find(':') == colon) {
    target = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (!port.empty() && (port[0] != ':' || !absl::SimpleAtoi(port.substr(1), &entry.port) ||
                        entry.port < 1 || entry.port > 65535)) {
    return std::nullopt;
  }
  entry.network = Network::Parse(target);
  if (!entry.network.has_value()) {
    if (!IsHostName(target)) return std::nullopt;
    entry.host = absl::AsciiStrToLower(target);
  }
  return entry;
}

absl::StatusOr<AllowList> AllowList::Parse(const std::vector<std::string>& entries) {
  AllowList list;
  for (const std::string& text : entries) {
    std::optional<Entry> entry = ParseEntry(text);
    if (!entry.has_value()) {
      return FieldError("--webhook-allow",
                        {absl::StrCat("--webhook-allow 应写作 10.1.0.0/16、127.0.0.1/32:7003 或 "
                                      "主机名:443，而不是“",
                                      text, "”"),
                         absl::StrCat("--webhook-allow takes 10.1.0.0/16, 127.0.0.1/32:7003 or "
                                      "host:443, not \"",
                                      text, "\"")});
    }
    list.entries_.push_back(*std::move(entry));
  }
  return list;
}

bool AllowList::Allows(absl::string_view host, const SocketAddress& address) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    if (entry.port != 0 && entry.port != address.port) return false;
    if (entry.network.has_value()) return entry.network->Contains(address.bytes);
    return entry.host == absl::AsciiStrToLower(host) && !address.IsSpecial();
  });
}

}  // namespace rectify::outbound

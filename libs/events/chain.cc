#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/events/feed.h"

namespace rectify::events {
namespace {

void AppendBigEndian(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

void AppendPrefixed(std::string& out, absl::string_view text) {
  AppendBigEndian(out, text.size(), 4);
  out.append(text.data(), text.size());
}

}  // namespace

std::string ChainHash(absl::string_view prev_chain, int64_t position, int32_t epoch,
                      absl::string_view aggregate, int64_t aggregate_version,
                      absl::string_view type, absl::string_view payload) {
  std::string link(prev_chain);
  link.reserve(prev_chain.size() + aggregate.size() + type.size() + payload.size() + 32);
  AppendBigEndian(link, static_cast<uint64_t>(position), 8);
  AppendBigEndian(link, static_cast<uint32_t>(epoch), 4);
  AppendPrefixed(link, aggregate);
  AppendBigEndian(link, static_cast<uint64_t>(aggregate_version), 8);
  AppendPrefixed(link, type);
  AppendPrefixed(link, payload);
  return crypto::Sha256(link);
}

}  // namespace rectify::events

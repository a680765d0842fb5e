// Keys of partners: `rk_<id>_<256 random bits>`, of which only the SHA-256 is kept. All times are
// real time, like those of tokens.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::partner::domain {

inline constexpr absl::Duration kLongestLife = absl::Hours(24 * 366);
inline constexpr int kMostLiveKeys = 2;  // the present one, and the next one while it is brought in

enum class KeyState { kLive = 1, kExpired = 2, kRevoked = 3 };  // numbers of the contract

std::string KeyName(absl::string_view district, absl::string_view partner, absl::string_view id);

struct ApiKey {
  std::string district, partner, id;
  std::string secret_sha256;          // 32 bytes
  std::vector<std::string> networks;  // empty: anywhere
  absl::Time expire_time, create_time;
  std::optional<absl::Time> revoke_time;

  std::string name() const { return KeyName(district, partner, id); }
  KeyState StateAt(absl::Time now) const;
};

// INVALID_ARGUMENT for an end that is not in the future or more than kLongestLife away, and for
// what is no network.
absl::Status CheckKey(const ApiKey& key, absl::Time now);

// What the partner sends; `secret` is 32 random bytes.
std::string KeyText(absl::string_view id, absl::string_view secret);

struct ShownKey {
  std::string id, secret_sha256;
};
// nullopt for anything that KeyText would not have written.
std::optional<ShownKey> ReadKey(absl::string_view text);

// Whether it works for who shows it now from there. `address`: of the socket, without port.
bool Opens(const ApiKey& key, const ShownKey& shown, const std::string& address, absl::Time now);

}  // namespace rectify::partner::domain

#include "services/partner_registry/domain/api_key.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/network.h"
#include "libs/crypto/crypto.h"

namespace rectify::partner::domain {
namespace {

constexpr absl::string_view kPrefix = "rk_";
constexpr size_t kIdDigits = 32, kSecretBytes = 32;

std::string WithDashes(absl::string_view digits) {
  return absl::StrCat(digits.substr(0, 8), "-", digits.substr(8, 4), "-", digits.substr(12, 4), "-",
                      digits.substr(16, 4), "-", digits.substr(20));
}

}  // namespace

std::string KeyName(absl::string_view district, absl::string_view partner, absl::string_view id) {
  return absl::StrCat("districts/", district, "/partners/", partner, "/apiKeys/", id);
}

KeyState ApiKey::StateAt(absl::Time now) const {
  if (revoke_time.has_value()) return KeyState::kRevoked;
  return now < expire_time ? KeyState::kLive : KeyState::kExpired;
}

absl::Status CheckKey(const ApiKey& key, absl::Time now) {
  std::vector<FieldViolation> violations;
  if (key.expire_time <= now || key.expire_time > now + kLongestLife) {
    violations.push_back(
        {"expire_time",
         {"到期时间应晚于现在，且在一年之内", "expire_time must be in the future, within a year"}});
  }
  for (size_t i = 0; i < key.networks.size(); ++i) {
    if (Network::Parse(key.networks[i]).has_value()) continue;
    violations.push_back({absl::StrCat("networks[", i, "]"),
                          {"应为地址或地址段，例如 10.20.0.0/16",
                           "must be an address or a range such as 10.20.0.0/16"}});
  }
  return violations.empty() ? absl::OkStatus() : FieldErrors(std::move(violations));
}

std::string KeyText(absl::string_view id, absl::string_view secret) {
  return absl::StrCat(kPrefix, absl::StrReplaceAll(id, {{"-", ""}}), "_",
                      absl::WebSafeBase64Escape(secret));
}

std::optional<ShownKey> ReadKey(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kPrefix) || text.size() <= kIdDigits + 1 ||
      text[kIdDigits] != '_') {
    return std::nullopt;
  }
  const std::string id = WithDashes(text.substr(0, kIdDigits));
  std::string secret;
  if (!IsUuid(id) || !absl::WebSafeBase64Unescape(text.substr(kIdDigits + 1), &secret) ||
      secret.size() != kSecretBytes) {
    return std::nullopt;
  }
  return ShownKey{id, crypto::Sha256(secret)};
}

bool Opens(const ApiKey& key, const ShownKey& shown, const std::string& address, absl::Time now) {
  if (!crypto::ConstantTimeEqual(key.secret_sha256, shown.secret_sha256) ||
      key.StateAt(now) != KeyState::kLive) {
    return false;
  }
  if (key.networks.empty()) return true;
  const std::optional<std::string> from = ParseAddress(address);
  return from.has_value() &&
         std::any_of(key.networks.begin(), key.networks.end(), [&](const std::string& network) {
           const std::optional<Network> range = Network::Parse(network);
           return range.has_value() && range->Contains(*from);
         });
}

}  // namespace rectify::partner::domain

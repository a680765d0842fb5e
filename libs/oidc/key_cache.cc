#include "libs/oidc/key_cache.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/oidc/refusal.h"
#include "libs/outbound/safe_url.h"
#include "nlohmann/json.hpp"

namespace rectify::oidc {
namespace {

using Json = nlohmann::json;

constexpr absl::Duration kShortest = absl::Minutes(1), kUsual = absl::Hours(1),
                         kLongest = absl::Hours(24), kOutage = absl::Hours(24),
                         kPause = absl::Seconds(30);

absl::Duration LifeOf(const Document& document) {
  return std::clamp(document.max_age.value_or(kUsual), kShortest, kLongest);
}

}  // namespace

KeyCache::KeyCache(std::string issuer, Get get, std::function<absl::Time()> now)
    : issuer_(std::move(issuer)), get_(std::move(get)), now_(std::move(now)) {}

absl::StatusOr<crypto::PublicKey> KeyCache::Find(const std::string& id, Algorithm algorithm) {
  if (IsMissing(id, algorithm) && Begin()) FetchAll();
  absl::MutexLock lock(&mutex_);
  if (const Key* key = Lookup(id, algorithm); key != nullptr) return key->key;
  // The provider may have it since; whoever fetches is about to learn.
  if (fetching_ || failed_) return KeysUnavailable();
  return InvalidToken(
      "key", {"签名密钥不是身份认证系统公布的密钥", "the identity provider publishes no such key"});
}

void KeyCache::Refresh() {
  if (IsOld() && Begin()) FetchAll();
}

const Key* KeyCache::Lookup(const std::string& id, Algorithm algorithm) const {
  if (now_() >= known_.keys_good_until + kOutage) return nullptr;
  for (const Key& key : known_.keys) {
    if (key.id == id && key.algorithm == algorithm) return &key;
  }
  return nullptr;
}

bool KeyCache::IsMissing(const std::string& id, Algorithm algorithm) {
  absl::MutexLock lock(&mutex_);
  return Lookup(id, algorithm) == nullptr;
}

bool KeyCache::IsOld() {
  absl::MutexLock lock(&mutex_);
  return now_() >= known_.keys_good_until;
}

bool KeyCache::Begin() {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = now_();
  if (fetching_ || now < tried_ + kPause) return false;
  tried_ = now;
  fetching_ = true;
  return true;
}

void KeyCache::FetchAll() {
  Known known;
  {
    absl::MutexLock lock(&mutex_);
    known = known_;
  }
  absl::StatusOr<Known> answer = Ask(std::move(known));
  if (!answer.ok()) {
    log::Warning("login_keys_not_fetched",
                 {{"issuer", issuer_}, {"error", answer.status().ToString()}});
  }
  absl::MutexLock lock(&mutex_);
  fetching_ = false;
  failed_ = !answer.ok();
  if (answer.ok()) {
    known_ = *std::move(answer);
  } else {
    known_.url_good_until = absl::InfinitePast();  // it may be that the keys have moved
  }
}

absl::StatusOr<KeyCache::Known> KeyCache::Ask(Known known) const {
  const absl::Time now = now_();
  if (now >= known.url_good_until) {
    const std::string url =
        absl::StrCat(absl::StripSuffix(issuer_, "/"), "/.well-known/openid-configuration");
    ASSIGN_OR_RETURN(const Document discovery, get_(url));
    ASSIGN_OR_RETURN(known.keys_url, ReadDiscovery(discovery));
    known.url_good_until = now + LifeOf(discovery);
  }
  ASSIGN_OR_RETURN(const Document published, get_(known.keys_url));
  ASSIGN_OR_RETURN(known.keys, ParseKeySet(published.body));
  known.keys_good_until = now + LifeOf(published);
  return known;
}

absl::StatusOr<std::string> KeyCache::ReadDiscovery(const Document& document) const {
  const Json json = Json::parse(document.body, nullptr, /*allow_exceptions=*/false);
  // A document of somebody else must not tell whose keys count (Discovery 1.0, 4.3).
  if (!json.is_object() || !json.contains("issuer") || json["issuer"] != issuer_) {
    return absl::InvalidArgumentError("the discovery document is not of this issuer");
  }
  const auto url = json.find("jwks_uri");
  if (url == json.end() || !url->is_string() || !outbound::IsSafeUrl(url->get<std::string>())) {
    return absl::InvalidArgumentError("jwks_uri of the discovery document is no https address");
  }
  return url->get<std::string>();
}

}  // namespace rectify::oidc

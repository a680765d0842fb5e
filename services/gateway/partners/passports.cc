#include "services/gateway/partners/passports.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/crypto/base64url.h"
#include "libs/crypto/hash.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/key_id.h"
#include "nlohmann/json.hpp"

namespace rectify::gateway {
namespace {

using Json = nlohmann::json;

// So soon a gateway follows what the registry changes, as its contract says.
constexpr absl::Duration kFresh = absl::Seconds(10);
constexpr absl::Duration kOutagePause = absl::Seconds(1);
// A call that begins with the token must not see it end.
constexpr absl::Duration kLeastLife = absl::Seconds(30);
// Wrong keys are remembered too, so somebody may try to fill the memory with them.
constexpr size_t kMostEntries = 10'000;

}  // namespace

CredentialKind KindOf(absl::string_view credential) {
  if (absl::StartsWith(credential, "rk_")) return CredentialKind::kApiKey;
  const std::vector<absl::string_view> parts = absl::StrSplit(credential, '.');
  if (parts.size() != 3) return CredentialKind::kToken;
  const absl::StatusOr<std::string> claims = crypto::FromBase64Url(parts[1]);
  if (!claims.ok()) return CredentialKind::kToken;
  const Json json = Json::parse(*claims, nullptr, /*allow_exceptions=*/false);
  const auto issuer = json.is_object() ? json.find("iss") : json.end();
  if (issuer == json.end() || !issuer->is_string()) return CredentialKind::kToken;
  const auto& id = issuer->get_ref<const std::string&>();
  if (id == kOwnKey) return CredentialKind::kOwn;
  return rpc::IsKeyId(id) ? CredentialKind::kToken : CredentialKind::kIdToken;
}

bool InScope(const partner::v1::Passport& passport, const std::string& method) {
  return std::any_of(
      passport.scopes().begin(), passport.scopes().end(), [&](absl::string_view scope) {
        return absl::ConsumeSuffix(&scope, "*") ? absl::StartsWith(method, scope) : method == scope;
      });
}

Passports::Passports(Ask ask, std::function<absl::Time()> now, Follow follow)
    : ask_(std::move(ask)), now_(std::move(now)), follow_(follow) {}

void Passports::Get(const Credential& credential, const Done& done) {
  // A dump of the memory should not tell keys.
  const std::string name =
      absl::StrCat(crypto::Sha256(credential.text), credential.address, "|", credential.language);
  std::optional<absl::StatusOr<Passport>> known;
  {
    absl::MutexLock lock(&mutex_);
    MakeRoom();
    Entry& entry = entries_[name];
    if (now_() >= entry.good_until) {
      entry.waiting.push_back(done);
      if (std::exchange(entry.asking, true)) return;
    } else {
      known = entry.answer;
    }
  }
  if (known) return done(*known);
  ask_(credential, [this, name](absl::StatusOr<partner::v1::Passport> answer) {
    Learn(name, std::move(answer));
  });
}

void Passports::Learn(const std::string& name, absl::StatusOr<partner::v1::Passport> answer) {
  std::vector<Done> waiting;
  absl::StatusOr<Passport> told;
  {
    absl::MutexLock lock(&mutex_);
    Entry& entry = entries_[name];
    const absl::Time now = now_();
    if (answer.ok()) {
      entry.good_until = GoodUntil(*answer);
      entry.answer = std::make_shared<const partner::v1::Passport>(*std::move(answer));
    } else if (absl::IsUnauthenticated(answer.status()) ||
               absl::IsPermissionDenied(answer.status())) {
      entry.answer = answer.status();
      entry.good_until = now + kFresh;
    } else {
      const bool lives =
          entry.answer.ok() && rpc::ToTime((*entry.answer)->expire_time()) > now + kLeastLife;
      if (!lives) entry.answer = answer.status();
      entry.good_until = now + kOutagePause;
    }
    told = entry.answer;
    entry.asking = false;
    waiting = std::exchange(entry.waiting, {});
  }
  for (const Done& done : waiting) done(told);
}

absl::Time Passports::GoodUntil(const partner::v1::Passport& passport) const {
  const absl::Time fresh = now_() + kFresh;
  if (follow_ == Follow::kRevocations) return fresh;
  return std::max(fresh, rpc::ToTime(passport.expire_time()) - kLeastLife);
}

void Passports::MakeRoom() {
  if (entries_.size() < kMostEntries) return;
  const auto forget = [&](bool refusals_only) {
    absl::erase_if(entries_, [&](const auto& one) {
      return !one.second.asking && !(refusals_only && one.second.answer.ok());
    });
  };
  forget(/*refusals_only=*/true);
  if (entries_.size() >= kMostEntries) forget(/*refusals_only=*/false);
}

}  // namespace rectify::gateway

#include "services/gateway/partners/passports.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"

namespace rectify::gateway {
namespace {

// So soon a gateway follows what the registry changes, as its contract says.
constexpr absl::Duration kFresh = absl::Seconds(10);
constexpr absl::Duration kOutagePause = absl::Seconds(1);
// A call that begins with the token must not see it end.
constexpr absl::Duration kLeastLife = absl::Seconds(30);
// Wrong keys are remembered too, so somebody may try to fill the memory with them.
constexpr size_t kMostEntries = 10'000;

}  // namespace

bool IsApiKey(absl::string_view credential) { return absl::StartsWith(credential, "rk_"); }

bool InScope(const partner::v1::Passport& passport, const std::string& method) {
  return std::any_of(
      passport.scopes().begin(), passport.scopes().end(), [&](absl::string_view scope) {
        return absl::ConsumeSuffix(&scope, "*") ? absl::StartsWith(method, scope) : method == scope;
      });
}

Passports::Passports(Ask ask, std::function<absl::Time()> now)
    : ask_(std::move(ask)), now_(std::move(now)) {}

void Passports::Get(const std::string& key, const std::string& address, const Done& done) {
  // A dump of the memory should not tell keys.
  const std::string name = absl::StrCat(crypto::Sha256(key), address);
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
  partner::v1::ExchangeApiKeyRequest request;
  request.set_api_key(key);
  request.set_remote_address(address);
  ask_(request, [this, name](absl::StatusOr<partner::v1::Passport> answer) {
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
      entry.answer = std::make_shared<const partner::v1::Passport>(*std::move(answer));
      entry.good_until = now + kFresh;
    } else if (absl::IsUnauthenticated(answer.status())) {
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

void Passports::MakeRoom() {
  if (entries_.size() < kMostEntries) return;
  absl::erase_if(entries_, [](const auto& entry) { return !entry.second.asking; });
}

}  // namespace rectify::gateway

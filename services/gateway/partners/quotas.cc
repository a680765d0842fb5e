#include "services/gateway/partners/quotas.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "libs/log/log.h"
#include "libs/rpc/convert.h"

namespace rectify::gateway {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);

// A twentieth of the minute's requests: twenty gateways waste at most one minute's worth, and a
// partner that makes ten in a second has the registry asked every three seconds.
int Portion(int limit) { return std::max(1, limit / 20); }

absl::Time NextMinute(absl::Time now) {
  return absl::UnixEpoch() + absl::Floor(now - absl::UnixEpoch(), kMinute) + kMinute;
}

}  // namespace

Standing Quotas::Account::StandingOf(bool granted) const {
  return {granted, limit, own + others, reset};
}

Quotas::Quotas(Ask ask, std::function<absl::Time()> now)
    : ask_(std::move(ask)), now_(std::move(now)) {}

void Quotas::Take(const std::string& partner, int limit, const Done& done) {
  std::optional<Standing> standing;
  {
    absl::MutexLock lock(&mutex_);
    Account& account = accounts_[partner];
    account.limit = limit;
    if (now_() >= account.reset) {
      account.own = 0;
      account.used_up = false;
    }
    if (account.own == 0 && !account.used_up) {
      account.waiting.push_back(done);
      if (std::exchange(account.asking, true)) return;
    } else {
      standing = account.StandingOf(account.own > 0);
      if (standing->granted) {
        --account.own;
        --standing->left;
      }
    }
  }
  if (standing) return done(*standing);
  AskFor(partner, Portion(limit));
}

void Quotas::AskFor(const std::string& partner, int wanted) {
  partner::v1::TakeRequestsRequest request;
  request.set_partner(partner);
  request.set_wanted(wanted);
  ask_(request, [this, partner](const absl::StatusOr<partner::v1::TakeRequestsResponse>& answer) {
    Learn(partner, answer);
  });
}

void Quotas::Learn(const std::string& partner,
                   const absl::StatusOr<partner::v1::TakeRequestsResponse>& answer) {
  std::vector<std::pair<Done, Standing>> told;
  int wanted = 0;
  {
    absl::MutexLock lock(&mutex_);
    Account& account = accounts_[partner];
    if (answer.ok()) {
      account.own = answer->granted();
      account.others = answer->left();
      account.reset = rpc::ToTime(answer->reset_time());
      account.used_up = answer->granted() == 0;
    } else {
      log::Warning("partner_not_counted",
                   {{"partner", partner}, {"error", answer.status().ToString()}});
      const absl::Time now = now_();
      account.used_up = now < account.uncounted_until;
      account.own = account.used_up ? 0 : account.limit;
      account.others = 0;
      account.reset = account.uncounted_until = NextMinute(now);
    }
    while (!account.waiting.empty() && (account.own > 0 || account.used_up)) {
      const bool granted = account.own > 0;
      if (granted) --account.own;
      told.emplace_back(std::move(account.waiting.back()), account.StandingOf(granted));
      account.waiting.pop_back();
    }
    account.asking = !account.waiting.empty();
    if (account.asking) {
      const int waiting = static_cast<int>(std::min<size_t>(account.waiting.size(), account.limit));
      wanted = std::max(Portion(account.limit), waiting);
    }
  }
  for (auto& [done, standing] : told) done(standing);
  if (wanted > 0) AskFor(partner, wanted);
}

}  // namespace rectify::gateway

#include "libs/rpc/own_token.h"

#include <utility>

#include "absl/time/clock.h"
#include "libs/log/log.h"

namespace rectify::rpc {
namespace {

constexpr absl::Duration kTokenLife = absl::Minutes(10);

}  // namespace

std::string OwnToken::Get() {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = absl::Now();
  if (now + kTokenLife / 2 > expires_) {
    Caller self;
    self.subject = subject_;
    self.roles = {"SERVICE"};
    absl::StatusOr<std::string> token = signer_->Sign(self, kTokenLife);
    if (!token.ok()) {
      log::Error("token_not_signed", {{"error", token.status().ToString()}});
      return "";
    }
    token_ = *std::move(token);
    expires_ = now + kTokenLife;
  }
  return token_;
}

}  // namespace rectify::rpc

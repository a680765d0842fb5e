// Where those come in for whom the partner registry vouches. A partner's key becomes who shows it,
// and one of the requests of its minute; a person's ID token becomes who has logged in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/http/message.h"
#include "libs/rpc/client.h"
#include "libs/rpc/own_token.h"
#include "services/gateway/partners/passports.h"
#include "services/gateway/partners/quotas.h"

namespace rectify::gateway {

struct Visitor {
  Passports::Passport passport;
  Standing standing;

  const std::string& partner() const { return passport->partner(); }
  // PERMISSION_DENIED SCOPE_MISSING. Roles and objects are for the service to judge.
  absl::Status MayCall(const std::string& method) const;
};

// RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers), and Retry-After for who
// has to wait.
void AddStanding(const Standing& standing, absl::Time now, http::Headers& headers);

// RESOURCE_EXHAUSTED RATE_LIMITED.
// What the gateway shows its peers must not work for somebody who has copied it: UNAUTHENTICATED.
absl::Status OwnTokenFromOutside();
absl::Status TooManyRequests();

// Thread-safe.
class PartnerDoor {
 public:
  // Both outlive it, and the client's calls end before it does.
  PartnerDoor(const rpc::Client& registry, rpc::OwnToken& token);

  // `remote`: address and port. UNAUTHENTICATED API_KEY_INVALID, or why the registry can't be
  // asked.
  void Enter(const std::string& key, const std::string& remote, const std::string& language,
             std::function<void(absl::StatusOr<Visitor>)> done);
  // UNAUTHENTICATED ID_TOKEN_INVALID or LOGIN_NOT_SET_UP, PERMISSION_DENIED LOGIN_NOT_ASSIGNED, or
  // why the registry can't tell.
  void LogIn(const std::string& id_token, const std::string& language, const Passports::Done& done);

 private:
  Passports keys_;
  Passports logins_;
  Quotas quotas_;
};

}  // namespace rectify::gateway

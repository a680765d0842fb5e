// ID tokens: what an identity provider says of a person who has just logged in (OpenID Connect Core
// 1.0, checked as 3.1.3.7 says). By which algorithms is for us to say, never for the token.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/crypto/public_key.h"
#include "libs/oidc/key_set.h"
#include "nlohmann/json.hpp"

namespace rectify::oidc {

inline constexpr absl::Duration kClockSkew = absl::Seconds(60);

struct Provider {
  std::string issuer;              // as `iss` has it
  std::string client_id;           // what `aud` must have
  std::set<Algorithm> algorithms;  // that its signatures may have
};

struct Login {
  nlohmann::json claims;   // an object
  absl::Time expire_time;  // after which the token is refused: `exp` and the skew of clocks
};

// Thread-safe when `find_key` and `now` are.
class IdTokenVerifier {
 public:
  using FindKey =
      std::function<absl::StatusOr<crypto::PublicKey>(const std::string& id, Algorithm algorithm)>;
  IdTokenVerifier(Provider provider, FindKey find_key, std::function<absl::Time()> now);

  // UNAUTHENTICATED ID_TOKEN_INVALID with metadata `cause`: form, algorithm, issuer, key,
  // signature, audience, claims, expired, early. Or why `find_key` can't tell.
  absl::StatusOr<Login> Verify(absl::string_view token) const;

 private:
  const Provider provider_;
  const FindKey find_key_;
  const std::function<absl::Time()> now_;
};

}  // namespace rectify::oidc

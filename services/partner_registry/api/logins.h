// People at the door: the identity provider's tokens, and ours for them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/oidc/id_token.h"
#include "libs/oidc/key_cache.h"
#include "libs/rpc/token.h"
#include "services/partner_registry/api/login_setup.h"

namespace rectify::partner::api {

// Thread-safe.
class Logins {
 public:
  // `setup_file` is read now. `keys` is the folder with private/people.pem, which signs for people.
  static absl::StatusOr<std::unique_ptr<Logins>> Create(
      const std::string& setup_file, const std::string& keys,
      const std::function<absl::Time()>& real_now);

  // To be called every few seconds: asks the provider for its keys as often as they say, so that no
  // login waits for them.
  void RefreshKeys() { keys_.Refresh(); }
  const oidc::IdTokenVerifier& verifier() const { return verifier_; }
  const domain::LoginRules& rules() const { return setup_.rules; }
  const rpc::TokenSigner& signer() const { return *signer_; }

 private:
  Logins(LoginSetup setup, std::unique_ptr<rpc::TokenSigner> signer,
         const std::function<absl::Time()>& real_now);

  const LoginSetup setup_;
  const std::unique_ptr<rpc::TokenSigner> signer_;
  oidc::KeyCache keys_;
  const oidc::IdTokenVerifier verifier_;
};

}  // namespace rectify::partner::api

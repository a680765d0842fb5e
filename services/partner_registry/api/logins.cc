// ExchangeIdToken.
#include "services/partner_registry/api/logins.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/oidc/fetch.h"
#include "libs/rpc/convert.h"
#include "rectify/partner/v1/partner_access.pb.h"
#include "services/partner_registry/api/handlers.h"

namespace rectify::partner::api {
namespace {

absl::StatusOr<v1::Passport> ExchangeIdToken(const Context& context,
                                             const v1::ExchangeIdTokenRequest& request) {
  if (context.logins == nullptr) {
    return PreconditionError("LOGIN_NOT_SET_UP",
                             {"本系统没有接入统一身份认证，请使用本系统签发的凭证",
                              "no identity provider is known here, use a token of this system"});
  }
  const Logins& logins = *context.logins;
  ASSIGN_OR_RETURN(const oidc::Login login, logins.verifier().Verify(request.id_token()));
  ASSIGN_OR_RETURN(domain::Person person, domain::PersonOf(logins.rules(), login.claims));
  const absl::Time now = context.real_now();
  const absl::Time end = std::min(now + kTokenLife, login.expire_time);
  const rpc::Caller caller{person.user, person.roles, person.district, person.posts};
  v1::Passport passport;
  ASSIGN_OR_RETURN(*passport.mutable_token(), logins.signer().Sign(caller, end - now));
  passport.set_user(person.user);
  *passport.mutable_expire_time() = rpc::ToTimestamp(end);
  log::Info("login", {{"user", person.user}, {"roles", absl::StrJoin(person.roles, ",")}});
  return passport;
}

}  // namespace

Logins::Logins(LoginSetup setup, std::unique_ptr<rpc::TokenSigner> signer,
               const std::function<absl::Time()>& real_now)
    : setup_(std::move(setup)),
      signer_(std::move(signer)),
      keys_(setup_.provider.issuer, oidc::Fetch, real_now),
      verifier_(
          setup_.provider,
          [this](const std::string& id, oidc::Algorithm algorithm) {
            return keys_.Find(id, algorithm);
          },
          real_now) {}

absl::StatusOr<std::unique_ptr<Logins>> Logins::Create(
    const std::string& setup_file, const std::string& keys,
    const std::function<absl::Time()>& real_now) {
  ASSIGN_OR_RETURN(LoginSetup setup, ReadLoginSetup(setup_file));
  ASSIGN_OR_RETURN(std::unique_ptr<rpc::TokenSigner> signer,
                   rpc::TokenSigner::FromFile(absl::StrCat(keys, "/private/people.pem")));
  return std::unique_ptr<Logins>(new Logins(std::move(setup), std::move(signer), real_now));
}

void RegisterLogins(const std::shared_ptr<const Context>& context) {
  context->host.server().Unary<v1::ExchangeIdTokenRequest, v1::Passport>(
      "rectify.partner.v1.PartnerAccess.ExchangeIdToken",
      [context](const auto&, const auto& request) { return ExchangeIdToken(*context, request); });
}

}  // namespace rectify::partner::api

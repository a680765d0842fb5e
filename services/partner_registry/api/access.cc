// ExchangeApiKey, TakeRequests.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/authz/v1/authz.pb.h"
#include "rectify/partner/v1/partner_access.pb.h"
#include "services/partner_registry/api/handlers.h"
#include "services/partner_registry/store/partner_store.h"
#include "services/partner_registry/store/quota_store.h"

namespace rectify::partner::api {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);

absl::Status KeyError() {
  return MakeError(absl::StatusCode::kUnauthenticated,
                   {.reason = "API_KEY_INVALID",
                    .text = {"密钥无效、已过期、已吊销，或者不得从该地址使用",
                             "the key is invalid, expired, revoked, or may not be used from this "
                             "address"},
                    .metadata = {},
                    .violations = {}});
}

// The role's name as tokens carry it.
std::string RoleOf(const domain::Partner& partner) {
  const auto role = static_cast<authz::v1::Role>(partner.fields.role);
  return std::string(absl::StripPrefix(authz::v1::Role_Name(role), "ROLE_"));
}

absl::StatusOr<v1::Passport> ExchangeApiKey(const Context& context, const rpc::Call& call,
                                            const v1::ExchangeApiKeyRequest& request) {
  const std::optional<domain::ShownKey> shown = domain::ReadKey(request.api_key());
  if (!shown) return KeyError();
  ASSIGN_OR_RETURN(
      const std::vector<store::KeyHolder> holders,
      context.host.pool().TransactValue("partner.find_key", ReadOnly(call),
                                        [&](pg::Tx& tx) { return store::FindKey(tx, shown->id); }));
  const absl::Time now = context.real_now();
  if (holders.empty() || holders[0].partner.state != domain::State::kActive ||
      !domain::Opens(holders[0].key, *shown, request.remote_address(), now)) {
    return KeyError();
  }
  const domain::Partner& partner = holders[0].partner;
  const absl::Time end = std::min(now + kTokenLife, holders[0].key.expire_time);
  rpc::Caller caller;
  caller.subject = partner.name();
  caller.roles = {RoleOf(partner)};
  caller.district = partner.district;
  caller.posts = partner.fields.posts;
  v1::Passport passport;
  ASSIGN_OR_RETURN(*passport.mutable_token(), context.signer->Sign(caller, end - now));
  passport.set_partner(partner.name());
  *passport.mutable_expire_time() = rpc::ToTimestamp(end);
  for (const std::string& scope : partner.fields.scopes) passport.add_scopes(scope);
  passport.set_requests_per_minute(partner.fields.requests_per_minute);
  return passport;
}

absl::StatusOr<v1::TakeRequestsResponse> TakeRequests(const Context& context, const rpc::Call& call,
                                                      const v1::TakeRequestsRequest& request) {
  if (request.wanted() < 1 || request.wanted() > domain::kMostRequests) {
    return FieldError("wanted", {absl::StrCat("应为1至", domain::kMostRequests),
                                 absl::StrCat("must be from 1 to ", domain::kMostRequests)});
  }
  const NameParts name = PartsOf(request.partner());
  const absl::Time now = context.real_now();
  const absl::Time minute = absl::UnixEpoch() + absl::Floor(now - absl::UnixEpoch(), kMinute);
  ASSIGN_OR_RETURN(const store::Taken taken,
                   context.host.pool().TransactValue(
                       "partner.take_requests", {.deadline = call.deadline},
                       [&](pg::Tx& tx) -> absl::StatusOr<store::Taken> {
                         ASSIGN_OR_RETURN(const domain::Partner partner,
                                          store::ReadPartner(tx, name.district, name.partner));
                         return store::TakeRequests(tx, partner, minute, request.wanted());
                       }));
  v1::TakeRequestsResponse response;
  response.set_granted(taken.granted);
  response.set_left(taken.left);
  *response.mutable_reset_time() = rpc::ToTimestamp(minute + kMinute);
  return response;
}

}  // namespace

void RegisterAccess(const std::shared_ptr<const Context>& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::ExchangeApiKeyRequest, v1::Passport>(
      "rectify.partner.v1.PartnerAccess.ExchangeApiKey",
      [context](const auto& call, const auto& request) {
        return ExchangeApiKey(*context, call, request);
      });
  server.Unary<v1::TakeRequestsRequest, v1::TakeRequestsResponse>(
      "rectify.partner.v1.PartnerAccess.TakeRequests",
      [context](const auto& call, const auto& request) {
        return TakeRequests(*context, call, request);
      });
}

}  // namespace rectify::partner::api

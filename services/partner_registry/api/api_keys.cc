// IssueApiKey, ListApiKeys, RevokeApiKey.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"
#include "rectify/partner/v1/partner_service.pb.h"
#include "services/partner_registry/api/handlers.h"
#include "services/partner_registry/events/payloads.h"
#include "services/partner_registry/store/partner_store.h"

namespace rectify::partner::api {
namespace {

using domain::ApiKey;
using domain::Partner;
using events::ToProto;
using rectify::events::Change;

constexpr size_t kApiKeyBytes = 32;

void Record(Change& change, const ApiKey& key, absl::string_view action, std::string summary) {
  change.Audit({.subject = key.name(),
                .related = {domain::PartnerName(key.district, key.partner)},
                .action = std::string(action),
                .summary = std::move(summary),
                .details = {{"expire_time", absl::FormatTime(key.expire_time)}}});
}

absl::Status CheckCount(Change& change, const Partner& partner, absl::Time now) {
  ASSIGN_OR_RETURN(const int64_t live, store::CountLiveKeys(change.sql(), partner, now));
  if (live < domain::kMostLiveKeys) return absl::OkStatus();
  return PreconditionError("API_KEY_LIMIT", {"该接入单位已有两个有效密钥，请先吊销一个",
                                             "the partner has two live keys, revoke one first"});
}

absl::StatusOr<v1::IssueApiKeyResponse> IssueApiKey(const Context& context, const rpc::Call& call,
                                                    const v1::IssueApiKeyRequest& request) {
  const absl::Time now = context.real_now();
  const NameParts name = PartsOf(request.parent());
  // The answer that is kept for repeats must not have it, so it is put in afterwards.
  std::string secret;
  absl::StatusOr<v1::IssueApiKeyResponse> response =
      context.host.commands().Run<v1::IssueApiKeyResponse>(
          call, [&](Change& change) -> absl::StatusOr<v1::IssueApiKeyResponse> {
            ASSIGN_OR_RETURN(const Partner partner,
                             store::LockPartner(change.sql(), name.district, name.partner));
            const std::string random = crypto::RandomBytes(kApiKeyBytes);
            const auto& networks = request.api_key().networks();
            const ApiKey key{.district = name.district,
                             .partner = name.partner,
                             .id = change.NewId("api_key"),
                             .secret_sha256 = crypto::Sha256(random),
                             .networks = {networks.begin(), networks.end()},
                             .expire_time = rpc::ToTime(request.api_key().expire_time()),
                             .create_time = now,
                             .revoke_time = {}};
            RETURN_IF_ERROR(PrefixFields(domain::CheckKey(key, now), "api_key"));
            RETURN_IF_ERROR(CheckCount(change, partner, now));
            RETURN_IF_ERROR(store::InsertKey(change.sql(), key));
            Record(change, key, "IssueApiKey",
                   absl::StrCat("签发密钥：", partner.fields.display_name));
            events::EmitIssued(change, key, now);
            secret = domain::KeyText(key.id, random);
            v1::IssueApiKeyResponse answer;
            *answer.mutable_api_key() = ToProto(key, now);
            return answer;
          });
  if (response.ok()) response->set_secret(secret);
  return response;
}

absl::StatusOr<v1::ListApiKeysResponse> ListApiKeys(const Context& context, const rpc::Call& call,
                                                    const v1::ListApiKeysRequest& request) {
  const absl::Time now = context.real_now();
  const NameParts name = PartsOf(request.parent());
  return context.host.pool().TransactValue(
      "partner.list_keys", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::ListApiKeysResponse> {
        RETURN_IF_ERROR(store::ReadPartner(tx, name.district, name.partner).status());
        ASSIGN_OR_RETURN(auto page, store::ListKeys(tx, name.district, name.partner,
                                                    request.page_size(), request.page_token()));
        v1::ListApiKeysResponse response;
        for (const ApiKey& key : page.first) *response.add_api_keys() = ToProto(key, now);
        response.set_next_page_token(page.second);
        return response;
      });
}

absl::StatusOr<v1::ApiKey> RevokeApiKey(const Context& context, const rpc::Call& call,
                                        const v1::RevokeApiKeyRequest& request) {
  const absl::Time now = context.real_now();
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::ApiKey>(
      call, [&](Change& change) -> absl::StatusOr<v1::ApiKey> {
        ASSIGN_OR_RETURN(ApiKey key,
                         store::LockKey(change.sql(), name.district, name.partner, name.key));
        if (key.revoke_time.has_value()) return ToProto(key, now);
        key.revoke_time = now;
        RETURN_IF_ERROR(store::SaveRevocation(change.sql(), key));
        Record(change, key, "RevokeApiKey", absl::StrCat("吊销密钥：", request.reason()));
        events::EmitRevoked(change, key, now);
        return ToProto(key, now);
      });
}

}  // namespace

void RegisterApiKeys(const std::shared_ptr<const Context>& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::IssueApiKeyRequest, v1::IssueApiKeyResponse>(
      "rectify.partner.v1.PartnerRegistry.IssueApiKey",
      [context](const auto& call, const auto& request) {
        return IssueApiKey(*context, call, request);
      });
  server.Unary<v1::ListApiKeysRequest, v1::ListApiKeysResponse>(
      "rectify.partner.v1.PartnerRegistry.ListApiKeys",
      [context](const auto& call, const auto& request) {
        return ListApiKeys(*context, call, request);
      });
  server.Unary<v1::RevokeApiKeyRequest, v1::ApiKey>(
      "rectify.partner.v1.PartnerRegistry.RevokeApiKey",
      [context](const auto& call, const auto& request) {
        return RevokeApiKey(*context, call, request);
      });
}

}  // namespace rectify::partner::api

#include "services/partner_registry/api/webhook_frame.h"

#include <utility>

#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/outbound/webhook.h"
#include "libs/rpc/convert.h"
#include "services/partner_registry/domain/partner.h"
#include "services/partner_registry/events/webhook_payloads.h"
#include "services/partner_registry/store/webhook_store.h"

namespace rectify::partner::api {
namespace {

using domain::Webhook;
using domain::WebhookKey;
using rectify::events::Change;

constexpr size_t kWebhookSecretBytes = 32;

}  // namespace

WebhookParts WebhookPartsOf(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  const auto at = [&](size_t i) { return i < parts.size() ? parts[i] : std::string(); };
  return {at(1), at(3), at(5)};
}

std::string PartnerOf(const std::string& webhook) {
  const WebhookParts parts = WebhookPartsOf(webhook);
  return domain::PartnerName(parts.district, parts.partner);
}

absl::Status CheckOwner(const rpc::Caller& caller, absl::string_view partner,
                        absl::string_view name) {
  if (caller.HasRole("REGISTRAR") || caller.HasRole("OPERATOR") || caller.subject == partner) {
    return absl::OkStatus();
  }
  return NotFoundError(std::string(name));
}

absl::StatusOr<v1::Webhook> WithKeys(const WebhookContext& context, pg::Tx& tx,
                                     const Webhook& webhook) {
  ASSIGN_OR_RETURN(const std::vector<WebhookKey> keys,
                   store::LiveKeys(tx, *context.cipher, webhook.id, context.real_now()));
  return events::ToProto(webhook, keys);
}

absl::StatusOr<v1::Webhook> RunVerb(
    const WebhookContext& context, const rpc::Call& call, const std::string& name,
    const std::string& etag, const std::function<absl::StatusOr<Webhook>(Change&, Webhook)>& fn) {
  RETURN_IF_ERROR(CheckOwner(call.caller, PartnerOf(name), name));
  const WebhookParts parts = WebhookPartsOf(name);
  return context.host.commands().Run<v1::Webhook>(
      call, [&](Change& change) -> absl::StatusOr<v1::Webhook> {
        ASSIGN_OR_RETURN(const Webhook webhook, store::LockWebhook(change.sql(), parts.district,
                                                                   parts.partner, parts.webhook));
        RETURN_IF_ERROR(rpc::CheckEtag(webhook.version, etag));
        ASSIGN_OR_RETURN(const Webhook changed, fn(change, webhook));
        // Else whoever brings its events just now would lose it for nothing.
        if (changed.version != webhook.version) {
          RETURN_IF_ERROR(store::SaveWebhook(change.sql(), changed));
        }
        return WithKeys(context, change.sql(), changed);
      });
}

absl::StatusOr<WebhookKey> AddKey(const WebhookContext& context, Change& change,
                                  const Webhook& webhook, v1::WebhookKey::Kind kind,
                                  absl::Time now) {
  WebhookKey key{.id = change.NewId("webhook_key"),
                 .kind = kind == v1::WebhookKey::KIND_ED25519 ? domain::WebhookKeyKind::kEd25519
                                                              : domain::WebhookKeyKind::kHmacSha256,
                 .secret = crypto::RandomBytes(kWebhookSecretBytes),
                 .create_time = now,
                 .expire_time = {}};
  RETURN_IF_ERROR(store::InsertKey(change.sql(), *context.cipher, webhook.id, key));
  return key;
}

std::string SecretText(const WebhookKey& key) {
  return key.kind == domain::WebhookKeyKind::kHmacSha256 ? outbound::WebhookSecretText(key.secret)
                                                         : "";
}

}  // namespace rectify::partner::api

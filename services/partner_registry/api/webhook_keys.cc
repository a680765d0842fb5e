// RotateWebhookKey.
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "rectify/partner/v1/webhook_service.pb.h"
#include "services/partner_registry/api/webhook_frame.h"
#include "services/partner_registry/events/webhook_payloads.h"
#include "services/partner_registry/store/webhook_store.h"

namespace rectify::partner::api {
namespace {

using domain::Webhook;
using domain::WebhookKey;
using rectify::events::Change;

absl::StatusOr<absl::Duration> Keep(const v1::RotateWebhookKeyRequest& request) {
  if (!request.has_keep_previous()) return domain::kKeepKeyUsually;
  const absl::Duration keep = absl::Microseconds(
      google::protobuf::util::TimeUtil::DurationToMicroseconds(request.keep_previous()));
  if (keep >= absl::ZeroDuration() && keep <= domain::kKeepKeyLongest) return keep;
  return FieldError("keep_previous",
                    {"keep_previous应为0至7天", "keep_previous must be 0 to 7 days"});
}

absl::StatusOr<v1::RotateWebhookKeyResponse> RotateWebhookKey(
    const WebhookContext& context, const rpc::Call& call,
    const v1::RotateWebhookKeyRequest& request) {
  RETURN_IF_ERROR(CheckOwner(call.caller, PartnerOf(request.name()), request.name()));
  ASSIGN_OR_RETURN(const absl::Duration keep, Keep(request));
  const absl::Time now = context.real_now();
  const WebhookParts name = WebhookPartsOf(request.name());
  // The answer that is kept for repeats must not have it, so it is put in afterwards.
  std::string secret;
  absl::StatusOr<v1::RotateWebhookKeyResponse> response =
      context.host.commands().Run<v1::RotateWebhookKeyResponse>(
          call, [&](Change& change) -> absl::StatusOr<v1::RotateWebhookKeyResponse> {
            ASSIGN_OR_RETURN(Webhook webhook, store::LockWebhook(change.sql(), name.district,
                                                                 name.partner, name.webhook));
            ++webhook.version;
            ASSIGN_OR_RETURN(std::vector<WebhookKey> live,
                             store::LiveKeys(change.sql(), *context.cipher, webhook.id, now));
            RETURN_IF_ERROR(store::SaveEnds(change.sql(), webhook.id,
                                            domain::Retire(std::move(live), keep, now)));
            ASSIGN_OR_RETURN(const WebhookKey key,
                             AddKey(context, change, webhook, request.key_kind(), now));
            secret = SecretText(key);
            RETURN_IF_ERROR(store::SaveWebhook(change.sql(), webhook));
            events::RecordWebhook(change, webhook, "RotateWebhookKey", "更换推送密钥");
            v1::RotateWebhookKeyResponse answer;
            ASSIGN_OR_RETURN(*answer.mutable_webhook(), WithKeys(context, change.sql(), webhook));
            return answer;
          });
  if (response.ok()) response->set_secret(secret);
  return response;
}

}  // namespace

void RegisterWebhookKeys(const std::shared_ptr<const WebhookContext>& context) {
  ServeWebhooks(context, "RotateWebhookKey", RotateWebhookKey);
}

}  // namespace rectify::partner::api

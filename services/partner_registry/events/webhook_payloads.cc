#include "services/partner_registry/events/webhook_payloads.h"

#include "absl/strings/str_cat.h"
#include "libs/outbound/webhook.h"
#include "libs/rpc/convert.h"
#include "rectify/partner/v1/webhook_events.pb.h"
#include "services/partner_registry/domain/partner.h"

namespace rectify::partner::events {
namespace {

v1::WebhookKey ToProto(const domain::WebhookKey& key) {
  v1::WebhookKey proto;
  proto.set_kind(static_cast<v1::WebhookKey::Kind>(key.kind));
  if (key.kind == domain::WebhookKeyKind::kEd25519) {
    proto.set_public_key(outbound::WebhookPublicKeyText(key.secret));
  }
  *proto.mutable_create_time() = rpc::ToTimestamp(key.create_time);
  if (key.expire_time) *proto.mutable_expire_time() = rpc::ToTimestamp(*key.expire_time);
  return proto;
}

}  // namespace

v1::Webhook ToProto(const domain::Webhook& webhook, const std::vector<domain::WebhookKey>& keys) {
  v1::Webhook proto;
  proto.set_name(webhook.name());
  proto.set_url(webhook.url);
  proto.set_state(static_cast<v1::Webhook::State>(webhook.state));
  proto.set_position(webhook.position);
  proto.set_failed_attempts(webhook.failed_attempts);
  const bool waits = webhook.failed_attempts > 0 && webhook.state == domain::WebhookState::kActive;
  if (waits) *proto.mutable_next_attempt_time() = rpc::ToTimestamp(webhook.next_attempt_time);
  proto.set_last_failure(webhook.last_failure);
  proto.set_replay_after_position(webhook.replay_after);
  proto.set_replay_to_position(webhook.replay_to);
  for (const domain::WebhookKey& key : keys) *proto.add_keys() = ToProto(key);
  *proto.mutable_create_time() = rpc::ToTimestamp(webhook.create_time);
  proto.set_etag(rpc::EtagOf(webhook.version));
  return proto;
}

void AuditWebhook(rectify::events::Change& change, const domain::Webhook& webhook,
                  absl::string_view action, absl::string_view what) {
  change.Audit({.subject = webhook.name(),
                .related = {domain::PartnerName(webhook.district, webhook.partner)},
                .action = std::string(action),
                .summary = absl::StrCat(what, "：", outbound::MaskedUrl(webhook.url)),
                .details = {{"position", absl::StrCat(webhook.position)}}});
}

void RecordWebhook(rectify::events::Change& change, const domain::Webhook& webhook,
                   absl::string_view action, absl::string_view what) {
  AuditWebhook(change, webhook, action, what);
  v1::WebhookChanged event;
  *event.mutable_webhook() = ToProto(webhook, {});
  event.mutable_webhook()->set_url(outbound::MaskedUrl(webhook.url));
  change.Emit(webhook.name(), webhook.version, event);
}

void RecordStopped(rectify::events::Change& change, const domain::Webhook& webhook) {
  RecordWebhook(change, webhook, "StopWebhook", absl::StrCat("推送停止，", webhook.last_failure));
}

}  // namespace rectify::partner::events

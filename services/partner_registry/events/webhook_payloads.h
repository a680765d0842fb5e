// What others learn of webhooks: never a secret.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/events/command.h"
#include "rectify/partner/v1/webhook.pb.h"
#include "services/partner_registry/domain/webhook.h"

namespace rectify::partner::events {

// `keys`: those that sign now.
v1::Webhook ToProto(const domain::Webhook& webhook, const std::vector<domain::WebhookKey>& keys);

// Audit entry alone, of what leaves the webhook as it is.
void AuditWebhook(rectify::events::Change& change, const domain::Webhook& webhook,
                  absl::string_view action, absl::string_view what);
// Trail and event of what a person did, or what became of it.
void RecordWebhook(rectify::events::Change& change, const domain::Webhook& webhook,
                   absl::string_view action, absl::string_view what);
void RecordStopped(rectify::events::Change& change, const domain::Webhook& webhook);

}  // namespace rectify::partner::events

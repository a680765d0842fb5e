// What the handlers of webhooks share.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/events/command.h"
#include "rectify/partner/v1/webhook.pb.h"
#include "services/partner_registry/api/context.h"
#include "services/partner_registry/domain/webhook.h"

namespace rectify::partner::api {

// Outlives the server; thread-safe.
struct WebhookContext {
  service::Host& host;
  const std::shared_ptr<const crypto::FieldCipher> cipher;
  // Brings one event (JSON), under this webhook-id, and waits for what comes of it.
  const std::function<domain::Answer(const domain::Webhook&, const std::vector<domain::WebhookKey>&,
                                     const std::string& id, const std::string& body)>
      send;
  const std::function<absl::Time()> real_now;
  // Tests of webhooks that are on their way.
  const std::shared_ptr<std::atomic<int>> tests = std::make_shared<std::atomic<int>>(0);
};

struct WebhookParts {
  std::string district, partner, webhook;
};
WebhookParts WebhookPartsOf(const std::string& name);
std::string PartnerOf(const std::string& webhook);

// NOT_FOUND of `name` for a partner that is not this one.
absl::Status CheckOwner(const rpc::Caller& caller, absl::string_view partner,
                        absl::string_view name);

absl::StatusOr<v1::Webhook> WithKeys(const WebhookContext& context, pg::Tx& tx,
                                     const domain::Webhook& webhook);

// The frame of what changes a webhook: whose it is, lock, etag, change, save.
absl::StatusOr<v1::Webhook> RunVerb(
    const WebhookContext& context, const rpc::Call& call, const std::string& name,
    const std::string& etag,
    const std::function<absl::StatusOr<domain::Webhook>(rectify::events::Change&, domain::Webhook)>&
        fn);

// A new key; what was before it stays as it is.
absl::StatusOr<domain::WebhookKey> AddKey(const WebhookContext& context,
                                          rectify::events::Change& change,
                                          const domain::Webhook& webhook, v1::WebhookKey::Kind kind,
                                          absl::Time now);
// What both sides share; empty where they share nothing.
std::string SecretText(const domain::WebhookKey& key);

void RegisterWebhookKeys(const std::shared_ptr<const WebhookContext>& context);

template <typename Request, typename Response>
void ServeWebhooks(const std::shared_ptr<const WebhookContext>& context, absl::string_view method,
                   absl::StatusOr<Response> (*handler)(const WebhookContext&, const rpc::Call&,
                                                       const Request&)) {
  context->host.server().Unary<Request, Response>(
      absl::StrCat("rectify.partner.v1.Webhooks.", method),
      [context, handler](const rpc::Call& call, const Request& request) {
        return handler(*context, call, request);
      });
}

}  // namespace rectify::partner::api

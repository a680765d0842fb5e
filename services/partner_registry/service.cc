#include "services/partner_registry/service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/outbound/allow_list.h"
#include "libs/rpc/token.h"
#include "partner_migrations.h"
#include "services/partner_registry/api/context.h"
#include "services/partner_registry/api/handlers.h"
#include "services/partner_registry/api/logins.h"
#include "services/partner_registry/events/feeds.h"
#include "services/partner_registry/store/quota_store.h"
#include "services/partner_registry/store/webhook_store.h"
#include "services/partner_registry/webhooks/courier.h"

namespace rectify::partner {

std::vector<pg::Migration> Migrations() {
  std::vector<pg::Migration> migrations;
  for (const auto& file : migrations::kEmbeddedFiles) {
    migrations.push_back({std::string(file.name), std::string(file.content)});
  }
  return migrations;
}

namespace {

// So that one receiver that is slow leaves others to the rest of them.
constexpr int kCouriers = 4;
constexpr absl::Duration kKeepDeliveries = absl::Hours(24 * 90);

absl::Status SetUpWebhooks(service::Host& host, const PartnerConfig& config) {
  ASSIGN_OR_RETURN(
      std::shared_ptr<const crypto::FieldCipher> cipher,
      crypto::FieldCipher::FromKeyFile(absl::StrCat(host.options().keys, "/field.key")));
  ASSIGN_OR_RETURN(outbound::AllowList allowed, outbound::AllowList::Parse(config.webhook_allow));
  const auto sender = std::make_shared<const webhooks::Sender>(std::move(allowed));
  const auto send = [sender](const auto& webhook, const auto& keys, const auto& id,
                             const auto& body) { return sender->Send(webhook, keys, id, body); };
  api::RegisterWebhooks(std::make_shared<const api::WebhookContext>(
      api::WebhookContext{host, cipher, send, config.real_now}));
  for (int i = 0; i < kCouriers; ++i) {
    const auto courier = std::make_shared<webhooks::Courier>(
        host.commands(), host.pool(), cipher, sender, NewUuid7(absl::Now()), config.real_now);
    host.AddTimer(absl::StrCat("partner.webhooks.", i), absl::Seconds(1),
                  [courier] { return courier->Run(); });
  }
  host.AddTimer("partner.forget_deliveries", absl::Minutes(10), [&host, now = config.real_now] {
    return host.pool().TransactValue("partner.forget_deliveries", {}, [&](pg::Tx& tx) {
      return store::ForgetDeliveries(tx, now() - kKeepDeliveries);
    });
  });
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterPartner(service::Host& host, const PartnerConfig& config) {
  ASSIGN_OR_RETURN(
      std::unique_ptr<rpc::TokenSigner> signer,
      rpc::TokenSigner::FromFile(absl::StrCat(host.options().keys, "/private/partners.pem")));
  std::unique_ptr<api::Logins> logins;
  if (!config.oidc_file.empty()) {
    ASSIGN_OR_RETURN(logins,
                     api::Logins::Create(config.oidc_file, host.options().keys, config.real_now));
  }
  const auto context = std::make_shared<const api::Context>(host, std::move(signer),
                                                            std::move(logins), config.real_now);
  api::RegisterPartners(context);
  api::RegisterApiKeys(context);
  api::RegisterAccess(context);
  api::RegisterLogins(context);
  if (context->logins != nullptr) {
    host.AddTimer("partner.login_keys", absl::Seconds(5), [context] {
      context->logins->RefreshKeys();
      return 0;
    });
  }
  RETURN_IF_ERROR(SetUpWebhooks(host, config));
  for (const char* source : {"venue", "hazard", "deadline"}) host.Consume(source, events::GoOn);
  host.AddTimer("partner.look", absl::Seconds(1),
                [context] { return events::LookAtSome(context->host.commands()); });
  host.AddTimer("partner.forget_minutes", absl::Minutes(10), [context] {
    return context->host.pool().TransactValue("partner.forget_minutes", {}, [&](pg::Tx& tx) {
      return store::ForgetMinutes(tx, context->real_now() - absl::Hours(1));
    });
  });
  return absl::OkStatus();
}

}  // namespace rectify::partner

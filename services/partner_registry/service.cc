#include "services/partner_registry/service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/token.h"
#include "partner_migrations.h"
#include "services/partner_registry/api/context.h"
#include "services/partner_registry/api/handlers.h"
#include "services/partner_registry/api/logins.h"
#include "services/partner_registry/events/feeds.h"
#include "services/partner_registry/store/quota_store.h"

namespace rectify::partner {

std::vector<pg::Migration> Migrations() {
  std::vector<pg::Migration> migrations;
  for (const auto& file : migrations::kEmbeddedFiles) {
    migrations.push_back({std::string(file.name), std::string(file.content)});
  }
  return migrations;
}

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

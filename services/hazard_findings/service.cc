#include "services/hazard_findings/service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hazard_migrations.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "services/hazard_findings/api/catalog_data.h"
#include "services/hazard_findings/api/checklist_data.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/events/order_feed.h"
#include "services/hazard_findings/events/registry_feed.h"

namespace rectify::hazard {

std::vector<pg::Migration> Migrations() {
  std::vector<pg::Migration> migrations;
  for (const auto& file : migrations::kEmbeddedFiles) {
    migrations.push_back({std::string(file.name), std::string(file.content)});
  }
  return migrations;
}

absl::Status RegisterHazard(service::Host& host, const HazardConfig& config) {
  ASSIGN_OR_RETURN(domain::Catalog catalog, api::LoadCatalog(config.catalog_files));
  ASSIGN_OR_RETURN(domain::Checklists checklists, api::LoadChecklists());
  ASSIGN_OR_RETURN(domain::InspectionCaps caps, api::LoadInspectionCaps());
  const std::string key_file =
      config.field_key.empty() ? absl::StrCat(host.options().keys, "/field.key") : config.field_key;
  ASSIGN_OR_RETURN(std::unique_ptr<crypto::FieldCipher> cipher,
                   crypto::FieldCipher::FromKeyFile(key_file));
  const api::Context context = {host, std::make_shared<domain::Catalog>(std::move(catalog)),
                                std::make_shared<domain::Checklists>(std::move(checklists)),
                                std::make_shared<domain::InspectionCaps>(std::move(caps)),
                                std::move(cipher)};
  api::RegisterInspectionRpcs(context);
  api::RegisterFindingRpcs(context);
  api::RegisterCatalogRpcs(context);
  api::RegisterCampaignRpcs(context);
  api::RegisterDepartmentTaskRpcs(context);
  api::RegisterSelfInspectionRpcs(context);
  api::RegisterLeadRpcs(context);
  host.Consume("venue", events::ApplyRegistryEvent);
  host.Consume("deadline", events::ApplyOrderEvent);
  return absl::OkStatus();
}

}  // namespace rectify::hazard

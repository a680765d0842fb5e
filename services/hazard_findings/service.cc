#include "services/hazard_findings/service.h"

#include <memory>
#include <utility>

#include "hazard_migrations.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/api/catalog_data.h"
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
  const api::Context context = {host, std::make_shared<domain::Catalog>(std::move(catalog))};
  api::RegisterInspectionRpcs(context);
  api::RegisterFindingRpcs(context);
  api::RegisterCatalogRpcs(context);
  host.Consume("venue", events::ApplyRegistryEvent);
  host.Consume("deadline", events::ApplyOrderEvent);
  return absl::OkStatus();
}

}  // namespace rectify::hazard

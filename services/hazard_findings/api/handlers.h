// The rpcs of this service, by group; of rectify.hazard.v1.HazardFindings unless it says otherwise.
#pragma once

#include <memory>

#include "libs/crypto/crypto.h"
#include "libs/service/host.h"
#include "services/hazard_findings/domain/catalog.h"

namespace rectify::hazard::api {

// What every handler may use; `host` outlives the server that calls them.
struct Context {
  service::Host& host;
  std::shared_ptr<const domain::Catalog> catalog;
  // Of personal data at rest.
  std::shared_ptr<const crypto::FieldCipher> cipher;
};

void RegisterInspectionRpcs(const Context& context);
void RegisterFindingRpcs(const Context& context);
void RegisterCatalogRpcs(const Context& context);
void RegisterLeadRpcs(const Context& context);  // rectify.hazard.v1.Leads

}  // namespace rectify::hazard::api

// The rpcs of rectify.hazard.v1.HazardFindings, by group.
#pragma once

#include <memory>

#include "libs/service/host.h"
#include "services/hazard_findings/domain/catalog.h"

namespace rectify::hazard::api {

// What every handler may use; `host` outlives the server that calls them.
struct Context {
  service::Host& host;
  std::shared_ptr<const domain::Catalog> catalog;
};

void RegisterInspectionRpcs(const Context& context);
void RegisterFindingRpcs(const Context& context);
void RegisterCatalogRpcs(const Context& context);

}  // namespace rectify::hazard::api

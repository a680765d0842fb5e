// Between the contract's messages and the domain's values.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "rectify/hazard/v1/hazard.pb.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "services/hazard_findings/domain/catalog.h"
#include "services/hazard_findings/domain/inspection.h"

namespace rectify::hazard::api {

domain::InspectionDraft ToDraft(const v1::RecordInspectionRequest& request);
domain::CatalogVersion ToCatalogVersion(const v1::HazardCatalog& catalog);

v1::Inspection ToProto(const domain::Inspection& inspection);
v1::Finding ToProto(const domain::Finding& finding);
v1::HazardCatalog ToProto(const domain::CatalogVersion& version);

// District and id of a name that the contract has checked.
struct NameParts {
  std::string district, id;
};
NameParts PartsOf(absl::string_view name);

}  // namespace rectify::hazard::api

#include "services/hazard_findings/api/catalog_data.h"

#include <utility>

#include "hazard_catalog.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/server.h"
#include "services/hazard_findings/api/convert.h"

namespace rectify::hazard::api {
namespace {

absl::StatusOr<domain::CatalogVersion> Checked(const v1::HazardCatalog& catalog,
                                               const std::string& file) {
  RETURN_IF_ERROR(PrefixFields(rpc::ValidateMessage(catalog), file + ": "));
  if (!catalog.has_effective_date()) {
    return FieldError(file + ": effective_date",
                      {file + ": effective_date 必填", file + ": effective_date is required"});
  }
  return ToCatalogVersion(catalog);
}

}  // namespace

absl::StatusOr<domain::CatalogVersion> ParseCatalog(absl::string_view text,
                                                    const std::string& file) {
  v1::HazardCatalog catalog;
  RETURN_IF_ERROR(rpc::ParseTextProto(text, file, catalog));
  return Checked(catalog, file);
}

absl::StatusOr<domain::Catalog> LoadCatalog(const std::vector<std::string>& files) {
  std::vector<domain::CatalogVersion> versions;
  for (const auto& embedded : data::kEmbeddedFiles) {
    ASSIGN_OR_RETURN(domain::CatalogVersion version,
                     ParseCatalog({embedded.content.data(), embedded.content.size()},
                                  std::string(embedded.name)));
    versions.push_back(std::move(version));
  }
  for (const std::string& file : files) {
    v1::HazardCatalog catalog;
    RETURN_IF_ERROR(rpc::ReadTextProto(file, catalog));
    ASSIGN_OR_RETURN(domain::CatalogVersion version, Checked(catalog, file));
    versions.push_back(std::move(version));
  }
  return domain::Catalog::Create(std::move(versions));
}

}  // namespace rectify::hazard::api

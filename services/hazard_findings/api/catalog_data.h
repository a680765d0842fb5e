// Reads the catalogue's versions: those that the binary carries, and files of later ones.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/hazard_findings/domain/catalog.h"

namespace rectify::hazard::api {

// `files`: text protos of rectify.hazard.v1.HazardCatalog. INVALID_ARGUMENT names the file and the
// fault, NOT_FOUND a missing file.
absl::StatusOr<domain::Catalog> LoadCatalog(const std::vector<std::string>& files);
// One version from a file's text; `file` is its name in errors.
absl::StatusOr<domain::CatalogVersion> ParseCatalog(absl::string_view text,
                                                    const std::string& file);

}  // namespace rectify::hazard::api

// The rules of one finding at the moment it is recorded.
#pragma once

#include <string>

#include "services/hazard_findings/domain/inspection.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {

// Adds all that is wrong with `finding`, whose path in the request is `path`. `version` is the
// catalogue of the inspection's day, nullptr when there was none. Returns the kind of hazard,
// nullptr when the code is unknown.
const HazardType* CheckFinding(const InspectionDraft& inspection, const FindingDraft& finding,
                               const std::string& path, const CatalogVersion* version,
                               const References& references, Problems& problems);

// A checked draft as a finding, without ids, ordinal and catalogue version.
Finding MakeFinding(const InspectionDraft& inspection, const FindingDraft& draft,
                    const HazardType& type);

}  // namespace rectify::hazard::domain

// Several services' audit entries as one timeline.
#pragma once

#include <vector>

#include "rectify/audit/v1/audit_trail_service.pb.h"

namespace rectify::cli {

// Merges the services' lists, each oldest first, so that times never go back and, within one
// instant, every cause stands before its effects: a service's own order holds, and what services
// did on behalf of a request comes after what its caller did. Otherwise earlier lists come first.
std::vector<audit::v1::AuditEntry> MergeTrails(
    std::vector<std::vector<audit::v1::AuditEntry>> trails);

}  // namespace rectify::cli

// Asks the registry for what this service's copies miss: a venue, officer, department or street
// that was registered a moment ago.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "libs/rpc/call.h"
#include "libs/rpc/client.h"
#include "services/hazard_findings/domain/inspection.h"

namespace rectify::hazard::api {

// Makes a copy of every name (venue, officer, department, street) that the registry knows. What the
// registry does not know stays missing, which is no error here. Waits for the registry only when a
// copy is missing; its errors pass through. Opens transactions of its own: call before the
// command's.
absl::Status CompleteReferences(pg::Pool& pool, const rpc::Client& registry, const rpc::Call& call,
                                absl::string_view district, std::vector<std::string> names);
// The same for everything that the draft mentions.
absl::Status CompleteReferences(pg::Pool& pool, const rpc::Client& registry, const rpc::Call& call,
                                const domain::InspectionDraft& draft);

}  // namespace rectify::hazard::api

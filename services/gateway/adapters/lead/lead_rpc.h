// Calls that the adapters put to the services. `done` is called once, on any thread; errors are
// those of the service, of which nothing internal is left.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "services/gateway/adapters/lead/adapter.h"

namespace rectify::gateway {

using LeadAnswer = std::function<void(absl::StatusOr<hazard::v1::Lead>)>;
using LeadPage = std::function<void(absl::StatusOr<hazard::v1::ListLeadsResponse>)>;

void CreateLead(const AskService& ask, const hazard::v1::CreateLeadRequest& request,
                LeadAnswer done);
void GetLead(const AskService& ask, const std::string& name, LeadAnswer done);
void ListLeads(const AskService& ask, const hazard::v1::ListLeadsRequest& request, LeadPage done);

// Until when leads are dealt with: by lead, the latest due time of its running clocks of `kinds`.
// `lead`: only this one; "": all of the district. Who may not see clocks, or when their service is
// away, gets none; of a great many, the latest may be missing.
using DueTimes = std::map<std::string, absl::Time>;
void FindDueTimes(const AskService& ask, const std::string& district, const std::string& lead,
                  const std::vector<std::string>& kinds, std::function<void(DueTimes)> done);

// When the lead came to where it stands.
google::protobuf::Timestamp ChangeTimeOf(const hazard::v1::Lead& lead);

}  // namespace rectify::gateway

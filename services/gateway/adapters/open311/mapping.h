// Between reports of Open311 and leads, as the mapping file says; nothing here asks anybody.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rectify/gateway/v1/lead_mapping.pb.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "services/gateway/adapters/lead/lead_mapper.h"
#include "services/gateway/adapters/lead/words.h"
#include "services/gateway/adapters/open311/document.h"

namespace rectify::gateway::open311 {

class Mapping {
 public:
  // From text; `file` names it in errors. INVALID_ARGUMENT with every mistake.
  static absl::StatusOr<std::unique_ptr<Mapping>> Parse(absl::string_view text,
                                                        absl::string_view file);
  // From a file; the one that this binary carries when `path` is empty.
  static absl::StatusOr<std::unique_ptr<Mapping>> Load(const std::string& path);

  const v1::Open311Mapping& rules() const { return rules_; }
  const v1::Open311Service* FindService(absl::string_view code) const;  // nullptr: none
  const v1::Open311Service& ServiceOf(hazard::v1::Lead::Category category) const;
  bool IsClosed(const hazard::v1::Lead& lead) const;

  Json ServiceAsJson(const v1::Open311Service& service) const;
  // Only what the reporter said and where the report stands: no officer, venue, inspection or
  // complainant. `due`: until when it will be dealt with, when that is known.
  Json LeadAsJson(const hazard::v1::Lead& lead, std::optional<absl::Time> due) const;

  // A report as the lead of a district. INVALID_ARGUMENT naming the report's fields; NOT_FOUND for
  // a service_code that there is not.
  absl::StatusOr<hazard::v1::CreateLeadRequest> ToLead(const std::string& district,
                                                       const Record& report) const;
  absl::Status InTheirWords(const absl::Status& status) const {
    return mapper_.InTheirWords(status);
  }
  bool Uses(const std::string& field) const { return mapper_.Uses(field); }

 private:
  explicit Mapping(v1::Open311Mapping rules);
  const v1::Open311Status& StatusOf(const hazard::v1::Lead& lead) const;
  absl::Status CheckDegrees(const Coordinates& coordinates) const;

  const v1::Open311Mapping rules_;
  const LeadMapper mapper_;
};

// The id that the outside knows a lead by, and back.
std::string RequestIdOf(const hazard::v1::Lead& lead);
std::string LeadName(absl::string_view district, absl::string_view request_id);

}  // namespace rectify::gateway::open311

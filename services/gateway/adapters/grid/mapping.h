// Between the grid platform's records and leads, as the mapping file says; nothing here asks
// anybody.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rectify/gateway/v1/lead_mapping.pb.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "services/gateway/adapters/lead/lead_mapper.h"

namespace rectify::gateway::grid {

using Json = nlohmann::ordered_json;

inline constexpr size_t kMostRecords = 500;

// One record of a call: what is taken of it, or why it is refused.
struct Incoming {
  std::string rec_id;  // as sent; "" when it is missing or of a wrong type
  absl::StatusOr<hazard::v1::CreateLeadRequest> request;
};

struct Batch {
  std::vector<Incoming> records;
  int ignored = 0;  // fields that nothing takes
};

class Mapping {
 public:
  // From text; `file` names it in errors. INVALID_ARGUMENT with every mistake.
  static absl::StatusOr<std::unique_ptr<Mapping>> Parse(absl::string_view text,
                                                        absl::string_view file);
  // From a file; the one that this binary carries when `path` is empty.
  static absl::StatusOr<std::unique_ptr<Mapping>> Load(const std::string& path);

  const v1::GridMapping& rules() const { return rules_; }

  // The records of `data`. INVALID_ARGUMENT naming `data` when it is no list of objects, a key is
  // there twice, or there are too many; what is wrong with one record stands in it and names
  // "data[2].address".
  absl::StatusOr<Batch> ReadRecords(const std::string& district, absl::string_view data) const;

  // The lead in the platform's fields.
  Json LeadAsRecord(const hazard::v1::Lead& lead) const;

  absl::Status InTheirWords(const absl::Status& status) const {
    return mapper_.InTheirWords(status);
  }

 private:
  explicit Mapping(v1::GridMapping rules);
  bool Uses(const std::string& field) const;
  hazard::v1::Lead::Category CategoryOf(const Record& record) const;
  // Takes what is used into `record` and counts the rest.
  absl::Status ReadFields(const nlohmann::json& object, Record& record, int& ignored) const;
  absl::StatusOr<hazard::v1::CreateLeadRequest> ToLead(const std::string& district,
                                                       const nlohmann::json& object, Record& record,
                                                       int& ignored) const;

  const v1::GridMapping rules_;
  const LeadMapper mapper_;
};

}  // namespace rectify::gateway::grid

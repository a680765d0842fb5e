// From a partner's record to a lead, as a mapping file says.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "rectify/gateway/v1/lead_mapping.pb.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "services/gateway/adapters/lead/mapping_check.h"

namespace rectify::gateway {

// Their fields by name; what is empty counts as absent.
using Record = std::map<std::string, std::string>;

class LeadMapper {
 public:
  using Fields = google::protobuf::RepeatedPtrField<v1::LeadField>;

  // `fields` must outlive it.
  explicit LeadMapper(const Fields& fields);

  // Notes what is wrong with `fields`: a target twice, of no or too many parts, one of `required`
  // that is missing.
  static void Check(const Fields& fields, const std::set<v1::LeadField::Target>& required,
                    MappingCheck& check);

  // Whether a record's field is used, and whether it is one of the coordinates.
  bool Uses(const std::string& field) const { return used_.contains(field); }
  bool IsCoordinateField(const std::string& field) const;
  // The field that errors of a target name; "" for a target that is not made.
  std::string FieldOf(v1::LeadField::Target target) const;

  // Text, place, id, time and complainant; the rest is the caller's. INVALID_ARGUMENT naming their
  // fields: a time or a coordinate that is none, one coordinate without the other, a picture's
  // address with white space.
  absl::Status Fill(const Record& record, hazard::v1::CreateLeadRequest& request) const;

  // An error about the request with their names for its fields.
  absl::Status InTheirWords(const absl::Status& status) const;

 private:
  std::string Make(v1::LeadField::Target target, const Record& record) const;
  absl::Status FillPlace(const Record& record, hazard::v1::Lead& lead) const;

  std::map<v1::LeadField::Target, const v1::LeadField*> by_target_;
  std::set<std::string> used_;
};

}  // namespace rectify::gateway

// Contract messages to and from the domain. Answers are masked here.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/field_mask.pb.h"
#include "rectify/venue/v1/venue.pb.h"
#include "services/venue_registry/domain/desk.h"
#include "services/venue_registry/domain/officer.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/store/records.h"

namespace rectify::venue::api {

// District and last segment of a name that the contract's rules have checked.
struct NameParts {
  std::string district, collection, id;
};
NameParts SplitName(const std::string& name);

// Those without anything to mask.
using store::ToContact;
using store::ToFields;
using store::ToProto;

v1::Venue ToProto(const domain::Venue& venue);

domain::OfficerFields ToFields(const v1::Officer& officer);
v1::Officer ToProto(const domain::Officer& officer);

template <typename DeskProto>
domain::Desk ToDesk(const DeskProto& proto);
v1::Street ToStreet(const domain::Desk& desk);
v1::Department ToDepartment(const domain::Desk& desk);

std::vector<std::string> PathsOf(const google::protobuf::FieldMask& mask);

// Puts the request's field of the resource before the fields of an error of the domain; update_mask
// is a field of the request itself.
absl::Status PrefixResource(const absl::Status& error, absl::string_view resource);

template <typename DeskProto>
domain::Desk ToDesk(const DeskProto& proto) {
  const NameParts name = SplitName(proto.name());
  return {.district = name.district,
          .code = name.id,
          .display_name = proto.display_name(),
          .contact = ToContact(proto.contact())};
}

}  // namespace rectify::venue::api

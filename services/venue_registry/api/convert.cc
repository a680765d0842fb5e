#include "services/venue_registry/api/convert.h"

#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

// The enum of the domain has the numbers of the contract; this catches a contract that grows.
static_assert(static_cast<int>(domain::Post::kChief) == v1::Post_MAX);

template <typename Proto>
void SetDesk(const domain::Desk& desk, absl::string_view collection, Proto& proto) {
  proto.set_name(NameOf(desk.district, collection, desk.code));
  proto.set_display_name(desk.display_name);
  *proto.mutable_contact() = ToProto(domain::Masked(desk.contact));
  proto.set_etag(rpc::EtagOf(desk.version));
}

}  // namespace

NameParts SplitName(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  NameParts result;
  if (parts.size() > 1) result.district = parts[1];
  if (parts.size() > 3) {
    result.collection = parts[2];
    result.id = parts[3];
  }
  return result;
}

v1::Venue ToProto(const domain::Venue& venue) {
  v1::Venue proto = store::ToRecord(venue);
  for (v1::ResponsiblePerson& person : *proto.mutable_persons()) {
    person.set_person_name(domain::MaskName(person.person_name()));
    *person.mutable_contact() = ToProto(domain::Masked(ToContact(person.contact())));
  }
  for (v1::FormerPerson& person : *proto.mutable_former_persons()) {
    person.set_person_name(domain::MaskName(person.person_name()));
  }
  return proto;
}

domain::OfficerFields ToFields(const v1::Officer& officer) {
  domain::OfficerFields fields;
  fields.display_name = officer.display_name();
  fields.post = static_cast<domain::Post>(officer.post());
  fields.certificate_number = officer.certificate_number();
  if (officer.has_certificate_start()) {
    fields.certificate_start = rpc::ToCivilDay(officer.certificate_start());
  }
  if (officer.has_certificate_end()) {
    fields.certificate_end = rpc::ToCivilDay(officer.certificate_end());
  }
  if (officer.has_post_start()) fields.post_start = rpc::ToCivilDay(officer.post_start());
  if (officer.has_post_end()) fields.post_end = rpc::ToCivilDay(officer.post_end());
  fields.contact = ToContact(officer.contact());
  return fields;
}

v1::Officer ToProto(const domain::Officer& officer) {
  const domain::OfficerFields& fields = officer.fields;
  v1::Officer proto;
  proto.set_name(NameOf(officer.district, "officers", officer.id));
  proto.set_display_name(fields.display_name);
  proto.set_post(static_cast<v1::Post>(fields.post));
  proto.set_certificate_number(fields.certificate_number);
  *proto.mutable_certificate_start() = rpc::ToDate(*fields.certificate_start);
  *proto.mutable_certificate_end() = rpc::ToDate(*fields.certificate_end);
  *proto.mutable_post_start() = rpc::ToDate(*fields.post_start);
  if (fields.post_end) *proto.mutable_post_end() = rpc::ToDate(*fields.post_end);
  *proto.mutable_contact() = ToProto(domain::Masked(fields.contact));
  proto.set_etag(rpc::EtagOf(officer.version));
  return proto;
}

v1::Street ToStreet(const domain::Desk& desk) {
  v1::Street proto;
  SetDesk(desk, "streets", proto);
  return proto;
}

v1::Department ToDepartment(const domain::Desk& desk) {
  v1::Department proto;
  SetDesk(desk, "departments", proto);
  return proto;
}

std::vector<std::string> PathsOf(const google::protobuf::FieldMask& mask) {
  return {mask.paths().begin(), mask.paths().end()};
}

absl::Status PrefixResource(const absl::Status& error, absl::string_view resource) {
  const auto detail = DetailOf(error);
  const bool about_mask =
      detail && !detail->violations.empty() && detail->violations[0].field == "update_mask";
  return about_mask ? error : PrefixFields(error, resource);
}

}  // namespace rectify::venue::api

#include "services/venue_registry/api/convert.h"

#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

// The enums of the domain have the numbers of the contract; these catch a contract that grows.
static_assert(static_cast<int>(domain::VenueClass::kProductionStorage) == v1::VenueClass_MAX);
static_assert(static_cast<int>(domain::VenueKind::kOther) == v1::VenueKind_MAX);
static_assert(static_cast<int>(domain::Datum::kBd09) == v1::Datum_MAX);
static_assert(static_cast<int>(domain::PersonRole::kManager) == v1::PersonRole_MAX);
static_assert(static_cast<int>(domain::VenueState::kClosed) == v1::Venue::State_MAX);
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

domain::Contact ToContact(const v1::Contact& contact) {
  return {contact.mobile(), contact.email(), contact.webhook_uri()};
}

v1::Contact ToProto(const domain::Contact& contact) {
  v1::Contact proto;
  proto.set_mobile(contact.mobile);
  proto.set_email(contact.email);
  proto.set_webhook_uri(contact.webhook_uri);
  return proto;
}

domain::VenueFields ToFields(const v1::Venue& venue) {
  domain::VenueFields fields{
      .display_name = venue.display_name(),
      .venue_class = static_cast<domain::VenueClass>(venue.venue_class()),
      .kind = static_cast<domain::VenueKind>(venue.kind()),
      .uscc = venue.uscc(),
      .no_uscc_reason = venue.no_uscc_reason(),
      .address = venue.address(),
      .street_code = SplitName(venue.street()).id,
      .point = {},
      .external_ids = {venue.external_ids().begin(), venue.external_ids().end()},
      .key_unit = venue.key_unit(),
      .persons = {},
      .building_id = SplitName(venue.building()).id,
      .units = {}};
  if (venue.has_point()) fields.point = store::ToPoint(venue.point());
  for (const v1::ResponsiblePerson& person : venue.persons()) {
    fields.persons.push_back({static_cast<domain::PersonRole>(person.role()), person.person_name(),
                              ToContact(person.contact())});
  }
  for (const v1::VenueUnit& part : venue.units()) fields.units.push_back(store::ToPart(part));
  return fields;
}

v1::Venue ToProto(const domain::Venue& venue) {
  const domain::VenueFields& fields = venue.fields;
  v1::Venue proto;
  proto.set_name(NameOf(venue.district, "venues", venue.id));
  proto.set_display_name(fields.display_name);
  proto.set_venue_class(static_cast<v1::VenueClass>(fields.venue_class));
  proto.set_kind(static_cast<v1::VenueKind>(fields.kind));
  proto.set_uscc(fields.uscc);
  proto.set_no_uscc_reason(fields.no_uscc_reason);
  proto.set_address(fields.address);
  proto.set_street(NameOf(venue.district, "streets", fields.street_code));
  if (fields.point) *proto.mutable_point() = ToProto(*fields.point);
  proto.mutable_external_ids()->insert(fields.external_ids.begin(), fields.external_ids.end());
  proto.set_key_unit(fields.key_unit);
  for (const domain::Person& person : fields.persons) {
    v1::ResponsiblePerson& out = *proto.add_persons();
    out.set_role(static_cast<v1::PersonRole>(person.role));
    out.set_person_name(domain::MaskName(person.name));
    *out.mutable_contact() = ToProto(domain::Masked(person.contact));
  }
  proto.set_state(static_cast<v1::Venue::State>(venue.state));
  proto.set_close_reason(venue.close_reason);
  *proto.mutable_create_time() = rpc::ToTimestamp(venue.create_time);
  *proto.mutable_update_time() = rpc::ToTimestamp(venue.update_time);
  proto.set_etag(rpc::EtagOf(venue.version));
  if (!fields.building_id.empty()) {
    proto.set_building(NameOf(venue.district, "buildings", fields.building_id));
  }
  for (const domain::UnitPart& part : fields.units) {
    *proto.add_units() = ToProto(venue.district, part);
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

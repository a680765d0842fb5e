#include "services/venue_registry/store/records.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/rpc/convert.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::store {
namespace {

// The enums of the domain have the numbers of the contract; these catch a contract that grows.
static_assert(static_cast<int>(domain::VenueClass::kProductionStorage) == v1::VenueClass_MAX);
static_assert(static_cast<int>(domain::VenueKind::kOther) == v1::VenueKind_MAX);
static_assert(static_cast<int>(domain::Datum::kBd09) == v1::Datum_MAX);
static_assert(static_cast<int>(domain::PersonRole::kManager) == v1::PersonRole_MAX);
static_assert(static_cast<int>(domain::VenueState::kMerged) == v1::Venue::State_MAX);
static_assert(static_cast<int>(domain::BuildingUse::kWarehouse) == v1::BuildingUse_MAX);
static_assert(static_cast<int>(domain::HighRiseClass::kPublic) == v1::HighRiseClass_MAX);
static_assert(static_cast<int>(domain::UnitRelation::kPropertyManager) ==
              v1::VenueUnit::Relation_MAX);

}  // namespace

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
      .street_code = IdOf(venue.street()),
      .point = {},
      .external_ids = {venue.external_ids().begin(), venue.external_ids().end()},
      .key_unit = venue.key_unit(),
      .persons = {},
      .building_id = IdOf(venue.building()),
      .units = {}};
  if (venue.has_point()) fields.point = ToPoint(venue.point());
  for (const v1::ResponsiblePerson& person : venue.persons()) {
    fields.persons.push_back({static_cast<domain::PersonRole>(person.role()), person.person_name(),
                              ToContact(person.contact())});
    if (person.has_start_day()) {
      fields.persons.back().start_day = rpc::ToCivilDay(person.start_day());
    }
  }
  for (const v1::VenueUnit& part : venue.units()) fields.units.push_back(ToPart(part));
  return fields;
}

std::vector<v1::CampaignClass> CampaignClassesOf(const domain::Venue& venue) {
  std::vector<v1::CampaignClass> places;
  for (const auto& [campaign, place] : venue.fields.campaign_classes) {
    v1::CampaignClass& out = places.emplace_back();
    out.set_campaign(NameOf(venue.district, "campaigns", campaign));
    out.set_venue_class(static_cast<v1::VenueClass>(place.venue_class));
    out.set_target_group(place.target_group);
    *out.mutable_set_time() = rpc::ToTimestamp(place.set_time);
  }
  return places;
}

v1::Venue ToRecord(const domain::Venue& venue) {
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
    out.set_person_name(person.name);
    *out.mutable_contact() = ToProto(person.contact);
    if (person.start_day) *out.mutable_start_day() = rpc::ToDate(*person.start_day);
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
  for (v1::CampaignClass& place : CampaignClassesOf(venue)) {
    *proto.add_campaign_classes() = std::move(place);
  }
  for (const domain::FormerPerson& person : venue.former_persons) {
    v1::FormerPerson& out = *proto.add_former_persons();
    out.set_role(static_cast<v1::PersonRole>(person.role));
    out.set_person_name(person.name);
    if (person.start_day) *out.mutable_start_day() = rpc::ToDate(*person.start_day);
    *out.mutable_end_day() = rpc::ToDate(person.end_day);
  }
  if (!venue.merged_into.empty()) {
    proto.set_merged_into(NameOf(venue.district, "venues", venue.merged_into));
  }
  return proto;
}

domain::Venue FromRecord(const v1::Venue& record, int64_t version) {
  domain::Venue venue{.district = DistrictOf(record.name()),
                      .id = IdOf(record.name()),
                      .fields = ToFields(record),
                      .state = static_cast<domain::VenueState>(record.state()),
                      .close_reason = record.close_reason(),
                      .create_time = rpc::ToTime(record.create_time()),
                      .update_time = rpc::ToTime(record.update_time()),
                      .version = version,
                      .merged_into = IdOf(record.merged_into())};
  for (const v1::CampaignClass& place : record.campaign_classes()) {
    venue.fields.campaign_classes[IdOf(place.campaign())] = {
        static_cast<domain::VenueClass>(place.venue_class()), place.target_group(),
        rpc::ToTime(place.set_time())};
  }
  for (const v1::FormerPerson& person : record.former_persons()) {
    domain::FormerPerson& former = venue.former_persons.emplace_back();
    former.role = static_cast<domain::PersonRole>(person.role());
    former.name = person.person_name();
    if (person.has_start_day()) former.start_day = rpc::ToCivilDay(person.start_day());
    former.end_day = rpc::ToCivilDay(person.end_day());
  }
  return venue;
}

v1::Point ToProto(const domain::Point& point) {
  v1::Point proto;
  proto.set_longitude(point.longitude);
  proto.set_latitude(point.latitude);
  proto.set_datum(static_cast<v1::Datum>(point.datum));
  return proto;
}

domain::Point ToPoint(const v1::Point& point) {
  return {point.longitude(), point.latitude(), static_cast<domain::Datum>(point.datum())};
}

domain::BuildingFields ToFields(const v1::Building& building) {
  domain::BuildingFields fields{
      .display_name = building.display_name(),
      .address = building.address(),
      .street_code = IdOf(building.street()),
      .point = {},
      .height_m = building.height_m(),
      .floors_above = building.floors_above(),
      .floors_below = building.floors_below(),
      .use = static_cast<domain::BuildingUse>(building.use()),
      .built_year = building.built_year(),
      .high_rise_class = static_cast<domain::HighRiseClass>(building.high_rise_class())};
  if (building.has_point()) fields.point = ToPoint(building.point());
  return fields;
}

v1::Building ToProto(const domain::Building& building) {
  const domain::BuildingFields& fields = building.fields;
  v1::Building proto;
  proto.set_name(NameOf(building.district, "buildings", building.id));
  proto.set_display_name(fields.display_name);
  proto.set_address(fields.address);
  proto.set_street(NameOf(building.district, "streets", fields.street_code));
  if (fields.point) *proto.mutable_point() = ToProto(*fields.point);
  proto.set_height_m(fields.height_m);
  proto.set_floors_above(fields.floors_above);
  proto.set_floors_below(fields.floors_below);
  proto.set_use(static_cast<v1::BuildingUse>(fields.use));
  proto.set_built_year(fields.built_year);
  proto.set_high_rise_class(static_cast<v1::HighRiseClass>(fields.high_rise_class));
  proto.set_suggested_high_rise_class(
      static_cast<v1::HighRiseClass>(domain::SuggestHighRiseClass(fields)));
  *proto.mutable_create_time() = rpc::ToTimestamp(building.create_time);
  *proto.mutable_update_time() = rpc::ToTimestamp(building.update_time);
  proto.set_etag(rpc::EtagOf(building.version));
  return proto;
}

domain::UnitFields ToFields(const v1::Unit& unit) {
  return {.display_name = unit.display_name(),
          .trade_name = unit.trade_name(),
          .uscc = unit.uscc(),
          .no_uscc_reason = unit.no_uscc_reason()};
}

v1::Unit ToProto(const domain::Unit& unit) {
  v1::Unit proto;
  proto.set_name(NameOf(unit.district, "units", unit.id));
  proto.set_display_name(unit.fields.display_name);
  proto.set_trade_name(unit.fields.trade_name);
  proto.set_uscc(unit.fields.uscc);
  proto.set_no_uscc_reason(unit.fields.no_uscc_reason);
  *proto.mutable_create_time() = rpc::ToTimestamp(unit.create_time);
  *proto.mutable_update_time() = rpc::ToTimestamp(unit.update_time);
  proto.set_etag(rpc::EtagOf(unit.version));
  return proto;
}

domain::UnitPart ToPart(const v1::VenueUnit& part) {
  domain::UnitPart result{.unit_id = IdOf(part.unit()),
                          .relation = static_cast<domain::UnitRelation>(part.relation()),
                          .start_day = {},
                          .end_day = {}};
  if (part.has_start_day()) result.start_day = rpc::ToCivilDay(part.start_day());
  if (part.has_end_day()) result.end_day = rpc::ToCivilDay(part.end_day());
  return result;
}

v1::VenueUnit ToProto(const std::string& district, const domain::UnitPart& part) {
  v1::VenueUnit proto;
  proto.set_unit(NameOf(district, "units", part.unit_id));
  proto.set_relation(static_cast<v1::VenueUnit::Relation>(part.relation));
  if (part.start_day) *proto.mutable_start_day() = rpc::ToDate(*part.start_day);
  if (part.end_day) *proto.mutable_end_day() = rpc::ToDate(*part.end_day);
  return proto;
}

}  // namespace rectify::venue::store

#include "services/venue_registry/store/records.h"

#include <string>
#include <vector>

#include "libs/rpc/convert.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::store {
namespace {

static_assert(static_cast<int>(domain::BuildingUse::kWarehouse) == v1::BuildingUse_MAX);
static_assert(static_cast<int>(domain::HighRiseClass::kPublic) == v1::HighRiseClass_MAX);
static_assert(static_cast<int>(domain::UnitRelation::kPropertyManager) ==
              v1::VenueUnit::Relation_MAX);

}  // namespace

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

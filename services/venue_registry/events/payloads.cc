#include "services/venue_registry/events/payloads.h"

#include <utility>

#include "libs/rpc/convert.h"
#include "rectify/venue/v1/building_events.pb.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "services/venue_registry/store/names.h"
#include "services/venue_registry/store/records.h"

namespace rectify::venue::events {
namespace {

using rectify::events::Change;

v1::VenueFacts FactsOf(const domain::Venue& venue) {
  v1::VenueFacts facts;
  facts.set_name(NameOf(venue.district, "venues", venue.id));
  facts.set_display_name(venue.fields.display_name);
  facts.set_venue_class(static_cast<v1::VenueClass>(venue.fields.venue_class));
  facts.set_kind(static_cast<v1::VenueKind>(venue.fields.kind));
  facts.set_street(NameOf(venue.district, "streets", venue.fields.street_code));
  facts.set_address(venue.fields.address);
  facts.set_key_unit(venue.fields.key_unit);
  facts.set_state(static_cast<v1::Venue::State>(venue.state));
  for (v1::CampaignClass& place : store::CampaignClassesOf(venue)) {
    *facts.add_campaign_classes() = std::move(place);
  }
  if (!venue.merged_into.empty()) {
    facts.set_merged_into(NameOf(venue.district, "venues", venue.merged_into));
  }
  return facts;
}

}  // namespace

void EmitRegistered(Change& change, const domain::Venue& venue) {
  v1::VenueRegistered event;
  *event.mutable_venue() = FactsOf(venue);
  change.Emit(event.venue().name(), venue.version, event, kVenueAudience);
}

void EmitUpdated(Change& change, const domain::Venue& venue,
                 const std::vector<std::string>& changed) {
  v1::VenueUpdated event;
  *event.mutable_venue() = FactsOf(venue);
  event.mutable_changed_fields()->Assign(changed.begin(), changed.end());
  change.Emit(event.venue().name(), venue.version, event, kVenueAudience);
}

void EmitClosed(Change& change, const domain::Venue& venue) {
  v1::VenueClosed event;
  *event.mutable_venue() = FactsOf(venue);
  event.set_reason(venue.close_reason);
  change.Emit(event.venue().name(), venue.version, event, kVenueAudience);
}

void EmitCampaignClassSet(Change& change, const domain::Venue& venue, const domain::Venue& before,
                          const std::string& campaign) {
  v1::VenueCampaignClassSet event;
  *event.mutable_venue() = FactsOf(venue);
  const std::string name = NameOf(venue.district, "campaigns", campaign);
  for (v1::CampaignClass& place : store::CampaignClassesOf(venue)) {
    if (place.campaign() == name) *event.mutable_campaign_class() = std::move(place);
  }
  const auto former = before.fields.campaign_classes.find(campaign);
  if (former != before.fields.campaign_classes.end()) {
    event.set_former_class(static_cast<v1::VenueClass>(former->second.venue_class));
  }
  change.Emit(event.venue().name(), venue.version, event, kVenueAudience);
}

void EmitMerged(Change& change, const domain::Venue& source, const domain::Venue& target) {
  v1::VenueMerged event;
  *event.mutable_source() = FactsOf(source);
  *event.mutable_target() = FactsOf(target);
  event.set_reason(source.close_reason);
  change.Emit(event.source().name(), source.version, event, kVenueAudience);
}

void EmitBuilding(Change& change, const domain::Building& building,
                  const std::vector<std::string>& changed) {
  const v1::Building facts = store::ToProto(building);
  if (changed.empty()) {
    v1::BuildingRegistered event;
    *event.mutable_building() = facts;
    change.Emit(facts.name(), building.version, event, kVenueAudience);
    return;
  }
  v1::BuildingUpdated event;
  *event.mutable_building() = facts;
  event.mutable_changed_fields()->Assign(changed.begin(), changed.end());
  change.Emit(facts.name(), building.version, event, kVenueAudience);
}

void EmitUnit(Change& change, const domain::Unit& unit, const std::vector<std::string>& changed) {
  const v1::Unit facts = store::ToProto(unit);
  if (changed.empty()) {
    v1::UnitRegistered event;
    *event.mutable_unit() = facts;
    change.Emit(facts.name(), unit.version, event, kVenueAudience);
    return;
  }
  v1::UnitUpdated event;
  *event.mutable_unit() = facts;
  event.mutable_changed_fields()->Assign(changed.begin(), changed.end());
  change.Emit(facts.name(), unit.version, event, kVenueAudience);
}

void EmitOfficer(Change& change, const domain::Officer& officer) {
  const domain::OfficerFields& fields = officer.fields;
  v1::OfficerUpdated event;
  event.set_name(NameOf(officer.district, "officers", officer.id));
  event.set_display_name(fields.display_name);
  event.set_post(static_cast<v1::Post>(fields.post));
  event.set_certificate_number(fields.certificate_number);
  *event.mutable_certificate_start() = rpc::ToDate(*fields.certificate_start);
  *event.mutable_certificate_end() = rpc::ToDate(*fields.certificate_end);
  *event.mutable_post_start() = rpc::ToDate(*fields.post_start);
  if (fields.post_end) *event.mutable_post_end() = rpc::ToDate(*fields.post_end);
  change.Emit(event.name(), officer.version, event, rectify::events::kDiscipline);
}

void EmitDesk(Change& change, domain::DeskKind kind, const domain::Desk& desk) {
  if (kind == domain::DeskKind::kStreet) {
    v1::StreetUpdated event;
    event.set_name(NameOf(desk.district, "streets", desk.code));
    event.set_display_name(desk.display_name);
    change.Emit(event.name(), desk.version, event, rectify::events::kDepartments);
    return;
  }
  v1::DepartmentUpdated event;
  event.set_name(NameOf(desk.district, "departments", desk.code));
  event.set_display_name(desk.display_name);
  change.Emit(event.name(), desk.version, event, rectify::events::kDepartments);
}

}  // namespace rectify::venue::events

// What is registered, as messages of the contract and back: for answers, events and kept versions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rectify/venue/v1/building.pb.h"
#include "rectify/venue/v1/venue.pb.h"
#include "services/venue_registry/domain/building.h"
#include "services/venue_registry/domain/unit.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::store {

v1::Contact ToProto(const domain::Contact& contact);
domain::Contact ToContact(const v1::Contact& contact);

// Without the fields that are output only.
domain::VenueFields ToFields(const v1::Venue& venue);
// The whole venue with its persons and contacts in clear: for keeping, not for answers.
v1::Venue ToRecord(const domain::Venue& venue);
domain::Venue FromRecord(const v1::Venue& record, int64_t version);
std::vector<v1::CampaignClass> CampaignClassesOf(const domain::Venue& venue);

v1::Point ToProto(const domain::Point& point);
domain::Point ToPoint(const v1::Point& point);

domain::BuildingFields ToFields(const v1::Building& building);
v1::Building ToProto(const domain::Building& building);

domain::UnitFields ToFields(const v1::Unit& unit);
v1::Unit ToProto(const domain::Unit& unit);

domain::UnitPart ToPart(const v1::VenueUnit& part);
v1::VenueUnit ToProto(const std::string& district, const domain::UnitPart& part);

}  // namespace rectify::venue::store

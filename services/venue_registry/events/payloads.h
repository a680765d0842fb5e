// What other services learn of a change: facts, no persons and no contacts.
#pragma once

#include <string>
#include <vector>

#include "libs/events/command.h"
#include "services/venue_registry/domain/building.h"
#include "services/venue_registry/domain/desk.h"
#include "services/venue_registry/domain/officer.h"
#include "services/venue_registry/domain/unit.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::events {

// Departments supervise venues of their trade, the discipline committee draws among them.
inline constexpr int kVenueAudience = rectify::events::kDepartments | rectify::events::kDiscipline;

void EmitRegistered(rectify::events::Change& change, const domain::Venue& venue);
void EmitUpdated(rectify::events::Change& change, const domain::Venue& venue,
                 const std::vector<std::string>& changed);
void EmitClosed(rectify::events::Change& change, const domain::Venue& venue);
// `before` is the venue before the change.
void EmitCampaignClassSet(rectify::events::Change& change, const domain::Venue& venue,
                          const domain::Venue& before, const std::string& campaign);
void EmitMerged(rectify::events::Change& change, const domain::Venue& source,
                const domain::Venue& target);
// A registration when `changed` is empty.
void EmitBuilding(rectify::events::Change& change, const domain::Building& building,
                  const std::vector<std::string>& changed);
void EmitUnit(rectify::events::Change& change, const domain::Unit& unit,
              const std::vector<std::string>& changed);
void EmitOfficer(rectify::events::Change& change, const domain::Officer& officer);
void EmitDesk(rectify::events::Change& change, domain::DeskKind kind, const domain::Desk& desk);

}  // namespace rectify::venue::events

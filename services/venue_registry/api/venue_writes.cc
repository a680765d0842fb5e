#include "services/venue_registry/api/venue_writes.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/events/payloads.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

using rectify::events::Change;

std::string VenueName(const domain::Venue& venue) {
  return NameOf(venue.district, "venues", venue.id);
}

absl::Status TakenError(absl::string_view field, const domain::Venue& holder) {
  const std::string existing = VenueName(holder);
  return MakeError(absl::StatusCode::kAlreadyExists,
                   {"ALREADY_EXISTS",
                    {absl::StrCat("该场所已登记：", holder.fields.display_name, "（", existing,
                                  "，字段 ", field, "）"),
                     absl::StrCat("the venue is registered as ", existing, " (", field, ")")},
                    {{"field", std::string(field)}, {"existing", existing}},
                    {}});
}

}  // namespace

bool Names(const std::vector<std::string>& paths, absl::string_view path) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& each) { return each == path || each == "*"; });
}

absl::Status CheckStreet(const Context& context, pg::Tx& tx, const std::string& district,
                         const std::string& street) {
  const NameParts name = SplitName(street);
  if (name.district == district) {
    ASSIGN_OR_RETURN(std::vector<domain::Desk> streets,
                     context.desks.Read(tx, domain::DeskKind::kStreet, district, {name.id}));
    if (!streets.empty()) return absl::OkStatus();
  }
  return NotFoundError(street);
}

absl::Status CheckParts(const Context& context, pg::Tx& tx, const domain::Venue& venue,
                        const domain::Venue* before) {
  const domain::VenueFields& fields = venue.fields;
  if (!fields.building_id.empty() &&
      (before == nullptr || before->fields.building_id != fields.building_id)) {
    ASSIGN_OR_RETURN(auto buildings,
                     context.buildings.Read(tx, venue.district, {fields.building_id}));
    if (buildings.empty()) {
      return NotFoundError(NameOf(venue.district, "buildings", fields.building_id));
    }
  }
  if (fields.units.empty() || (before != nullptr && before->fields.units == fields.units)) {
    return absl::OkStatus();
  }
  std::set<std::string> missing;
  for (const domain::UnitPart& part : fields.units) missing.insert(part.unit_id);
  ASSIGN_OR_RETURN(auto units,
                   context.units.Read(tx, venue.district, {missing.begin(), missing.end()}));
  for (const domain::Unit& unit : units) missing.erase(unit.id);
  if (missing.empty()) return absl::OkStatus();
  return NotFoundError(NameOf(venue.district, "units", *missing.begin()));
}

absl::Status CheckKeys(const Context& context, pg::Tx& tx, const domain::Venue& venue) {
  domain::KeySet keys;
  keys.Add(venue.fields);
  ASSIGN_OR_RETURN(std::vector<std::string> ids,
                   context.venues.FindByKeys(tx, venue.district, keys));
  if (venue.version == 1) ids.push_back(venue.id);
  ASSIGN_OR_RETURN(std::vector<domain::Venue> holders,
                   context.venues.Read(tx, venue.district, ids, store::Lock::kNone));
  domain::KeyIndex index;
  const size_t self = holders.size();
  for (size_t i = 0; i < holders.size(); ++i) {
    if (holders[i].id != venue.id) {
      index.Put(i, holders[i]);
    } else if (venue.version == 1) {
      return TakenError("venue_id", holders[i]);
    }
  }
  const auto collision = index.CollisionOf(venue.fields, self);
  if (!collision) return absl::OkStatus();
  return TakenError(absl::StrCat("venue.", collision->field), holders[collision->position]);
}

void RecordNew(Change& change, const domain::Venue& venue, absl::string_view action,
               absl::string_view summary) {
  change.Audit(
      {.subject = VenueName(venue),
       .related = {NameOf(venue.district, "streets", venue.fields.street_code)},
       .action = std::string(action),
       .summary = absl::StrCat(summary, "：", venue.fields.display_name),
       .details = {{"display_name", venue.fields.display_name}, {"uscc", venue.fields.uscc}}});
  events::EmitRegistered(change, venue);
}

void RecordUpdated(Change& change, const domain::VenueChange& update, absl::string_view action,
                   absl::string_view summary) {
  const std::string fields = absl::StrJoin(update.changed, ",");
  change.Audit(
      {.subject = VenueName(update.venue),
       .related = {},
       .action = std::string(action),
       .summary = absl::StrCat(summary, "：", update.venue.fields.display_name, "（", fields, "）"),
       .details = {{"changed_fields", fields}}});
  events::EmitUpdated(change, update.venue, update.changed);
}

absl::Status SaveNew(const Context& context, Change& change, const domain::Venue& venue,
                     absl::string_view action, absl::string_view summary) {
  RETURN_IF_ERROR(context.venues.Save(change.sql(), {{&venue, nullptr}}));
  RecordNew(change, venue, action, summary);
  return absl::OkStatus();
}

absl::Status SaveUpdated(const Context& context, Change& change, const domain::Venue& present,
                         const domain::VenueChange& update, absl::string_view action,
                         absl::string_view summary) {
  RETURN_IF_ERROR(context.venues.Save(change.sql(), {{&update.venue, &present}}));
  RecordUpdated(change, update, action, summary);
  return absl::OkStatus();
}

}  // namespace rectify::venue::api

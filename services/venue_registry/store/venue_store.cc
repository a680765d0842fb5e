#include "services/venue_registry/store/venue_store.h"

#include <map>
#include <optional>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/venue_registry/store/names.h"
#include "services/venue_registry/store/venue_rows.h"

namespace rectify::venue::store {
namespace {

using domain::Venue;

std::string PersonPlace(const std::string& venue_id, int n) {
  return Place("persons", venue_id, n);
}

std::vector<std::string> IdsOf(const std::vector<const Venue*>& venues) {
  std::vector<std::string> ids;
  ids.reserve(venues.size());
  for (const Venue* venue : venues) ids.push_back(venue->id);
  return ids;
}

}  // namespace

absl::StatusOr<std::vector<Venue>> VenueStore::Read(pg::Tx& tx, const std::string& district,
                                                    const std::vector<std::string>& ids,
                                                    Lock lock) const {
  std::vector<Venue> venues;
  if (ids.empty()) return venues;
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(lock == Lock::kForUpdate ? kLockVenues : kReadVenues, {district, ids}));
  for (pg::Row row : rows) venues.push_back(ToVenue(row));
  RETURN_IF_ERROR(AddParts(tx, district, venues));
  return venues;
}

absl::StatusOr<Venue> VenueStore::ReadOne(pg::Tx& tx, const std::string& district,
                                          const std::string& id, Lock lock) const {
  ASSIGN_OR_RETURN(std::vector<Venue> venues, Read(tx, district, {id}, lock));
  if (venues.empty()) return NotFoundError(NameOf(district, "venues", id));
  return std::move(venues[0]);
}

absl::Status VenueStore::AddParts(pg::Tx& tx, const std::string& district,
                                  std::vector<Venue>& venues) const {
  if (venues.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  std::map<std::string, Venue*> by_id;
  for (Venue& venue : venues) {
    ids.push_back(venue.id);
    by_id[venue.id] = &venue;
  }
  ASSIGN_OR_RETURN(pg::Rows persons, tx.Exec(kReadPersons, {district, ids}));
  for (pg::Row row : persons) {
    const std::string place = PersonPlace(row.Text(0), static_cast<int>(row.Int(1)));
    domain::Person person;
    person.role = static_cast<domain::PersonRole>(row.Int(2));
    ASSIGN_OR_RETURN(person.name, box_.Open(row, 3, place, "person_name"));
    ASSIGN_OR_RETURN(person.contact, box_.OpenContact(row, 4, place));
    by_id[row.Text(0)]->fields.persons.push_back(std::move(person));
  }
  ASSIGN_OR_RETURN(pg::Rows external, tx.Exec(kReadExternalIds, {district, ids}));
  for (pg::Row row : external) {
    by_id[row.Text(0)]->fields.external_ids[row.Text(1)] = row.Text(2);
  }
  ASSIGN_OR_RETURN(pg::Rows units, tx.Exec(kReadUnits, {district, ids}));
  for (pg::Row row : units) {
    by_id[row.Text(0)]->fields.units.push_back(
        {row.Text(1), static_cast<domain::UnitRelation>(row.Int(2)), row.OptDay(3), row.OptDay(4)});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> VenueStore::FindByKeys(pg::Tx& tx,
                                                                const std::string& district,
                                                                const domain::KeySet& keys) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kFindByKeys, KeyParams(district, keys)));
  std::vector<std::string> ids;
  for (pg::Row row : rows) ids.push_back(row.Text(0));
  return ids;
}

absl::Status VenueStore::Save(pg::Tx& tx, const std::vector<VenueWrite>& writes) const {
  std::vector<const Venue*> inserted, updated, persons, external_ids, units;
  for (const VenueWrite& write : writes) {
    const domain::VenueFields& now = write.venue->fields;
    static const domain::VenueFields& nothing = *new domain::VenueFields;
    const domain::VenueFields& before = write.before ? write.before->fields : nothing;
    (write.before ? updated : inserted).push_back(write.venue);
    if (now.persons != before.persons) persons.push_back(write.venue);
    if (now.external_ids != before.external_ids) external_ids.push_back(write.venue);
    if (now.units != before.units) units.push_back(write.venue);
  }
  // Updates first: they may free a name that an insert takes.
  if (!updated.empty()) RETURN_IF_ERROR(tx.Exec(kUpdateVenues, VenueParams(updated)).status());
  if (!inserted.empty()) RETURN_IF_ERROR(tx.Exec(kInsertVenues, VenueParams(inserted)).status());
  if (!persons.empty()) RETURN_IF_ERROR(SavePersons(tx, persons));
  if (!external_ids.empty()) RETURN_IF_ERROR(SaveExternalIds(tx, external_ids));
  if (!units.empty()) RETURN_IF_ERROR(SaveUnits(tx, units));
  return absl::OkStatus();
}

absl::Status VenueStore::SavePersons(pg::Tx& tx, const std::vector<const Venue*>& venues) const {
  const std::string& district = venues[0]->district;
  RETURN_IF_ERROR(tx.Exec(kDeletePersons, {district, IdsOf(venues)}).status());
  std::vector<std::string> ids, webhooks;
  std::vector<int> places, roles;
  std::vector<std::optional<pg::Bytes>> names, mobiles, indexes, emails;
  for (const Venue* venue : venues) {
    int n = 0;
    for (const domain::Person& person : venue->fields.persons) {
      const std::string place = PersonPlace(venue->id, n);
      ids.push_back(venue->id);
      places.push_back(n++);
      roles.push_back(static_cast<int>(person.role));
      names.push_back(box_.Seal(person.name, place, "person_name"));
      mobiles.push_back(box_.Seal(person.contact.mobile, place, "mobile"));
      indexes.push_back(box_.Index(person.contact.mobile));
      emails.push_back(box_.Seal(person.contact.email, place, "email"));
      webhooks.push_back(person.contact.webhook_uri);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx
      .Exec(kInsertPersons,
            {district, ids, places, roles, names, mobiles, indexes, emails, webhooks})
      .status();
}

absl::Status VenueStore::SaveExternalIds(pg::Tx& tx,
                                         const std::vector<const Venue*>& venues) const {
  const std::string& district = venues[0]->district;
  RETURN_IF_ERROR(tx.Exec(kDeleteExternalIds, {district, IdsOf(venues)}).status());
  std::vector<std::string> ids, systems, values;
  for (const Venue* venue : venues) {
    for (const auto& [system, value] : venue->fields.external_ids) {
      ids.push_back(venue->id);
      systems.push_back(system);
      values.push_back(value);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.Exec(kInsertExternalIds, {district, ids, systems, values}).status();
}

absl::Status VenueStore::SaveUnits(pg::Tx& tx, const std::vector<const Venue*>& venues) const {
  const std::string& district = venues[0]->district;
  RETURN_IF_ERROR(tx.Exec(kDeleteUnits, {district, IdsOf(venues)}).status());
  std::vector<std::string> ids, units;
  std::vector<int> places, relations;
  std::vector<std::optional<absl::CivilDay>> starts, ends;
  for (const Venue* venue : venues) {
    int n = 0;
    for (const domain::UnitPart& part : venue->fields.units) {
      ids.push_back(venue->id);
      places.push_back(n++);
      units.push_back(part.unit_id);
      relations.push_back(static_cast<int>(part.relation));
      starts.push_back(part.start_day);
      ends.push_back(part.end_day);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.Exec(kInsertUnits, {district, ids, places, units, relations, starts, ends}).status();
}

absl::StatusOr<std::pair<std::vector<Venue>, std::string>> VenueStore::List(
    pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
    absl::string_view page_token) const {
  ASSIGN_OR_RETURN(query::ListQuery list, query::ListQuery::Build(VenueListSpec(), {district},
                                                                  filter, page_size, page_token));
  ASSIGN_OR_RETURN(auto page, list.Run<Venue>(tx, ToVenue));
  RETURN_IF_ERROR(AddParts(tx, district, page.first));
  return page;
}

}  // namespace rectify::venue::store

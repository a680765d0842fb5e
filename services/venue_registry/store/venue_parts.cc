#include "services/venue_registry/store/venue_parts.h"

#include <map>
#include <optional>

#include "absl/time/civil_time.h"
#include "libs/base/status_macros.h"

namespace rectify::venue::store {
namespace {

using domain::Venue;

constexpr pg::Statement kReadPersons = {"venue.read_persons", R"sql(
  select venue_id, n, role, person_name, mobile, email, webhook_uri, start_day from venue_persons
   where district = $1::text and venue_id = any ($2::uuid[]) order by venue_id, n)sql"};
constexpr pg::Statement kDeletePersons = {"venue.delete_persons", R"sql(
  delete from venue_persons where district = $1::text and venue_id = any ($2::uuid[]))sql"};
constexpr pg::Statement kInsertPersons = {"venue.insert_persons", R"sql(
  insert into venue_persons (district, venue_id, n, role, person_name, mobile, mobile_index, email,
                             webhook_uri, start_day)
  select $1::text, venue_id, n, role, person_name, mobile, mobile_index, email, webhook_uri,
         start_day
    from unnest($2::uuid[], $3::int[], $4::smallint[], $5::bytea[], $6::bytea[], $7::bytea[],
                $8::bytea[], $9::text[], $10::date[])
         as p (venue_id, n, role, person_name, mobile, mobile_index, email, webhook_uri,
               start_day))sql"};

constexpr pg::Statement kReadFormer = {"venue.read_former_persons", R"sql(
  select venue_id, n, role, person_name, start_day, end_day from venue_former_persons
   where district = $1::text and venue_id = any ($2::uuid[]) order by venue_id, n)sql"};
constexpr pg::Statement kDeleteFormer = {"venue.delete_former_persons", R"sql(
  delete from venue_former_persons where district = $1::text and venue_id = any ($2::uuid[]))sql"};
constexpr pg::Statement kInsertFormer = {"venue.insert_former_persons", R"sql(
  insert into venue_former_persons (district, venue_id, n, role, person_name, start_day, end_day)
  select $1::text, venue_id, n, role, person_name, start_day, end_day
    from unnest($2::uuid[], $3::int[], $4::smallint[], $5::bytea[], $6::date[], $7::date[])
         as p (venue_id, n, role, person_name, start_day, end_day))sql"};

constexpr pg::Statement kReadExternalIds = {"venue.read_external_ids", R"sql(
  select venue_id, system, external_id from venue_external_ids
   where district = $1::text and venue_id = any ($2::uuid[]))sql"};
constexpr pg::Statement kDeleteExternalIds = {"venue.delete_external_ids", R"sql(
  delete from venue_external_ids where district = $1::text and venue_id = any ($2::uuid[]))sql"};
constexpr pg::Statement kInsertExternalIds = {"venue.insert_external_ids", R"sql(
  insert into venue_external_ids (district, venue_id, system, external_id)
  select $1::text, venue_id, system, external_id
    from unnest($2::uuid[], $3::text[], $4::text[]) as e (venue_id, system, external_id))sql"};

constexpr pg::Statement kReadUnits = {"venue.read_venue_units", R"sql(
  select venue_id, unit_id, relation, start_day, end_day from venue_units
   where district = $1::text and venue_id = any ($2::uuid[]) order by venue_id, n)sql"};
constexpr pg::Statement kDeleteUnits = {"venue.delete_venue_units", R"sql(
  delete from venue_units where district = $1::text and venue_id = any ($2::uuid[]))sql"};
constexpr pg::Statement kInsertUnits = {"venue.insert_venue_units", R"sql(
  insert into venue_units (district, venue_id, n, unit_id, relation, start_day, end_day)
  select $1::text, venue_id, n, unit_id, relation, start_day, end_day
    from unnest($2::uuid[], $3::int[], $4::uuid[], $5::smallint[], $6::date[], $7::date[])
         as u (venue_id, n, unit_id, relation, start_day, end_day))sql"};

constexpr pg::Statement kReadCampaigns = {"venue.read_campaign_classes", R"sql(
  select venue_id, campaign, venue_class, target_group, set_time from venue_campaign_classes
   where district = $1::text and venue_id = any ($2::uuid[]))sql"};
constexpr pg::Statement kDeleteCampaigns = {"venue.delete_campaign_classes", R"sql(
  delete from venue_campaign_classes
   where district = $1::text and venue_id = any ($2::uuid[]))sql"};
constexpr pg::Statement kInsertCampaigns = {"venue.insert_campaign_classes", R"sql(
  insert into venue_campaign_classes (district, venue_id, campaign, venue_class, target_group,
                                      set_time)
  select $1::text, venue_id, campaign, venue_class, target_group, set_time
    from unnest($2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::timestamptz[])
         as c (venue_id, campaign, venue_class, target_group, set_time))sql"};

std::string PersonPlace(const std::string& venue_id, int n) {
  return Place("persons", venue_id, n);
}

std::string FormerPlace(const std::string& venue_id, int n) {
  return Place("former_persons", venue_id, n);
}

// A new venue has nothing that must go first.
absl::Status Clear(pg::Tx& tx, const pg::Statement& remove, const std::vector<VenueWrite>& writes) {
  std::vector<std::string> ids;
  for (const VenueWrite& write : writes) {
    if (write.before != nullptr) ids.push_back(write.venue->id);
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.Exec(remove, {writes[0].venue->district, ids}).status();
}

}  // namespace

absl::Status VenueParts::Add(pg::Tx& tx, const std::string& district,
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
    person.start_day = row.OptDay(7);
    by_id[row.Text(0)]->fields.persons.push_back(std::move(person));
  }
  ASSIGN_OR_RETURN(pg::Rows former, tx.Exec(kReadFormer, {district, ids}));
  for (pg::Row row : former) {
    const std::string place = FormerPlace(row.Text(0), static_cast<int>(row.Int(1)));
    ASSIGN_OR_RETURN(std::string name, box_.Open(row, 3, place, "person_name"));
    by_id[row.Text(0)]->former_persons.push_back(
        {static_cast<domain::PersonRole>(row.Int(2)), std::move(name), row.OptDay(4), row.Day(5)});
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
  ASSIGN_OR_RETURN(pg::Rows campaigns, tx.Exec(kReadCampaigns, {district, ids}));
  for (pg::Row row : campaigns) {
    by_id[row.Text(0)]->fields.campaign_classes[row.Text(1)] = {
        static_cast<domain::VenueClass>(row.Int(2)), row.Text(3), row.Time(4)};
  }
  return absl::OkStatus();
}

absl::Status VenueParts::Save(pg::Tx& tx, const std::vector<VenueWrite>& writes) const {
  static const Venue& nothing = *new Venue;
  std::vector<VenueWrite> persons, former, external_ids, units, campaigns;
  for (const VenueWrite& write : writes) {
    const Venue& before = write.before ? *write.before : nothing;
    const domain::VenueFields& now = write.venue->fields;
    if (now.persons != before.fields.persons) persons.push_back(write);
    if (write.venue->former_persons != before.former_persons) former.push_back(write);
    if (now.external_ids != before.fields.external_ids) external_ids.push_back(write);
    if (now.units != before.fields.units) units.push_back(write);
    if (now.campaign_classes != before.fields.campaign_classes) campaigns.push_back(write);
  }
  if (!persons.empty()) RETURN_IF_ERROR(SavePersons(tx, persons));
  if (!former.empty()) RETURN_IF_ERROR(SaveFormerPersons(tx, former));
  if (!external_ids.empty()) RETURN_IF_ERROR(SaveExternalIds(tx, external_ids));
  if (!units.empty()) RETURN_IF_ERROR(SaveUnits(tx, units));
  if (!campaigns.empty()) RETURN_IF_ERROR(SaveCampaignClasses(tx, campaigns));
  return absl::OkStatus();
}

absl::Status VenueParts::SavePersons(pg::Tx& tx, const Writes& writes) const {
  const std::string& district = writes[0].venue->district;
  RETURN_IF_ERROR(Clear(tx, kDeletePersons, writes));
  std::vector<std::string> ids, webhooks;
  std::vector<int> places, roles;
  std::vector<std::optional<pg::Bytes>> names, mobiles, indexes, emails;
  std::vector<std::optional<absl::CivilDay>> starts;
  for (const auto& [venue, before] : writes) {
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
      starts.push_back(person.start_day);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx
      .Exec(kInsertPersons,
            {district, ids, places, roles, names, mobiles, indexes, emails, webhooks, starts})
      .status();
}

absl::Status VenueParts::SaveFormerPersons(pg::Tx& tx, const Writes& writes) const {
  const std::string& district = writes[0].venue->district;
  RETURN_IF_ERROR(Clear(tx, kDeleteFormer, writes));
  std::vector<std::string> ids;
  std::vector<int> places, roles;
  std::vector<std::optional<pg::Bytes>> names;
  std::vector<std::optional<absl::CivilDay>> starts;
  std::vector<absl::CivilDay> ends;
  for (const auto& [venue, before] : writes) {
    int n = 0;
    for (const domain::FormerPerson& person : venue->former_persons) {
      ids.push_back(venue->id);
      roles.push_back(static_cast<int>(person.role));
      names.push_back(box_.Seal(person.name, FormerPlace(venue->id, n), "person_name"));
      places.push_back(n++);
      starts.push_back(person.start_day);
      ends.push_back(person.end_day);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.Exec(kInsertFormer, {district, ids, places, roles, names, starts, ends}).status();
}

absl::Status VenueParts::SaveExternalIds(pg::Tx& tx, const Writes& writes) {
  const std::string& district = writes[0].venue->district;
  RETURN_IF_ERROR(Clear(tx, kDeleteExternalIds, writes));
  std::vector<std::string> ids, systems, values;
  for (const auto& [venue, before] : writes) {
    for (const auto& [system, value] : venue->fields.external_ids) {
      ids.push_back(venue->id);
      systems.push_back(system);
      values.push_back(value);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.Exec(kInsertExternalIds, {district, ids, systems, values}).status();
}

absl::Status VenueParts::SaveUnits(pg::Tx& tx, const Writes& writes) {
  const std::string& district = writes[0].venue->district;
  RETURN_IF_ERROR(Clear(tx, kDeleteUnits, writes));
  std::vector<std::string> ids, units;
  std::vector<int> places, relations;
  std::vector<std::optional<absl::CivilDay>> starts, ends;
  for (const auto& [venue, before] : writes) {
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

absl::Status VenueParts::SaveCampaignClasses(pg::Tx& tx, const Writes& writes) {
  const std::string& district = writes[0].venue->district;
  RETURN_IF_ERROR(Clear(tx, kDeleteCampaigns, writes));
  std::vector<std::string> ids, campaigns, groups;
  std::vector<int> classes;
  std::vector<absl::Time> times;
  for (const auto& [venue, before] : writes) {
    for (const auto& [campaign, value] : venue->fields.campaign_classes) {
      ids.push_back(venue->id);
      campaigns.push_back(campaign);
      classes.push_back(static_cast<int>(value.venue_class));
      groups.push_back(value.target_group);
      times.push_back(value.set_time);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.Exec(kInsertCampaigns, {district, ids, campaigns, classes, groups, times}).status();
}

}  // namespace rectify::venue::store

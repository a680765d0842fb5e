#include "services/hazard_findings/store/reference_store.h"

#include <map>
#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/pg/column.h"

namespace rectify::hazard::store {
namespace {

using domain::Department;
using domain::Officer;
using domain::Street;
using domain::Venue;

constexpr pg::Statement kSaveVenues = {"hazard.save_venues", R"sql(
  insert into venues (district, name, display_name, street, close_time, version)
  select split_part(name, '/', 2), name, display_name, street, close_time, version
    from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
         as t(name, display_name, street, close_time, version)
   order by name
  on conflict (district, name) do update
     set display_name = excluded.display_name, street = excluded.street,
         close_time = excluded.close_time, version = excluded.version
   where venues.version < excluded.version)sql"};

constexpr pg::Statement kSaveOfficers = {"hazard.save_officers", R"sql(
  insert into officers (district, name, display_name, certificate_start, certificate_end, post_start,
                        post_end, version)
  select split_part(name, '/', 2), name, display_name, certificate_start, certificate_end,
         post_start, post_end, version
    from unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::date[], $6::date[], $7::bigint[])
         as t(name, display_name, certificate_start, certificate_end, post_start, post_end, version)
   order by name
  on conflict (district, name) do update
     set display_name = excluded.display_name, certificate_start = excluded.certificate_start,
         certificate_end = excluded.certificate_end, post_start = excluded.post_start,
         post_end = excluded.post_end, version = excluded.version
   where officers.version < excluded.version)sql"};

constexpr pg::Statement kSaveDepartments = {"hazard.save_departments", R"sql(
  insert into departments (district, name, display_name, version)
  select split_part(name, '/', 2), name, display_name, version
    from unnest($1::text[], $2::text[], $3::bigint[]) as t(name, display_name, version)
   order by name
  on conflict (district, name) do update
     set display_name = excluded.display_name, version = excluded.version
   where departments.version < excluded.version)sql"};

constexpr pg::Statement kSaveStreets = {"hazard.save_streets", R"sql(
  insert into streets (district, name, display_name, version)
  select split_part(name, '/', 2), name, display_name, version
    from unnest($1::text[], $2::text[], $3::bigint[]) as t(name, display_name, version)
   order by name
  on conflict (district, name) do update
     set display_name = excluded.display_name, version = excluded.version
   where streets.version < excluded.version)sql"};

constexpr pg::Statement kKnownVenues = {"hazard.venues", R"sql(
  select n.name, v.name, v.display_name, v.street, v.close_time
    from venues n join venues v on v.district = n.district and v.name = n.survivor
   where n.district = $1::text and n.name = any($2::text[]))sql"};

constexpr pg::Statement kKnownOfficers = {"hazard.officers", R"sql(
  select name, display_name, certificate_start, certificate_end, post_start, post_end
    from officers where district = $1::text and name = any($2::text[]))sql"};

constexpr pg::Statement kDepartments = {"hazard.departments", R"sql(
  select name, display_name
    from departments where district = $1::text and name = any($2::text[]))sql"};

constexpr pg::Statement kUnknown = {"hazard.unknown_names", R"sql(
  select n.name from unnest($2::text[]) as n(name)
   where not exists (select from venues v where v.district = $1::text and v.name = n.name)
     and not exists (select from officers o where o.district = $1::text and o.name = n.name)
     and not exists (select from departments d where d.district = $1::text and d.name = n.name)
     and not exists (select from streets s where s.district = $1::text and s.name = n.name))sql"};

std::vector<std::string> Texts(const std::set<std::string>& names) {
  return {names.begin(), names.end()};
}

// By the name asked for.
std::map<std::string, Venue> ReadVenues(const pg::Rows& rows) {
  std::map<std::string, Venue> venues;
  for (pg::Row row : rows) {
    venues[row.Text(0)] = Venue{row.Text(1), row.Text(2), row.Text(3), row.OptTime(4)};
  }
  return venues;
}

std::map<std::string, Officer> ReadOfficers(const pg::Rows& rows) {
  std::map<std::string, Officer> officers;
  for (pg::Row row : rows) {
    officers[row.Text(0)] =
        Officer{row.Text(0), row.Text(1), row.Day(2), row.Day(3), row.Day(4), row.OptDay(5)};
  }
  return officers;
}

std::map<std::string, Department> ReadDepartments(const pg::Rows& rows) {
  std::map<std::string, Department> departments;
  for (pg::Row row : rows) departments[row.Text(0)] = Department{row.Text(0), row.Text(1)};
  return departments;
}

template <typename T>
void Pick(const std::map<std::string, T>& known, const std::vector<std::string>& names,
          std::map<std::string, T>& picked) {
  for (const std::string& name : names) {
    if (auto found = known.find(name); found != known.end()) picked.insert(*found);
  }
}

}  // namespace

absl::Status SaveVenues(pg::Tx& tx, const std::vector<Versioned<Venue>>& venues) {
  if (venues.empty()) return absl::OkStatus();
  using Row = Versioned<Venue>;
  return tx.Send(kSaveVenues,
                 {pg::Column(venues, [](const Row& r) { return r.value.name; }),
                  pg::Column(venues, [](const Row& r) { return r.value.display_name; }),
                  pg::Column(venues, [](const Row& r) { return r.value.street; }),
                  pg::Column(venues, [](const Row& r) { return r.value.close_time; }),
                  pg::Column(venues, [](const Row& r) { return r.version; })});
}

absl::Status SaveOfficers(pg::Tx& tx, const std::vector<Versioned<Officer>>& officers) {
  if (officers.empty()) return absl::OkStatus();
  using Row = Versioned<Officer>;
  return tx.Send(kSaveOfficers,
                 {pg::Column(officers, [](const Row& r) { return r.value.name; }),
                  pg::Column(officers, [](const Row& r) { return r.value.display_name; }),
                  pg::Column(officers, [](const Row& r) { return r.value.certificate_start; }),
                  pg::Column(officers, [](const Row& r) { return r.value.certificate_end; }),
                  pg::Column(officers, [](const Row& r) { return r.value.post_start; }),
                  pg::Column(officers, [](const Row& r) { return r.value.post_end; }),
                  pg::Column(officers, [](const Row& r) { return r.version; })});
}

absl::Status SaveDepartments(pg::Tx& tx, const std::vector<Versioned<Department>>& departments) {
  if (departments.empty()) return absl::OkStatus();
  using Row = Versioned<Department>;
  return tx.Send(kSaveDepartments,
                 {pg::Column(departments, [](const Row& r) { return r.value.name; }),
                  pg::Column(departments, [](const Row& r) { return r.value.display_name; }),
                  pg::Column(departments, [](const Row& r) { return r.version; })});
}

absl::Status SaveStreets(pg::Tx& tx, const std::vector<Versioned<Street>>& streets) {
  if (streets.empty()) return absl::OkStatus();
  using Row = Versioned<Street>;
  return tx.Send(kSaveStreets,
                 {pg::Column(streets, [](const Row& r) { return r.value.name; }),
                  pg::Column(streets, [](const Row& r) { return r.value.display_name; }),
                  pg::Column(streets, [](const Row& r) { return r.version; })});
}

absl::StatusOr<domain::References> LoadReferences(pg::Tx& tx, absl::string_view district,
                                                  const ReferenceNames& names) {
  ReferenceRows rows;
  RETURN_IF_ERROR(AskReferences(tx, district, {names}, &rows));
  RETURN_IF_ERROR(tx.Wait());
  return ReadReferences(rows, {names}).front();
}

absl::Status AskReferences(pg::Tx& tx, absl::string_view district,
                           const std::vector<ReferenceNames>& commands, ReferenceRows* rows) {
  std::set<std::string> venue_names, officer_names, department_names;
  for (const ReferenceNames& names : commands) {
    if (!names.venue.empty()) venue_names.insert(names.venue);
    officer_names.insert(names.officers.begin(), names.officers.end());
    department_names.insert(names.departments.begin(), names.departments.end());
  }
  const auto ask = [&](const pg::Statement& statement, const std::set<std::string>& names,
                       pg::Rows* into) {
    return names.empty() ? absl::OkStatus() : tx.Ask(statement, {district, Texts(names)}, into);
  };
  RETURN_IF_ERROR(ask(kKnownVenues, venue_names, &rows->venues));
  RETURN_IF_ERROR(ask(kKnownOfficers, officer_names, &rows->officers));
  return ask(kDepartments, department_names, &rows->departments);
}

std::vector<domain::References> ReadReferences(const ReferenceRows& rows,
                                               const std::vector<ReferenceNames>& commands) {
  const auto venues = ReadVenues(rows.venues);
  const auto officers = ReadOfficers(rows.officers);
  const auto departments = ReadDepartments(rows.departments);

  std::vector<domain::References> all;
  for (const ReferenceNames& names : commands) {
    domain::References& references = all.emplace_back();
    if (auto found = venues.find(names.venue); found != venues.end()) {
      references.venue = found->second;
    }
    Pick(officers, names.officers, references.officers);
    Pick(departments, names.departments, references.departments);
  }
  return all;
}

absl::StatusOr<std::vector<std::string>> UnknownNames(pg::Tx& tx, absl::string_view district,
                                                      const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kUnknown, {district, names}));
  std::vector<std::string> unknown;
  for (pg::Row row : rows) unknown.push_back(row.Text(0));
  return unknown;
}

}  // namespace rectify::hazard::store
